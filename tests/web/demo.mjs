/** The demo under test: where it is, and one way to ask it. */
import assert from 'node:assert/strict';

/** Its address, without a path. */
export const base = process.env.WEB_TEST_URL?.replace(/\/$/, '');
assert.ok(base, 'WEB_TEST_URL must be the address of a running demo');
export const url = `${base}/graphql`;

/** Fabrikam's token, by an administrator's role. */
export function bearer() {
  const token = process.env.WEB_TEST_TOKEN;
  assert.ok(token, 'WEB_TEST_TOKEN must be a token of Fabrikam: copartner token --tenant fabrikam --role ADMIN_AGENT');
  return `Bearer ${token}`;
}

/** Asks as Fabrikam. `text` is the answer as it came, in which the order of the keys can be seen. */
export async function ask(request) {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      accept: 'application/graphql-response+json',
      authorization: bearer(),
      'content-type': 'application/json',
    },
    body: JSON.stringify(request),
  });
  const text = await response.text();
  return { status: response.status, text, answer: JSON.parse(text) };
}

/** The tokens of the demo's cast, by their keys, as its page has them. */
export async function cast() {
  const page = await (await fetch(url, { headers: { accept: 'text/html' } })).text();
  const { identities } = JSON.parse(page.match(/id="copartner-config"[^>]*>([^<]*)</)[1]);
  return Object.fromEntries(identities.map(({ key, token }) => [key, token]));
}

/** The answer to the bearer of a token, which must be one without errors; `at` is the address of another server. */
export async function as(token, query, variables, at = base) {
  const response = await fetch(`${at}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const answer = await response.json();
  assert.equal(answer.errors, undefined, JSON.stringify(answer));
  return answer;
}

const own = () => bearer().replace('Bearer ', '');

/** Buys 5 seats for Contoso as Fabrikam, and returns the id of what was bought. */
export async function purchase(friendlyName) {
  const { data: { offers } } = await as(own(), '{ offers(first: 1, filter: { search: "suite basic" }) { nodes { id } } }');
  const input = {
    customer: { domain: 'contoso.example' }, offer: offers.nodes[0].id, quantity: 5, term: 'P1Y', billingCycle: 'MONTHLY', friendlyName,
  };
  const buy = 'mutation($input: PurchaseSubscriptionInput!) { purchaseSubscription(input: $input) { subscription { id } userErrors { message } } }';
  const { purchaseSubscription } = (await as(own(), buy, { input })).data;
  assert.deepEqual(purchaseSubscription.userErrors, []);
  return purchaseSubscription.subscription.id;
}

/** Resizes what was sold, as Fabrikam unless it is said whose token it is. */
export async function resize(subscription, quantity, token = own()) {
  const change = 'mutation($input: ResizeSubscriptionInput!) { resizeSubscription(input: $input) { userErrors { message } } }';
  const { data } = await as(token, change, { input: { subscription, quantity } });
  assert.deepEqual(data.resizeSubscription.userErrors, []);
}

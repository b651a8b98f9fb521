/** What a partner's programs do at work: they buy, resize and read. Each remembers what was acknowledged. */
import assert from 'node:assert/strict';

export const BUY = `mutation($input: PurchaseSubscriptionInput!) {
  it: purchaseSubscription(input: $input) { subscription { id } userErrors { code message } } }`;
const RESIZE = `mutation($input: ResizeSubscriptionInput!) {
  it: resizeSubscription(input: $input) { subscription { quantity } userErrors { code message } } }`;
const QUANTITIES = 'query($ids: [ID!]!) { it: nodes(ids: $ids) { ... on CustomerSubscription { quantity } } }';

/** One seat for Contoso, under a key. */
export const order = (offer, name) => ({
  customer: { domain: 'contoso.example' }, offer, quantity: 1, term: 'P1Y', billingCycle: 'MONTHLY', friendlyName: name, idempotencyKey: name,
});

/** Resizes its subscription by one each time. What was not acknowledged may have been done; it is not tried again. */
export const resizing = (one, home) => async (ask) => {
  const quantity = (one.tried += 1);
  const data = await ask(home, RESIZE, { input: { subscription: one.subscription, quantity } });
  if (!data) return one.unknown.push(quantity);
  assert.deepEqual(data.it, { subscription: { quantity }, userErrors: [] });
  one.acknowledged.push(quantity);
};

/** Buys under a key until it is acknowledged, and then again at the next server, as if the answer had been lost. */
export const buying = (one, offer, servers) => async (ask) => {
  const told = one.orders.at(-1);
  const data = await ask(servers[told.length], BUY, { input: order(offer, `${one.name} ${one.orders.length}`) });
  if (!data) return;
  assert.deepEqual(data.it.userErrors, []);
  told.push(data.it.subscription.id);
  assert.equal(told.at(-1), told[0], 'it was bought twice');
  if (told.length === servers.length) one.orders.push([]);
};

/** What was bought: the last of each without its id when nobody has acknowledged it. */
export const bought = (buyers) => buyers.flatMap(({ name, orders }) => orders.map(([id], n) => ({ name: `${name} ${n + 1}`, id })));

/** Reads what others have changed, of which nothing is missing that was acknowledged before it asks. */
export const reading = (home, resizers) => async (ask) => {
  const least = resizers.map(({ acknowledged }) => acknowledged.at(-1));
  const data = await ask(home, QUANTITIES, { ids: resizers.map(({ subscription }) => subscription) });
  data?.it.forEach(({ quantity }, n) => assert.ok(quantity >= least[n], `${quantity} is read, and ${least[n]} was acknowledged`));
};

/** The same of what others have bought. */
export const counting = (home, resizers, buyers) => async (ask) => {
  const least = resizers.length + bought(buyers).filter(({ id }) => id).length;
  const data = await ask(home, '{ it: subscriptions { totalCount } }');
  if (data) assert.ok(data.it.totalCount >= least, `${data.it.totalCount} are counted, and ${least} were acknowledged`);
};

/** Live events as the clients hear them that portals are made with. WEB_TEST_URL is the address of a running demo. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { clients, socketTo } from './clients.mjs';
import { cuttable } from './cuttable.mjs';
import { as, base, cast, purchase, resize } from './demo.mjs';
import { serve, tenants } from './serve.mjs';
import { until } from './until.mjs';

/** Listens from now on: what is heard, in order, and what ends it. */
async function listen(client, at, token) {
  const { data } = await as(await token(), '{ events(first: 1) { nodes { id } } }', {}, at);
  const heard = [];
  const faults = [];
  const stop = client({
    base: at,
    token,
    variables: { after: data.events.nodes[0]?.id },
    hear({ data, errors }) {
      if (errors?.length) faults.push(...errors);
      else heard.push(data.events);
    },
  });
  return { heard, faults, stop };
}

for (const [name, client] of Object.entries(clients)) {
  test(`${name} hears what Fabrikam did as Fabrikam and as Contoso, not as Northwind`, { timeout: 15_000 }, async (t) => {
    const tokens = await cast();
    const of = async (key) => listen(client, base, () => tokens[key]);
    const all = await Promise.all(['fabrikam', 'contoso', 'northwind'].map(of));
    t.after(() => all.forEach(({ stop }) => stop()));
    const [fabrikam, contoso, northwind] = all;
    await purchase(`Heard by ${name}`);
    // Northwind hears of its own, which comes later: what did not come by then does not come.
    const query = '{ customer(by: { domain: "contoso.example" }) { subscriptions(filter: { status: [ACTIVE] }) { nodes { id quantity } } } }';
    const [{ id, quantity }] = (await as(tokens.northwind, query)).data.customer.subscriptions.nodes;
    await resize(id, quantity + 1, tokens.northwind);
    const kinds = ({ heard }) => heard.map(({ kind }) => kind);
    await until(() => {
      assert.deepEqual(kinds(fabrikam), ['SUBSCRIPTION_PURCHASED']);
      assert.deepEqual(kinds(contoso), ['SUBSCRIPTION_PURCHASED', 'SUBSCRIPTION_RESIZED']);
      assert.deepEqual(kinds(northwind), ['SUBSCRIPTION_RESIZED']);
    });
    assert.deepEqual(all.flatMap(({ faults }) => faults), []);
  });
}

let server;
before(async () => (server = await serve('development_issuer = true\n[http]\ndrain_seconds = 0\n')));
after(() => server?.stop());

const mint = async (...more) =>
  (await server.run('token', '--tenant', tenants.fabrikam, '--role', 'ADMIN_AGENT', ...more)).stdout.trim();

/** One change, as Fabrikam: it asks, or takes back what it asked. Returns what is to be heard of it. */
let asked;
async function change(token) {
  const [kind, act, type, input] = asked
    ? ['RELATIONSHIP_REQUEST_WITHDRAWN', 'withdrawRelationshipRequest', 'WithdrawRelationshipRequestInput', { request: asked }]
    : ['RELATIONSHIP_REQUEST_CREATED', 'requestRelationship', 'RequestRelationshipInput', request];
  const query = `mutation($input: ${type}!) { ${act}(input: $input) { request { id } userErrors { message } } }`;
  const payload = (await as(token, query, { input }, server.base)).data[act];
  assert.deepEqual(payload.userErrors, []);
  asked = asked ? undefined : payload.request.id;
  return `${kind} ${payload.request.id}`;
}
const request = { customer: { domain: 'contoso.example' }, displayName: 'Again', roles: ['GLOBAL_READER'], duration: 'P30D' };

const mishaps = [
  ['the connection breaks', (way) => way.cut()],
  ['the server is killed', () => server.crash()],
];

for (const [name, client] of Object.entries(clients)) {
  for (const [what, happens] of mishaps) {
    test(`${name} hears of ten changes once each, although ${what} after five`, { timeout: 15_000 }, async (t) => {
      const token = await mint();
      const way = await cuttable(() => server.base);
      const { heard, faults, stop } = await listen(client, way.base, () => token);
      t.after(() => (stop(), way.stop()));
      const made = [];
      for (let n = 0; n < 5; n++) made.push(await change(token));
      await until(() => assert.equal(heard.length, 5));
      await happens(way);
      for (let n = 0; n < 5; n++) made.push(await change(token));
      await until(() => assert.equal(new Set(heard.map(({ id }) => id)).size, 10));
      assert.deepEqual(heard.map(({ kind, subject }) => `${kind} ${subject.id}`), made);
      assert.deepEqual(faults, []);
    });
  }
}

test('a client whose token expires connects once more, with a new one', { timeout: 15_000 }, async (t) => {
  const [brief, long] = [await mint('--ttl', '2s'), await mint()];
  const given = [];
  const closed = [];
  const tokens = [brief, long];
  const client = socketTo(server.base, () => (given.push(tokens.shift()), given.at(-1)), {
    on: { closed: ({ code, reason }) => closed.push([code, reason]) },
  });
  t.after(() => client.dispose());
  const heard = [];
  const query = 'subscription { events { id } }';
  client.subscribe({ query }, { next: ({ data }) => heard.push(data.events.id), error: assert.ifError, complete() {} });
  await until(() => assert.equal(given.length, 1));
  await until(() => assert.equal(given.length, 2));
  assert.deepEqual(closed, [[4403, 'Forbidden: the token has expired. Connect again with a new one.']]);
  // The stream that began anew is there when it tells of a change.
  await until(async () => {
    await change(long);
    assert.ok(heard.length > 0);
  });
  assert.deepEqual(given, [brief, long]);
  assert.equal(closed.length, 1);
});

const say = (socket, message) => socket.send(JSON.stringify(message));
const mistakes = [
  [4400, { connected: (socket) => say(socket, { type: 'nonsense' }) }],
  [4401, { opened: (socket) => say(socket, { type: 'subscribe', id: 'early', payload: { query: '{ __typename }' } }) }],
];
for (const [code, on] of mistakes) {
  test(`a client whose socket is closed with ${code} gives up`, { timeout: 15_000 }, async (t) => {
    const token = await mint();
    let attempts = 0;
    const client = socketTo(server.base, () => token, { on: { ...on, connecting: () => (attempts += 1) } });
    t.after(() => client.dispose());
    const cause = await new Promise((resolve, reject) => {
      client.subscribe(
        { query: 'subscription { events { id } }' },
        { next: reject, error: resolve, complete: () => reject(new Error('it is said to be complete')) },
      );
    });
    // It is told when no attempt is left: one that is to be repeated is told to nobody.
    assert.equal(cause.code, code);
    assert.equal(attempts, 1);
  });
}

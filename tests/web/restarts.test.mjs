/**
 * The database, the identity provider and either of two servers restart while clients work: nothing that was acknowledged is lost,
 * nothing is done twice, no client is told anything but that it may try again, and all goes on by itself.
 */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { ask } from './asking.mjs';
import { clients } from './clients.mjs';
import { clock } from './clock.mjs';
import { cluster } from './cluster.mjs';
import { cuttable } from './cuttable.mjs';
import { isBroken, load } from './load.mjs';
import { provide } from './provider.mjs';
import { BUY, bought, buying, counting, order, reading, resizing } from './selling.mjs';
import { serve, tenants } from './serve.mjs';
import { until } from './until.mjs';

const API = 'api://copartner';
/** More than the time between two readings of keys because of one that is not known, in seconds: see token/src/keyring.rs. */
const COOL_DOWN = 61;
/** How long a request may take whatever happens, and how soon everyone is answered again, in milliseconds. */
const [PATIENCE, RECOVERY] = [10_000, 5_000];
/** After how many answers in a row a client is calm: all of them together use each connection to the database that may have died. */
const CALM = 10;

/** Applications of Fabrikam's, each with a token of its own. */
const applications = (...names) => names.map((name) => ({ name }));
const resizers = applications('Legal', 'Sales', 'Research', 'Production');
const buyers = applications('Mail', 'Machines');
const readers = applications('Controlling', 'Support', 'Accounts', 'Purchasing');
/** Each way to listen, on each server. */
const listeners = applications('graphql-ws', 'graphql-sse', 'graphql-ws again', 'graphql-sse again');
const [auditor] = applications('Auditor');
const workers = [...resizers, ...buyers, ...readers];
const everyone = [...workers, ...listeners, auditor];

let time;
let identity;
let realm;
let database;
const servers = [];
let offer;
let work;
/** How often there was no provider to renew a token. */
let inVain = 0;
/** The last event before the work began, and the heads of the log at several times. */
let start;
const heads = [];

before(async () => {
  time = await clock();
  identity = await provide();
  database = await cluster();
  realm = identity.issue('/realms/fabrikam', {
    applications: everyone.map(({ name }) => name),
    claims: (claims) => ({ ...claims, roles: ['ADMIN_AGENT'], idtyp: 'app' }),
  });
  const configuration = `
    [http]
    drain_seconds = 2
    [[issuers]]
    issuer = "${realm.issuer}"
    tenant = "${tenants.fabrikam}"
    audience = ["${API}"]
    discovery = true
  `;
  const variables = { ...time.variables, COPARTNER_DATABASE: database.address };
  servers.push(await serve(configuration, variables));
  const logKey = join(servers[0].directory, 'log-key.pem');
  servers.push(await serve(configuration, { ...variables, COPARTNER_LOG_KEY: logKey }));
  for (const one of everyone) await renew(one);
  await prepare();
  work = load(servers, PATIENCE);
  await begin();
});
after(async () => {
  for (const { stop } of listeners) stop?.();
  await work?.end();
  await Promise.all(servers.map((server) => server.stop()));
  await database?.remove();
  await identity?.stop();
  await time?.stop();
});

const renew = async (one) => (one.token = await realm.application(one.name, API));

/** What the auditor is answered, in calm. */
async function read(query, variables) {
  const { status, answer } = await ask(servers[0], auditor.token, query, variables);
  assert.ok(status === 200 && !answer.errors, JSON.stringify(answer));
  return answer.data;
}

async function all(list, fields) {
  const query = `query($after: String) { it: ${list}(first: 200, after: $after) { nodes { ${fields} } pageInfo { endCursor hasNextPage } } }`;
  const found = [];
  for (let page = { hasNextPage: true }; page.hasNextPage;) {
    const { it: { nodes, pageInfo } } = await read(query, { after: page.endCursor });
    found.push(...nodes);
    page = pageInfo;
  }
  return found;
}

/** Gives Fabrikam an offer and the right to sell it to Contoso, and sells the first ones. */
async function prepare() {
  const day = (days) => new Date(Date.now() + days * 86_400_000).toISOString();
  const roles = ['BILLING_ADMINISTRATOR'];
  const records = [{
    type: 'offer', sku: 'SUITE', name: 'Suite', publisher: 'Litware', minQuantity: 1, maxQuantity: 1_000_000,
    terms: ['P1Y'], billingCycles: ['MONTHLY'],
  }, {
    type: 'grant', id: '33333333-3333-4333-8333-333333333333', partner: tenants.fabrikam, customer: tenants.contoso,
    displayName: 'Administration', roles, startsAt: day(-1), endsAt: day(300),
    assignments: [{ assigneeKind: 'TENANT_ROLE', assignee: 'ADMIN_AGENT', roles }],
  }];
  await writeFile(join(servers[0].directory, 'sold.ndjson'), records.map((record) => JSON.stringify(record)).join('\n'));
  await servers[0].run('import', 'sold.ndjson');
  offer = (await read('{ offers { nodes { id } } }')).offers.nodes[0].id;
  for (const one of resizers) {
    const { it } = await read(BUY, { input: order(offer, one.name) });
    Object.assign(one, { subscription: it.subscription.id, tried: 1, acknowledged: [1], unknown: [] });
  }
  for (const one of buyers) one.orders = [[]];
  start = (await all('eventFeed', 'id')).at(-1).id;
}

/** Listens on a server, wherever it is, after the last event that was heard. */
async function listen(one, server) {
  const way = await cuttable(() => server.base);
  Object.assign(one, { heard: [], told: [], connections: 0, refused: 0 });
  let stop;
  let later;
  function begin() {
    const client = clients[one.name.split(' ')[0]];
    stop = client({ base: way.base, token: () => ((one.connections += 1), one.token), variables: { after: one.heard.at(-1) ?? start }, hear });
  }
  function hear({ data, errors }) {
    if (!errors?.length) return one.heard.push(data.events.id);
    // What is refused on a socket its client does not ask again by itself.
    if (!errors.flat().every(({ extensions }) => extensions?.code === 'UNAVAILABLE')) return one.told.push(...errors);
    one.refused += 1;
    stop();
    later = setTimeout(begin, 50);
  }
  begin();
  one.stop = () => (clearTimeout(later), stop(), way.stop());
}

/** Tokens are renewed all the time; `inVain` is how often there was no provider. */
async function renewing() {
  for (const one of everyone) {
    await renew(one).catch((error) => {
      assert.ok(isBroken(error), error);
      inVain += 1;
    });
    await pause(50);
  }
}

/** Has everyone begin, and waits until all are at work. */
async function begin() {
  for (const [n, one] of listeners.entries()) await listen(one, servers[n >> 1]);
  resizers.forEach((one, n) => work.start(one, resizing(one, servers[n % 2])));
  buyers.forEach((one) => work.start(one, buying(one, offer, servers)));
  readers.forEach((one, n) => work.start(one, (n < 2 ? reading : counting)(servers[n % 2], resizers, buyers)));
  work.start({ name: 'renewing' }, renewing);
  await soon(() => {
    areCalm(0);
    for (const { name, heard } of listeners) assert.ok(heard.length > 0, name);
  });
}

/** Not too often: this process has work to do. */
const soon = (claim) => Promise.race([until(claim, 15_000, 100), work.failed]);
const isAnswered = ({ what }) => what === 'answered';
const seconds = (ms) => `${(ms / 1_000).toFixed(2)} s`;

const since = (at) => work.outcomes.filter(({ begun }) => begun >= at);

function areCalm(from) {
  const all = since(from);
  for (const one of servers) assert.ok(all.some(({ server, what }) => server === one && what === 'answered'), `${one.base} has not answered`);
  for (const one of workers) {
    const last = all.filter(({ client }) => client === one).slice(-CALM);
    assert.ok(last.length === CALM && last.every(isAnswered), `${one.name} was answered ${last.filter(isAnswered).length} times`);
  }
}

/** How long one waited at most from one answer to the next. */
function longestWait(outcomes, from) {
  const ends = [from, ...outcomes.filter(isAnswered).map(({ ended }) => ended)];
  return Math.max(...ends.slice(1).map((end, n) => end - ends[n]));
}

/**
 * Has something happen while all work, until all are calm again. Returns what came of the requests meanwhile, of which each was
 * answered, or came to nothing in a way that is allowed at that server.
 */
async function meanwhile(context, happens, allowed) {
  const from = work.outcomes.length;
  const begun = performance.now();
  await happens();
  const back = performance.now();
  await soon(() => areCalm(back));
  const met = work.outcomes.slice(from);
  const kinds = {};
  for (const { what } of met) kinds[what] = (kinds[what] ?? 0) + 1;
  const first = (is) => since(back).filter(isAnswered).find(is).ended - back;
  const recovery = Math.max(
    ...workers.map((one) => first(({ client }) => client === one)),
    ...servers.map((one) => first(({ server }) => server === one)),
  );
  const waited = Math.max(...workers.map((one) => longestWait(met.filter(({ client }) => client === one), begun)));
  const slowest = Math.max(...met.map(({ begun, ended }) => ended - begun));
  context.diagnostic(`${JSON.stringify(kinds)}; away and back in ${seconds(back - begun)}, then everyone was answered within ${seconds(recovery)}; ` +
    `from one answer to the next ${seconds(waited)} at most, a request ${seconds(slowest)} at most`);
  assert.deepEqual(met.filter(({ server, what }) => what !== 'answered' && what !== allowed(server)).map(({ what }) => what), []);
  assert.ok(recovery <= RECOVERY, `${recovery} ms`);
  return met;
}
const nothing = () => undefined;

for (const [what, happens] of [
  ['crashes and starts', async () => {
    await database.end('immediate');
    await database.start();
  }],
  ['is stopped for seconds', async () => {
    await database.end('fast');
    const stopped = performance.now();
    const told = (one) => since(stopped).filter(({ client, what }) => client === one && what !== 'answered').length;
    await soon(() => workers.forEach((one) => assert.ok(told(one) >= 30, one.name)));
    await database.start();
  }],
]) {
  test(`while the database ${what} clients are asked to try again, and then all goes on`, { timeout: 40_000 }, async (context) => {
    heads.push((await servers[0].run('log', 'head')).stdout);
    const met = await meanwhile(context, happens, () => 'unavailable');
    assert.ok(met.some(({ what }) => what === 'unavailable'), 'nobody was');
  });
}

test('while the provider is away and comes back with new keys each token is taken, old or new', { timeout: 40_000 }, async (context) => {
  const keyOf = (token) => JSON.parse(Buffer.from(token.split('.')[0], 'base64url')).kid;
  const old = keyOf(auditor.token);
  await meanwhile(context, async () => {
    const before = inVain;
    await identity.stop();
    await soon(() => assert.ok(inVain >= before + 3 * everyone.length));
    realm.introduce();
    await time.ahead(COOL_DOWN);
    await identity.start();
    const back = performance.now();
    const hasNew = (one) => since(back).some(({ client, token, what }) => client === one && what === 'answered' && keyOf(token) !== old);
    await soon(() => workers.forEach((one) => assert.ok(hasNew(one), one.name)));
    context.diagnostic(`${inVain - before} times there was no token; all had new ones taken ${seconds(performance.now() - back)} after it was back`);
  }, nothing);
});

test('while a server is killed and started only its clients notice', { timeout: 40_000 }, async (context) => {
  const met = await meanwhile(context, servers[1].crash, (server) => (server === servers[1] ? 'broken' : undefined));
  assert.ok(met.some(({ what }) => what === 'broken'), 'nobody noticed');
});

test('while a server stops and starts no client notices that minds /readyz', { timeout: 40_000 }, async (context) => {
  await meanwhile(context, servers[0].restart, nothing);
});

test('after all of it nothing that was acknowledged is lost, and nothing was done twice', { timeout: 40_000 }, async (context) => {
  await work.end();
  for (const { base } of servers) assert.equal((await fetch(`${base}/readyz`)).status, 200);

  const subscriptions = await all('subscriptions', 'id friendlyName quantity');
  const feed = await all('eventFeed', 'id kind subject { id } changes { field before after }');
  const events = feed.slice(feed.findIndex(({ id }) => id === start) + 1);
  const eventsOf = (id) => events.filter(({ subject }) => subject.id === id);

  for (const one of resizers) {
    const { name, subscription, tried, acknowledged, unknown } = one;
    const { quantity } = subscriptions.find(({ id }) => id === subscription);
    assert.ok(quantity === acknowledged.at(-1) || (quantity === tried && unknown.includes(quantity)), `${name} has ${quantity}`);
    const told = eventsOf(subscription).map(({ kind, changes }) => {
      assert.equal(kind, 'SUBSCRIPTION_RESIZED');
      return changes.find(({ field }) => field === 'quantity');
    });
    const sizes = [1, ...told.map(({ after }) => Number(after))];
    assert.deepEqual(told.map(({ before }) => Number(before)), sizes.slice(0, -1), name);
    assert.deepEqual(sizes.filter((size) => !unknown.includes(size)), acknowledged, name);
    assert.equal(new Set(sizes).size, sizes.length, name);
    assert.equal(sizes.at(-1), quantity, name);
    one.done = sizes.filter((size) => unknown.includes(size));
  }

  const orders = bought(buyers);
  // The last of each may have been sent and not acknowledged.
  const named = (name) => subscriptions.filter(({ friendlyName }) => friendlyName === name).map(({ id }) => id);
  for (const { name, id } of orders) {
    if (id) assert.deepEqual(named(name), [id], name);
    else assert.ok(named(name).length <= 1, name);
    for (const one of named(name)) assert.deepEqual(eventsOf(one).map(({ kind }) => kind), ['SUBSCRIPTION_PURCHASED'], name);
  }
  const known = [...resizers.map(({ name }) => name), ...orders.map(({ name }) => name)];
  assert.deepEqual(subscriptions.filter(({ friendlyName }) => !known.includes(friendlyName)), []);

  for (const { name, heard, told } of listeners) {
    assert.deepEqual(told, [], name);
    await until(() => assert.equal(heard.length, events.length, name));
    assert.deepEqual(heard, events.map(({ id }) => id), name);
  }

  for (const [n, head] of heads.entries()) {
    await writeFile(join(servers[0].directory, `heads-${n}`), head);
    const { stdout } = await servers[0].run('log', 'verify', '--since', `heads-${n}`);
    assert.match(stdout, new RegExp(`^${feed.length} entries in `));
  }
  const count = (list) => resizers.flatMap((one) => one[list]).length;
  context.diagnostic(`${work.outcomes.length} requests; ${count('acknowledged')} resizings acknowledged, of ${count('unknown')} unknown ones ${count('done')} done; ` +
    `${orders.length} purchases, each asked for twice; ${events.length} events, once each`);
  for (const { name, connections, refused } of listeners) context.diagnostic(`${name}: ${connections} connections, refused ${refused} times`);
});

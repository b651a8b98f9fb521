/** Keys of a live identity provider that are taken out while sockets and streams are open, and that cannot be read for days. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import WebSocket from 'ws';
import { ask } from './asking.mjs';
import { clock } from './clock.mjs';
import { discovered, provide } from './provider.mjs';
import { serve, tenants } from './serve.mjs';
import { until } from './until.mjs';

const API = 'api://copartner';
const [MINUTE, HOUR, DAY] = [61, 3_661, 86_400];
/** How long a socket may be open, and some milliseconds for this machine, after its key is out. */
const BOUND = 2_000;

let time;
let identity;
let server;
/** Of the first the keys are changed, and of both they cannot be read: the second's for longer. */
let first;
let second;
before(async () => {
  [time, identity] = [await clock(), await provide()];
  const claims = (claims) => ({ ...claims, exp: claims.iat + 365 * DAY, roles: ['ADMIN_AGENT'], idtyp: 'app' });
  const issue = async (path) => {
    const realm = identity.issue(path, { applications: ['nightly-sync'], claims });
    const keysAt = new URL((await discovered(realm.issuer)).jwks_uri).pathname;
    return {
      ...realm,
      token: () => realm.application('nightly-sync', API),
      asked: () => identity.asked.filter((asked) => asked === keysAt).length,
      goAway: (answer = (request) => request.socket.destroy()) => identity.interpose(keysAt, answer),
      comeBack: () => identity.interpose(keysAt),
    };
  };
  [first, second] = [await issue('/first'), await issue('/second')];
  const configured = ({ issuer }, tenant, more) =>
    `[[issuers]]\nissuer = "${issuer}"\ntenant = "${tenant}"\naudience = ["${API}"]\ndiscovery = true\n${more}`;
  server = await serve(
    `[http]\ndrain_seconds = 0\n${configured(first, tenants.fabrikam, '')}${configured(second, tenants.contoso, 'keys_max_age_hours = 48\n')}`,
    time.variables,
  );
});
after(async () => {
  await server?.stop();
  await identity?.stop();
  await time?.stop();
});

const status = async (token) => (await ask(server, token)).status;
const ready = async () => {
  const response = await fetch(`${server.base}/readyz`);
  return { code: response.status, ...(await response.json()) };
};

/** A socket with a live operation on it, on which nothing happens, if its token is taken. */
async function listen(token) {
  const socket = new WebSocket(`${server.base.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  const said = [];
  let end;
  const closed = new Promise((resolve) => socket.on('close', (code, reason) => resolve((end = { code, reason: String(reason) }))));
  const say = (message) => socket.send(JSON.stringify(message));
  socket.on('message', (data) => said.push(JSON.parse(data)));
  socket.on('open', () => say({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }));
  await until(() => assert.ok(end || said[0]?.type === 'connection_ack'));
  if (!end) {
    say({ id: '1', type: 'subscribe', payload: { query: 'subscription { events { id } }' } });
    say({ id: '2', type: 'subscribe', payload: { query: '{ __typename }' } });
    await until(() => assert.ok(said.some(({ id, type }) => id === '2' && type === 'complete')));
  }
  return { closed, isOpen: () => !end, stop: () => socket.terminate() };
}

/** A stream of events, on which nothing happens; `ended` has all that was said on it. */
async function follow(token) {
  const leaving = new AbortController();
  const response = await fetch(`${server.base}/graphql`, {
    method: 'POST',
    headers: { accept: 'text/event-stream', authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query: 'subscription { events { id } }' }),
    signal: leaving.signal,
  });
  const ended = response.text();
  ended.catch(() => {});
  return { status: response.status, ended, stop: () => leaving.abort() };
}

/** What was promised, within a bound. */
const soon = (promise) => Promise.race([
  promise,
  new Promise((_, reject) => setTimeout(reject, BOUND, new Error(`nothing within ${BOUND} ms`))),
]);

test('idle sockets and streams end with the key of their token, though nobody asks for anything', { timeout: 60_000 }, async (t) => {
  const tokens = [await first.token(), await second.token()];
  const open = [...await Promise.all(tokens.map(listen)), ...await Promise.all(tokens.map(follow))];
  t.after(() => open.forEach((one) => one.stop()));
  const [socket, otherSocket, stream, otherStream] = open;
  assert.deepEqual([stream.status, otherStream.status], [200, 200]);
  const before = first.asked();
  first.rotate();
  await time.ahead(HOUR);
  await until(() => assert.equal(first.asked(), before + 1));
  assert.deepEqual(await soon(socket.closed), { code: 4401, reason: 'Unauthorized: the token is not accepted any more.' });
  const said = await soon(stream.ended);
  assert.match(said, /"reason":"TOKEN_REVOKED"/);
  assert.match(said, /event: complete\n/);
  assert.equal(await status(tokens[0]), 401);
  // Another issuer's go on, and so does whoever has a token of the new key.
  assert.equal(await status(tokens[1]), 200);
  assert.ok(otherSocket.isOpen());
  assert.equal(await Promise.race([otherStream.ended, 'open']), 'open');
  const fresh = await listen(await first.token());
  assert.ok(fresh.isOpen());
  fresh.stop();
});

test('keys are read each hour though nobody asks, so that nobody waits for a slow provider', { timeout: 60_000 }, async (t) => {
  const token = await first.token();
  for (let hour = 0; hour < 5; hour++) {
    const before = first.asked();
    await time.ahead(HOUR);
    await until(() => assert.equal(first.asked(), before + 1));
  }
  first.goAway(() => {});
  t.after(first.comeBack);
  const before = first.asked();
  await time.ahead(HOUR);
  await until(() => assert.equal(first.asked(), before + 1));
  const { status, ms } = await ask(server, token);
  assert.equal(status, 200);
  assert.ok(ms < 1_000, `${ms} ms`);
});

test('a provider that is away for longer than its keys may be old: 503, until it is back', { timeout: 120_000 }, async (t) => {
  const [token, other] = [await first.token(), await second.token()];
  await time.ahead(HOUR);
  for (const one of [token, other]) await until(async () => assert.equal(await status(one), 200));
  const unknown = [JSON.parse(Buffer.from(token.split('.')[1], 'base64url'))].map((claims) =>
    token.replace(/\.[^.]*\./, `.${Buffer.from(JSON.stringify({ ...claims, iss: 'https://unknown.example' })).toString('base64url')}.`))[0];
  for (const realm of [first, second]) {
    realm.goAway();
    t.after(realm.comeBack);
  }
  const asked = async (more) => {
    const before = first.asked();
    await time.ahead(more);
    await until(() => assert.ok(first.asked() > before));
  };
  await asked(22 * HOUR);
  for (const one of [token, other]) assert.equal(await status(one), 200);
  assert.equal((await ready()).warning, undefined);
  const open = [await listen(token), await follow(token), await listen(other)];
  t.after(() => open.forEach((one) => one.stop()));

  await asked(2 * HOUR);
  assert.deepEqual(await soon(open[0].closed), { code: 1013, reason: 'The token cannot be verified right now. Connect again.' });
  const said = await soon(open[1].ended);
  assert.match(said, /"reason":"TOKEN_UNVERIFIABLE"/);
  for (const accept of ['application/graphql-response+json', 'application/json', 'text/event-stream']) {
    const query = accept === 'text/event-stream' ? 'subscription { events { id } }' : '{ viewer { kind } }';
    const response = await fetch(`${server.base}/graphql`, {
      method: 'POST',
      headers: { accept, authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
    assert.equal(response.status, 503);
    assert.equal(response.headers.get('retry-after'), '1');
    assert.equal(response.headers.get('www-authenticate'), null);
    assert.equal((await response.json()).errors[0].extensions.code, 'UNAVAILABLE');
  }
  assert.equal((await (await listen(token)).closed).code, 1013);
  assert.match(server.log(), /too old to be used/);
  // Nothing is passed over because keys are away, and no other issuer's keys are.
  for (const bad of [unknown, 'x.y.z']) assert.equal(await status(bad), 401);
  assert.equal(await status(other), 200);
  assert.ok(open[2].isOpen());
  const { code, warning } = await ready();
  assert.equal(code, 200);
  assert.match(warning, /^1 of 2 issuers have no usable key, so that their tokens cannot be verified/);

  await asked(30 * HOUR);
  await until(async () => assert.equal(await status(other), 503));
  assert.equal((await soon(open[2].closed)).code, 1013);
  const away = await ready();
  assert.equal(away.code, 503);
  assert.match(away.reason, /no token can be verified/);
  // Without a server there are no keys at all, and nothing is said of the token either.
  const { stdout, stderr } = await server.run('token', 'check', token).catch((error) => error);
  assert.match(stdout, /^FAILED key .*No usable key of the issuer could be read yet\..*cannot be reached/m);
  assert.match(stderr, /the token cannot be verified/);

  first.comeBack();
  second.comeBack();
  await asked(MINUTE);
  for (const one of [token, other]) await until(async () => assert.equal(await status(one), 200));
  assert.deepEqual(await ready(), { code: 200, status: 'ready' });
  const again = await listen(token);
  assert.ok(again.isOpen());
  again.stop();
});

/** Issuers that the operator trusts and revokes while the server runs, and issuers alike but in name: live providers, all of them. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import WebSocket from 'ws';
import { ask } from './asking.mjs';
import { clock } from './clock.mjs';
import { provide } from './provider.mjs';
import { serve, tenants } from './serve.mjs';
import { until } from './until.mjs';

const API = 'api://copartner';
const OPERATOR = '0e000000-0000-4000-8000-000000000001';
/** More than the time after which a set of keys is read again. */
const REFRESH = 3_661;

/** How long what was revoked may be let in, and some milliseconds for this machine, which does other things meanwhile. */
const BOUND = 1_000;
const SLACK = 250;

let time;
let identity;
let server;
let operator;
/** Two issuers that sign with keys of one name, for one subject, with one `jti` for each client; and one that nobody trusts yet. */
let one;
let other;
let later;
before(async () => {
  [time, identity] = [await clock(), await provide()];
  const applications = ['by-token', 'by-principal', 'by-key', 'by-es', 'crossed'];
  const issue = (path, roles) => identity.issue(path, {
    applications,
    algorithms: { 'by-es': 'ES256' },
    claims: (claims, { clientId }) => ({
      ...claims,
      // What the one says as if it were the other.
      ...(clientId === 'crossed' && { iss: identity.address + (path === '/one' ? '/other' : '/one') }),
      exp: claims.iat + 86_400, jti: `jti-of-${clientId}`, roles, idtyp: 'app',
    }),
  });
  one = issue('/one', ['SALES_AGENT']);
  other = issue('/other', ['CUSTOMER_ADMINISTRATOR']);
  later = issue('/later', ['ADMIN_AGENT']);
  const trusted = [[one, tenants.fabrikam], [other, tenants.contoso]].map(([{ issuer }, tenant]) => `
    [[issuers]]
    issuer = "${issuer}"
    tenant = "${tenant}"
    audience = ["${API}"]
    algorithms = ["RS256", "ES256"]
    discovery = true
  `);
  server = await serve(`
    development_issuer = true
    operator_tenant = "${OPERATOR}"
    [http]
    drain_seconds = 0
    ${trusted.join('')}
  `, time.variables);
  operator = (await server.run('token', '--tenant', 'operator', '--role', 'OPERATOR', '--ttl', '1d')).stdout.trim();
});
after(async () => {
  await server?.stop();
  await identity?.stop();
  await time?.stop();
});

/** What the operator does, which must be done; returns when it was answered. */
async function done(act, type, input) {
  const query = `mutation($input: ${type}!) { it: ${act}(input: $input) { userErrors { code message } } }`;
  const { status, answer } = await ask(server, operator, query, { input });
  assert.equal(status, 200, JSON.stringify(answer));
  assert.deepEqual(answer.data?.it.userErrors, [], JSON.stringify(answer));
  return performance.now();
}
const revoke = (what) => done('revokeCredential', 'RevokeCredentialInput', { ...what, reason: 'It was stolen.' });

const part = (token, n) => JSON.parse(Buffer.from(token.split('.')[n], 'base64url'));
const kid = (token) => part(token, 0).kid;

async function isOf(token, tenant) {
  const { status, answer } = await ask(server, token, '{ viewer { tenantId subject } }');
  assert.equal(status, 200, `${JSON.stringify(answer)} ${server.log()}`);
  assert.equal(answer.data.viewer.tenantId, tenant);
}
const isGood = async (token) => assert.equal((await ask(server, token)).status, 200, server.log());
const isRefused = async (token) => assert.equal((await ask(server, token)).status, 401);

/** Asks until it is refused, and then for as long again, which it must stay. Returns how long after the answer it was let in last. */
async function letInUntil(token, revoked) {
  let last = 0;
  await until(async () => {
    const begun = performance.now();
    const { status } = await ask(server, token);
    if (status === 200) last = begun - revoked;
    assert.equal(status, 401);
  }, 5_000, 5);
  const refused = performance.now();
  while (performance.now() < refused + BOUND) await isRefused(token);
  return last;
}

test('two issuers with one name for their keys, principals and tokens are never taken for each other', async () => {
  const tokens = await Promise.all([one, other].map((issuer) => issuer.application('by-token', API)));
  const [ours, theirs] = tokens.map((token) => ({ kid: kid(token), sub: part(token, 1).sub, jti: part(token, 1).jti }));
  assert.deepEqual(ours, theirs, 'they are not alike, which they are to be here');
  for (let turn = 0; turn < 100; turn++) {
    await isOf(tokens[0], tenants.fabrikam);
    await isOf(tokens[1], tenants.contoso);
  }
  for (const issuer of [one, other]) {
    const crossed = await issuer.application('crossed', API);
    assert.notEqual(part(crossed, 1).iss, issuer.issuer);
    await isRefused(crossed);
  }
  // Of both an equal part of the tokens of each.
  for (const [a, b] of [tokens, [...tokens].reverse()]) {
    const [head, claims] = a.split('.');
    await isRefused([head, claims, b.split('.')[2]].join('.'));
  }
});

for (const [client, what] of [
  ['by-token', (token) => ({ token: part(token, 1).jti })],
  ['by-principal', (token) => ({ principal: part(token, 1).sub })],
  ['by-key', (token) => ({ key: kid(token) })],
]) {
  test(`what is revoked ${client.replace('-', ' ')} at one issuer is good at the other, where it has the same name`, { timeout: 30_000 }, async (context) => {
    const [revoked, same, another] = [
      await one.application(client, API), await other.application(client, API), await one.application('by-es', API),
    ];
    for (const token of [revoked, same, another]) await isGood(token);
    const at = await revoke({ issuer: one.issuer, ...what(revoked) });
    const last = await letInUntil(revoked, at);
    context.diagnostic(`let in for the last time ${last.toFixed(0)} ms after it was revoked`);
    assert.ok(last <= BOUND, `${last} ms`);
    await isOf(same, tenants.contoso);
    await isOf(another, tenants.fabrikam);
  });
}

test('a key that was revoked does not come back when the keys are read again', async () => {
  const token = await one.application('by-key', API);
  await isRefused(token);
  const asked = () => identity.asked.filter((path) => path.startsWith('/one/jwks')).length;
  const before = asked();
  await time.ahead(REFRESH);
  await isGood(await one.application('by-es', API));
  await until(() => assert.equal(asked(), before + 1));
  await isRefused(token);
});

/** A socket with a live operation on it, opened by this token. */
async function listen(token) {
  const socket = new WebSocket(`${server.base.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  const said = [];
  const closed = new Promise((resolve) => socket.on('close', (code, reason) => resolve({ code, reason: String(reason), at: performance.now() })));
  const say = (message) => socket.send(JSON.stringify(message));
  socket.on('message', (data) => said.push(JSON.parse(data)));
  socket.on('open', () => say({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }));
  await until(() => assert.equal(said[0]?.type, 'connection_ack'));
  say({ id: '1', type: 'subscribe', payload: { query: 'subscription { events { id } }' } });
  // Operations begin in their order: with the answer to this one the first is open.
  say({ id: '2', type: 'subscribe', payload: { query: '{ __typename }' } });
  await until(() => assert.ok(said.some(({ id, type }) => id === '2' && type === 'complete')));
  return { closed, stop: () => socket.terminate() };
}

test('an issuer is trusted by a mutation, and revoked by one within a second, on open sockets too', { timeout: 60_000 }, async (context) => {
  const token = await later.application('by-token', API);
  await isRefused(token);
  const trust = {
    issuer: later.issuer, tenantId: tenants.fabrikam, audience: [API], algorithms: ['RS256', 'ES256'],
    discovery: `${later.issuer}/.well-known/openid-configuration`,
  };
  for (let turn = 1; turn <= 2; turn++) {
    const trusted = await done('trustIssuer', 'TrustIssuerInput', trust);
    await until(() => isOf(token, tenants.fabrikam), 5_000, 5);
    const took = performance.now() - trusted;
    assert.ok(took <= BOUND + SLACK, `${took} ms until it was trusted`);
    await isOf(await later.application('by-es', API), tenants.fabrikam);
    const sockets = [await listen(token), await listen(await other.application('by-key', API))];
    try {
      const at = await done('revokeIssuer', 'RevokeIssuerInput', { issuer: later.issuer, reason: 'It speaks for someone else.' });
      const [last, closed] = await Promise.all([letInUntil(token, at), sockets[0].closed]);
      context.diagnostic(`trusted after ${took.toFixed(0)} ms, let in until ${last.toFixed(0)} ms, its socket open until ${(closed.at - at).toFixed(0)} ms`);
      assert.equal(closed.code, 4401, closed.reason);
      assert.ok(last <= BOUND && closed.at - at <= BOUND + SLACK, `${last} ms, ${closed.at - at} ms`);
      assert.equal(await Promise.race([sockets[1].closed, 'open']), 'open', 'another issuer\'s socket ended, too');
      await isOf(await other.application('by-key', API), tenants.contoso);
    } finally {
      for (const socket of sockets) socket.stop();
    }
  }
});

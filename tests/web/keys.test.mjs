/** An identity provider that changes its keys, is slow, is away or talks rubbish, while requests come; the clock is set ahead. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { ask, times } from './asking.mjs';
import { clock } from './clock.mjs';
import { discovered, provide } from './provider.mjs';
import { serve, tenants } from './serve.mjs';
import { until } from './until.mjs';

const API = 'api://copartner';
const DAY = 86_400;
/** More than the time between two attempts, and more than the time after which a set is read again: see token/src/keyring.rs. */
const [COOL_DOWN, REFRESH] = [61, 3_661];

let time;
let identity;
let realm;
let server;
let keysAt;
let discoveryAt;
before(async () => {
  [time, identity] = [await clock(), await provide()];
  realm = identity.issue('/realms/main', {
    applications: ['nightly-sync'],
    claims: (claims) => ({ ...claims, exp: claims.iat + 365 * DAY, roles: ['SALES_AGENT'], idtyp: 'app' }),
  });
  const known = await discovered(realm.issuer);
  keysAt = new URL(known.jwks_uri).pathname;
  discoveryAt = '/realms/main/.well-known/openid-configuration';
  const configuration = `
    [http]
    drain_seconds = 0
    [[issuers]]
    issuer = "${realm.issuer}"
    tenant = "${tenants.fabrikam}"
    audience = ["${API}"]
    algorithms = ["RS256", "ES256"]
    discovery = true
  `;
  server = await serve(configuration, time.variables);
});
after(async () => {
  await server?.stop();
  await identity?.stop();
  await time?.stop();
});

const token = () => realm.application('nightly-sync', API);
const tokens = (count) => Promise.all(Array.from({ length: count }, token));
const asked = () => identity.asked.filter((path) => path === keysAt).length;
const isGood = async (token) => assert.equal((await ask(server, token)).status, 200, server.log());
const isRefused = async (token) => assert.equal((await ask(server, token)).status, 401);

/** A token of the issuer's, as far as can be seen without its key. */
const encoded = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const forged = (kid) =>
  [{ alg: 'RS256', typ: 'JWT', kid }, { iss: realm.issuer, aud: API, sub: 'nobody', exp: 4_102_444_800 }, 'c2lnbmF0dXJl']
    .map((part) => (typeof part === 'string' ? part : encoded(part))).join('.');

test('no good token is refused while the keys are changed under requests, three times', { timeout: 60_000 }, async (context) => {
  let good = await tokens(4);
  const outcomes = [];
  const taken = [];
  let isOver = false;
  const asking = Array.from({ length: 6 }, async (_, n) => {
    for (let turn = n; !isOver; turn++) {
      const { status, ms } = await ask(server, good[turn % good.length]);
      outcomes.push(status);
      taken.push(ms);
    }
  });
  const more = (count) => until(((from) => () => assert.ok(outcomes.length >= from + count))(outcomes.length));
  try {
    for (let turn = 0; turn < 3; turn++) {
      await time.ahead(COOL_DOWN);
      realm.introduce();
      const fresh = await tokens(4);
      // The old ones and the new ones are good now: with the first new one the set is read again.
      good = [...good, ...fresh];
      await more(200);
      good = fresh;
      await more(20);
      realm.retire();
      await time.ahead(REFRESH);
      await more(200);
    }
  } finally {
    isOver = true;
    await Promise.all(asking);
  }
  const { median, p99 } = times(taken);
  context.diagnostic(`${outcomes.length} requests, median ${median} ms, p99 ${p99} ms`);
  assert.deepEqual(outcomes.filter((status) => status !== 200), []);
});

test('a key that is taken out is refused within the hour although no unknown key is asked for', async () => {
  const [seen, unseen] = await tokens(2);
  await isGood(seen);
  await time.ahead(COOL_DOWN);
  realm.introduce();
  const fresh = await token();
  await isGood(fresh);
  realm.retire();
  await isGood(seen);
  // The request that notices the age is answered, and has the set read again behind it.
  await time.ahead(REFRESH);
  await isGood(fresh);
  await until(() => isRefused(seen));
  await isRefused(unseen);
  await isGood(fresh);
});

test('after two hours in which nothing was asked a key that was taken out is not taken even once', async () => {
  const old = await token();
  await isGood(old);
  realm.rotate();
  await time.ahead(2 * REFRESH);
  await isRefused(old);
  await isGood(await token());
});

const keys = async () => JSON.stringify(await (await fetch(realm.issuer + keysAt.replace('/realms/main', ''))).json());
const say = (status, headers, body) => (_, response) => response.writeHead(status, headers).end(body);
const json = { 'content-type': 'application/json' };

/** What the provider answers in place of its keys, and what the log says of it. */
const rubbish = [
  ['a page', say(200, { 'content-type': 'text/html' }, '<!doctype html><title>Sign in</title>'), 'is not a JSON Web Key Set'],
  ['JSON that breaks off', say(200, json, '{"keys":[{"kty":"RSA","n":"AQ'), 'is not a JSON Web Key Set'],
  ['nothing at all', say(200, json, ''), 'is not a JSON Web Key Set'],
  ['an array', say(200, json, '[]'), 'is not a JSON Web Key Set'],
  ['an empty set', say(200, json, '{"keys":[]}'), 'No key of the set'],
  ['a set of secrets', say(200, json, '{"keys":[{"kty":"oct","k":"AAAA"}]}'), 'No key of the set'],
  ['status 500', say(500, json, '{"keys":[]}'), 'answered 500 instead of 200'],
  ['status 204', say(204, {}), 'answered 204 instead of 200'],
  ['a redirect', say(302, { location: '/realms/main/jwks' }), 'answered 302, a redirect'],
  ['more than 256 KiB', say(200, json, ' '.repeat(300_000)), 'larger than 256 KiB'],
  ['an endless answer', (_, response) => {
    response.writeHead(200, json);
    const more = () => {
      while (!response.destroyed && response.write(' '.repeat(65_536)));
    };
    response.on('drain', more);
    more();
  }, 'larger than 256 KiB'],
  ['a connection that is cut', (request) => request.socket.resetAndDestroy(), 'cannot be reached, or broke off'],
  ['half of what was promised', (_, response) => {
    response.writeHead(200, { ...json, 'content-length': 1_000 });
    response.write('{"keys":', () => response.socket.destroy());
  }, 'cannot be reached, or broke off'],
  ['no answer', () => {}, 'did not answer in time'],
  ['a byte at a time', (_, response) => {
    response.writeHead(200, json);
    const drip = setInterval(() => response.write(' '), 100);
    response.on('close', () => clearInterval(drip));
  }, 'did not answer in time'],
];
const elsewhere = [
  ['a page', say(200, { 'content-type': 'text/html' }, '<p>'), 'or not a discovery document'],
  ['what another issuer publishes', say(200, json, '{"issuer":"https://login.example.com","jwks_uri":"http://127.0.0.1:1/"}'),
    'The `issuer` of the discovery document is not the configured one'],
];

const count = (sentence) => server.log().split('\n').filter((line) => line.includes('cannot read') && line.includes(sentence)).length;

for (const [at, list] of [['keys', rubbish], ['discovery document', elsewhere]]) {
  for (const [what, answer, sentence] of list) {
    test(`${what} in place of the ${at}: known keys stay good, nobody waits, and the log says it`, { timeout: 30_000 }, async (t) => {
      const [known, ...others] = await tokens(11);
      // The last attempt may have failed, too; of a set that is good enough nothing would be read.
      await isGood(known);
      const [path, before] = [at === 'keys' ? keysAt : discoveryAt, count(sentence)];
      identity.interpose(path, answer);
      t.after(() => identity.interpose(path));
      await time.ahead(REFRESH);
      const taken = [];
      for (const one of [known, ...others, known]) {
        const { status, ms } = await ask(server, one);
        assert.equal(status, 200);
        taken.push(ms);
      }
      assert.ok(Math.max(...taken) < 1_000, `someone waited: ${taken.map(Math.round)}`);
      await until(() => assert.equal(count(sentence), before + 1, server.log()));
      await isGood(known);
      assert.equal((await fetch(`${server.base}/readyz`)).status, 200);
    });
  }
}

test('good keys are read whatever type they are said to be of', async (t) => {
  const good = await keys();
  let answered = 0;
  identity.interpose(keysAt, (...exchange) => (answered++, say(200, { 'content-type': 'text/plain' }, good)(...exchange)));
  t.after(() => identity.interpose(keysAt));
  const one = await token();
  await time.ahead(REFRESH);
  await isGood(one);
  await until(() => assert.equal(answered, 1));
  await isGood(one);
});

test('while the provider is slow only those wait whose key is not known', { timeout: 30_000 }, async (t) => {
  const good = await tokens(10);
  identity.interpose(keysAt, () => {});
  t.after(() => identity.interpose(keysAt));
  await time.ahead(COOL_DOWN);
  const before = asked();
  let waiting = 20;
  const strangers = Array.from({ length: waiting }, async (_, n) => {
    const refused = await ask(server, forged(`unknown-${n}`));
    waiting -= 1;
    return refused;
  });
  await until(() => assert.equal(asked(), before + 1));
  const taken = [];
  while (waiting === 20 && taken.length < 100) taken.push((await ask(server, good[taken.length % 10])).ms);
  assert.equal(taken.length, 100, 'no stranger was told while the provider was silent');
  assert.ok(Math.max(...taken) < 1_000, `someone waited: ${JSON.stringify(times(taken))}`);
  for (const { status, ms } of await Promise.all(strangers)) {
    assert.equal(status, 401);
    assert.ok(ms < 15_000, `${ms} ms`);
  }
  assert.equal(asked(), before + 1);
});

const memory = () => Number(readFileSync(`/proc/${server.pid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)[1]);

test('a flood of unknown keys has the provider asked once for each minute, and good tokens are answered as ever', { timeout: 60_000 }, async (context) => {
  const good = await tokens(10);
  const measure = async (count) => {
    const taken = [];
    for (let n = 0; n < count; n++) {
      const { status, ms } = await ask(server, good[n % 10]);
      assert.equal(status, 200);
      taken.push(ms);
    }
    return times(taken);
  };
  const before = asked();
  await time.ahead(COOL_DOWN);
  const calm = await measure(300);
  const held = memory();
  let isOver = false;
  let strangers = 0;
  const flood = Array.from({ length: 8 }, async () => {
    while (!isOver) {
      const { status } = await ask(server, forged(crypto.randomUUID()));
      assert.equal(status, 401);
      strangers += 1;
    }
  });
  const enough = (more) => until(((from) => () => assert.ok(strangers >= from + more))(strangers));
  let flooded;
  try {
    await enough(1_000);
    flooded = await measure(300);
    assert.equal(asked(), before + 1);
    // A new key is taken as soon as the provider may be asked again.
    realm.introduce();
    const fresh = await token();
    await isRefused(fresh);
    await time.ahead(COOL_DOWN);
    await until(() => isGood(fresh));
    await enough(500);
  } finally {
    isOver = true;
    await Promise.all(flood);
  }
  assert.equal(asked(), before + 2);
  context.diagnostic(`${strangers} unknown keys; median ${calm.median} ms in calm, ${flooded.median} ms meanwhile; p99 ${calm.p99} and ${flooded.p99} ms`);
  // Eight others ask all the time, on the processors of this test, too.
  assert.ok(flooded.p99 < calm.p99 * 20 + 200, JSON.stringify({ calm, flooded }));
  assert.ok(memory() - held < 64 * 1_024, `${memory() - held} KiB more`);
});

test('an issuer is told by its name byte for byte, the slash at its end included', { timeout: 30_000 }, async () => {
  const shape = { applications: ['nightly-sync'], claims: (claims) => ({ ...claims, roles: ['SALES_AGENT'] }) };
  const [slash, plain] = ['/slash/', '/plain'].map((path) => identity.issue(path, shape));
  const configured = (...issuers) => issuers.map(([issuer, keys]) => `
    [[issuers]]
    issuer = "${issuer}"
    tenant = "${tenants.fabrikam}"
    audience = ["${API}"]
    ${keys}
  `).join('');
  const issued = await Promise.all([slash, plain].map((issuer) => issuer.application('nightly-sync', API)));
  const right = await serve(`[http]\ndrain_seconds = 0\n${configured([slash.issuer, 'discovery = true'], [plain.issuer, 'discovery = true'])}`);
  try {
    for (const one of issued) assert.equal((await ask(right, one)).status, 200, right.log());
  } finally {
    await right.stop();
  }
  const { jwks_uri } = await discovered(slash.issuer);
  const spelling = [[slash.issuer.slice(0, -1), `jwks_url = "${jwks_uri}"`], [`${plain.issuer}/`, 'discovery = true']];
  const wrong = await serve(`[http]\ndrain_seconds = 0\n${configured(...spelling)}`);
  try {
    for (const one of issued) {
      assert.equal((await ask(wrong, one)).status, 401);
      const { stdout } = await wrong.run('token', 'check', one).catch((error) => error);
      const { iss } = JSON.parse(Buffer.from(one.split('.')[1], 'base64url'));
      assert.match(stdout, /^FAILED issuer .*none of the configured issuers/m);
      assert.ok(stdout.includes(`iss is "${iss}".`), stdout);
      const known = iss.endsWith('/') ? iss.slice(0, -1) : `${iss}/`;
      assert.ok(stdout.includes(`The issuer is known as "${known}": mind the slash at the end.`), stdout);
      const line = wrong.log().split('\n').find((line) => line.includes('but for the slash at its end') && line.includes(`known="${known}"`));
      assert.ok(line?.includes(`iss="${iss}"`), wrong.log());
    }
    const [published, known] = [plain.issuer, `${plain.issuer}/`];
    assert.ok(wrong.log().includes(`it is \`${published}\`, and \`${known}\` is configured`), wrong.log());
  } finally {
    await wrong.stop();
  }
});

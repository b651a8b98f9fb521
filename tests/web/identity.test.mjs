/** Tokens of a live identity provider: found by discovery, signed with keys that change, and shaped as docs/identity/ shows them. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { ask } from './asking.mjs';
import { clock } from './clock.mjs';
import { discovered, provide } from './provider.mjs';
import { serve, tenants } from './serve.mjs';
import { until } from './until.mjs';

const API = 'api://copartner';
const GROUP = '7c9e6679-7425-40de-944b-e07fc1f90ae7';
const FABRIKAM = { kind: 'PARTNER', tenantId: tenants.fabrikam, partner: { name: 'Fabrikam' } };

/** Who the server takes the bearer of this token for. */
async function viewer(server, token) {
  const { status, answer } = await ask(server, token, '{ viewer { kind tenantId subject isApplication mfa roles groups partner { name } } }');
  assert.equal(status, 200, `${JSON.stringify(answer)} ${server.log()}`);
  return answer.data.viewer;
}

const header = (token) => JSON.parse(Buffer.from(token.split('.')[0], 'base64url'));
const asked = (path) => identity.asked.filter((one) => one === path).length;

let time;
let identity;
let realm;
let server;
before(async () => {
  [time, identity] = [await clock(), await provide()];
  realm = identity.issue('/realms/main', {
    applications: ['nightly-sync', 'nightly-ps', 'nightly-es', 'nightly-ed'],
    algorithms: { 'nightly-ps': 'PS256', 'nightly-es': 'ES256', 'nightly-ed': 'EdDSA' },
    claims: (claims, { isApplication }) =>
      isApplication
        ? { ...claims, roles: ['SALES_AGENT'], idtyp: 'app' }
        : { ...claims, oid: `oid-of-${claims.sub}`, roles: ['ADMIN_AGENT', 'something-else'], groups: [GROUP], amr: ['pwd', 'mfa'] },
  });
  server = await serve(`
    [[issuers]]
    issuer = "${realm.issuer}"
    tenant = "${tenants.fabrikam}"
    audience = ["${API}"]
    algorithms = ["RS256", "PS256", "ES256", "EdDSA"]
    discovery = true
  `, time.variables);
});
after(async () => {
  await server?.stop();
  await identity?.stop();
  await time?.stop();
});

test('the keys are found by discovery, once', async () => {
  assert.equal(asked('/realms/main/.well-known/openid-configuration'), 1);
  assert.equal(asked(new URL((await discovered(realm.issuer)).jwks_uri).pathname), 1);
});

for (const [client, algorithm] of [['nightly-sync', 'RS256'], ['nightly-ps', 'PS256'], ['nightly-es', 'ES256'], ['nightly-ed', 'EdDSA']]) {
  test(`an application is known by its token, signed with ${algorithm}`, async () => {
    const token = await realm.application(client, API);
    assert.equal(header(token).alg, algorithm);
    const expected = { ...FABRIKAM, subject: client, isApplication: true, mfa: false, roles: ['SALES_AGENT'], groups: [] };
    assert.deepEqual(await viewer(server, token), expected);
  });
}

test('a user is known by the token of an authorization code, with roles, groups and second factor', async () => {
  const token = await realm.user('robin', API);
  const expected = { ...FABRIKAM, subject: 'oid-of-robin', isApplication: false, mfa: true, roles: ['ADMIN_AGENT'], groups: [GROUP] };
  assert.deepEqual(await viewer(server, token), expected);
});

test('a token for another audience, or with another signature, is refused', async () => {
  const foreign = await realm.application('nightly-sync', 'api://elsewhere');
  const [own, other] = [await realm.application('nightly-sync', API), await realm.application('nightly-sync', API)];
  const forged = [...own.split('.').slice(0, 2), other.split('.')[2]].join('.');
  const refusals = [];
  for (const token of [foreign, forged]) {
    const { status, answer } = await ask(server, token);
    assert.equal(status, 401);
    assert.equal(answer.data, undefined);
    const { requestId, ...extensions } = answer.errors[0].extensions;
    refusals.push([answer.errors[0].message, extensions]);
  }
  assert.deepEqual(refusals[0], refusals[1], 'the answers tell what was wrong');
});

test('an issuer that changes its keys is followed within a minute, and the old ones end', async () => {
  const old = await realm.application('nightly-sync', API);
  assert.equal((await ask(server, old)).status, 200);
  realm.rotate();
  const token = await realm.application('nightly-sync', API);
  assert.notEqual(header(token).kid, header(old).kid);
  // An unknown key has the set read again, at most once a minute.
  assert.equal((await ask(server, token)).status, 401);
  await time.ahead(60);
  assert.equal((await ask(server, token)).status, 200);
  assert.equal((await ask(server, old)).status, 401);
  assert.equal((await ask(server, await realm.user('robin', API))).status, 200);
});

const UUIDS = ['5d0b8c1e-94a3-4c52-8f1d-6f3a7e2b9c41', 'b83c4d5e-1f27-4a69-8b0c-d4e5f6a7b8c9'];

/**
 * What the pages show: the paths of their issuers, the document that all tenants share, and who the tokens are of. `nth` is the
 * configuration on the page, and `change` says what is otherwise with it in a token.
 */
const shown = [
  { page: 'entra-id', paths: [`/${tenants.fabrikam}/v2.0`], shared: ['/common/v2.0', '/{tenantid}/v2.0'], subjects: UUIDS },
  {
    page: 'entra-id',
    nth: 1,
    paths: [`/${tenants.fabrikam}/`],
    shared: ['/common', '/{tenantid}/'],
    subjects: UUIDS,
    change: ({ acrs, ...claims }) => ({ ...claims, ...(acrs && { amr: ['pwd', 'mfa'] }), aud: `api://${claims.aud}`, ver: '1.0' }),
  },
  { page: 'keycloak', paths: ['/realms/main'], subjects: UUIDS },
  { page: 'auth0', paths: ['/'], subjects: ['auth0|66f1c2a94b0d8e7f3a5b6c7d', 'kq3sT8vXm1LpWd0yUeHfJc5nGaVb7Zt2@clients'] },
  {
    page: 'okta',
    paths: ['/oauth2/aus8k2f1m3XyZabcd697', '/oauth2/aus9p4q2r6StUvwxy697'],
    subjects: ['00u1a2b3c4d5e6f7g697', '0oa2b3c4d5e6f7g8h697'],
  },
];

const blocks = (page, language) => [...page.matchAll(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 'gs'))].map(([, text]) => text);

for (const { page, nth = 0, paths, shared, subjects, change = (claims) => claims } of shown) {
  test(`tokens as on ${page}.md say what it says, with configuration ${nth + 1} there`, async () => {
    const text = await readFile(new URL(`../../docs/identity/${page}.md`, import.meta.url), 'utf8');
    const configuration = blocks(text, 'toml')[nth];
    const [ofUser, ofApplication] = blocks(text, 'json').map((claims) => change(JSON.parse(claims)));
    const provider = await provide();
    let server;
    try {
      // The claims that the page shows and no others; of those that the provider knows better, its own.
      const claims = (known, { isApplication }) => {
        const shape = isApplication ? ofApplication : ofUser;
        const own = { ...shape, iss: known.iss, iat: known.iat, nbf: known.iat, exp: known.exp, jti: known.jti, sub: known.sub };
        return Object.fromEntries(Object.keys(shape).map((claim) => [claim, own[claim]]));
      };
      const issuers = paths.map((path) => provider.issue(path, { claims, applications: [ofApplication.sub] }));
      const [ofPeople, ofPrograms = ofPeople] = issuers;
      if (shared) {
        const [place, issuer] = shared;
        const document = { ...(await discovered(ofPeople.issuer)), issuer: provider.address + issuer };
        provider.publish(`${place}/.well-known/openid-configuration`, document);
      }
      server = await serve(configuration.replaceAll(/^(issuer|discovery) = "https:\/\/[^/]+/gm, `$1 = "${provider.address}`));

      const [user, application] = [await ofPeople.user(ofUser.sub, API), await ofPrograms.application(ofApplication.sub, API)];
      assert.deepEqual(await viewer(server, user), {
        ...FABRIKAM,
        subject: subjects[0],
        isApplication: false,
        mfa: true,
        roles: ['ADMIN_AGENT'],
        groups: [GROUP],
      });
      assert.deepEqual(await viewer(server, application), {
        ...FABRIKAM,
        subject: subjects[1],
        isApplication: true,
        mfa: false,
        roles: ['SALES_AGENT'],
        groups: [],
      });
    } finally {
      await server?.stop();
      await provider.stop();
    }
  });
}

/** A live identity provider, npm's oidc-provider, on this machine: its access tokens are JWTs with the claims that a test wants. */
import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import Provider from 'oidc-provider';
import { until } from './until.mjs';

const CALLBACK = 'https://portal.fabrikam.example/callback';
const SECRET = randomBytes(16).toString('hex');
const SCOPE = 'copartner';

/** Private keys for each algorithm that there may be, of which the provider publishes the public halves. Their ids are alike at all issuers. */
function keys(generation) {
  const make = (alg, type, options) => {
    const { privateKey } = generateKeyPairSync(type, options);
    return { ...privateKey.export({ format: 'jwk' }), kid: `${alg}-${generation}`, alg, use: 'sig' };
  };
  return [
    make('RS256', 'rsa', { modulusLength: 2048 }),
    make('PS256', 'rsa', { modulusLength: 2048 }),
    make('ES256', 'ec', { namedCurve: 'P-256' }),
    make('EdDSA', 'ed25519'),
  ];
}

/** What is served at the issuer, which publishes these keys and signs with the first of them. */
function build(issuer, { claims, applications, algorithms }, keys) {
  const provider = new Provider(issuer, {
    jwks: { keys },
    cookies: { keys: [SECRET] },
    clients: [
      {
        client_id: 'portal',
        token_endpoint_auth_method: 'none',
        redirect_uris: [CALLBACK],
      },
      ...applications.map((client_id) => ({
        client_id,
        client_secret: SECRET,
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
      })),
    ],
    pkce: { required: () => true },
    ttl: { AccessToken: 300, ClientCredentials: 300, Grant: 300, IdToken: 300, Interaction: 300, Session: 300 },
    findAccount: (_, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
    interactions: { url: (_, { uid }) => `${new URL(issuer).pathname.replace(/\/$/, '')}/interaction/${uid}` },
    // Who signed in has consented.
    async loadExistingGrant({ oidc }) {
      const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
      grant.addOIDCScope('openid');
      grant.addResourceScope(oidc.params.resource, SCOPE);
      await grant.save();
      return grant;
    },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_, audience, { clientId }) => ({
          audience,
          scope: SCOPE,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: algorithms[clientId] ?? 'RS256' } },
        }),
      },
    },
    formats: {
      customizers: {
        jwt(_, token, jwt) {
          jwt.payload = claims(jwt.payload, { isApplication: token.kind === 'ClientCredentials', clientId: token.clientId });
        },
      },
    },
  });
  const serve = provider.callback();
  return async (request, response) => {
    if (!request.url.startsWith('/interaction/')) return serve(request, response);
    const { params } = await provider.interactionDetails(request, response);
    return provider.interactionFinished(request, response, { login: { accountId: params.login_hint } });
  };
}

/** One address, with any number of issuers at its paths. */
export async function provide() {
  const places = new Map();
  const instead = new Map();
  const asked = [];
  const server = createServer((request, response) => {
    asked.push(request.url);
    const answer = instead.get(request.url);
    if (answer) return answer(request, response);
    const path = [...places.keys()].find((one) => request.url.startsWith(`${one}/`));
    if (path === undefined) return response.writeHead(404).end();
    request.originalUrl = request.url;
    request.url = request.url.slice(path.length);
    return places.get(path)(request, response);
  });
  const listen = (port) => once(server.listen(port, '127.0.0.1'), 'listening');
  await listen(0);
  const { port } = server.address();
  const address = `http://127.0.0.1:${port}`;

  /**
   * Starts an issuer at a path. `claims` makes a token's claims of those that the provider has for it; `algorithms` says with
   * which one a client's tokens are signed. Its keys are replaced all at once (`rotate`), or new ones sign while the old ones
   * are published still (`introduce`), until they are not (`retire`).
   */
  function issue(path, { claims, applications = [], algorithms = {} }) {
    const issuer = address + path;
    let generation = 0;
    let newest;
    const publish = (keys) => places.set(path.replace(/\/$/, ''), build(issuer, { claims, applications, algorithms }, keys));
    const rotate = () => publish((newest = keys(++generation)));
    const introduce = () => {
      const old = newest;
      publish([...(newest = keys(++generation)), ...old]);
    };
    rotate();
    return {
      issuer,
      rotate,
      introduce,
      retire: () => publish(newest),
      application: (client, resource) => application(issuer, client, resource),
      user: (name, resource) => user(issuer, name, resource),
    };
  }

  return {
    address,
    asked,
    issue,
    /** Answers otherwise at this path, as `answer` does; without one as before. */
    interpose: (path, answer) => (answer ? instead.set(path, answer) : instead.delete(path)),
    /** Answers with a document of the test's own at this path. */
    publish: (path, document) => instead.set(path, (_, response) =>
      response.setHeader('content-type', 'application/json').end(JSON.stringify(document))),
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
    /** Comes back after a stop, at the same port, which someone else's connection may have taken for a moment. */
    start: () => until(() => listen(port)),
  };
}

export async function discovered(issuer) {
  return (await fetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`)).json();
}

async function redeem(endpoint, headers, parameters) {
  const response = await fetch(endpoint, { method: 'POST', headers, body: new URLSearchParams(parameters) });
  const answer = await response.json();
  assert.ok(answer.access_token, JSON.stringify(answer));
  return answer.access_token;
}

/** A token of an application's own, by client credentials. */
async function application(issuer, client, resource) {
  const { token_endpoint } = await discovered(issuer);
  const authorization = `Basic ${Buffer.from(`${encodeURIComponent(client)}:${SECRET}`).toString('base64')}`;
  return redeem(token_endpoint, { authorization }, { grant_type: 'client_credentials', resource, scope: SCOPE });
}

/** A token of a user's, by an authorization code with PKCE: what a browser does, without one. */
async function user(issuer, name, resource) {
  const { authorization_endpoint, token_endpoint } = await discovered(issuer);
  const verifier = randomBytes(32).toString('base64url');
  const parameters = new URLSearchParams({
    client_id: 'portal',
    response_type: 'code',
    redirect_uri: CALLBACK,
    scope: `openid ${SCOPE}`,
    resource,
    login_hint: name,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  const cookies = new Map();
  let place = new URL(`${authorization_endpoint}?${parameters}`);
  for (let steps = 0; !place.href.startsWith(CALLBACK); steps++) {
    assert.ok(steps < 10, `${place} leads nowhere`);
    const cookie = [...cookies].map((pair) => pair.join('=')).join('; ');
    const response = await fetch(place, { redirect: 'manual', headers: { cookie } });
    assert.equal(response.status, 303, await response.text());
    for (const line of response.headers.getSetCookie()) {
      const [, key, value] = line.match(/^([^=]+)=([^;]*)/);
      if (value) cookies.set(key, value);
      else cookies.delete(key);
    }
    place = new URL(response.headers.get('location'), place);
  }
  const code = place.searchParams.get('code');
  assert.ok(code, place.href);
  const grant = { grant_type: 'authorization_code', client_id: 'portal', redirect_uri: CALLBACK, code, code_verifier: verifier };
  return redeem(token_endpoint, {}, { ...grant, resource });
}

/**
 * The log holds no secret, at the most talkative level there is: everything that is asked has a marker of its own, all that the server and
 * the commands say is searched for each, and each request must have been spoken of, so that silence does not pass.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import WebSocket from 'ws';
import { serve, tenants } from './serve.mjs';
import { until } from './until.mjs';

const OPERATOR = '0e000000-0000-4000-8000-000000000001';
const TRACE = { COPARTNER_LOG__FILTER: 'trace' };

/** What must not be said, and what it is. */
function hoard() {
  const secrets = new Map();
  const keep = (what, value) => (secrets.set(value, what), value);
  return {
    secrets,
    keep,
    marker: (what) => keep(what, `mark${randomBytes(9).toString('hex')}`),
    /** A token, its parts, and how Basic authentication would have it. */
    token(what, value) {
      for (const part of value.split('.')) if (part) keep(`a part of ${what}`, part);
      return keep(what, value);
    },
  };
}

/** Where a secret was said: its name and the line, or nothing. */
const found = (secrets, text) => text.split('\n').flatMap((line) =>
  [...secrets].filter(([value]) => line.includes(value)).map(([, what]) => `${what}: ${line.slice(0, 400)}`));

/** A database of the test's own on the PostgreSQL that the tests have. Its password is asked for by nobody, and could be told all the same. */
async function postgres(password) {
  const url = process.env.COPARTNER_TEST_POSTGRES;
  assert.ok(url, 'COPARTNER_TEST_POSTGRES must be the address of a PostgreSQL to make databases in; scripts/test starts one');
  const name = `logs_${randomBytes(6).toString('hex')}`;
  const sql = (statement) => promisify(execFile)('psql', [url, '--quiet', '--command', statement]);
  await sql(`CREATE DATABASE ${name}`);
  const address = new URL(url);
  address.password = password;
  address.pathname = name;
  return { address: address.href, drop: () => sql(`DROP DATABASE ${name} WITH (FORCE)`) };
}

/** Where webhooks are taken. */
async function receiver() {
  let count = 0;
  const server = createServer((request, response) => {
    request.resume().on('end', () => ((count += 1), response.end()));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { address: `http://127.0.0.1:${server.address().port}`, count: () => count, stop: () => (server.closeAllConnections(), server.close()) };
}

/** Asks in every way there is, and returns the ids of all that was asked. */
async function askEverything(server, { keep, marker, token }) {
  const mint = async (what, ...words) => token(what, (await server.run('token', ...words)).stdout.trim());
  const fabrikam = await mint('Fabrikam\'s token', '--tenant', tenants.fabrikam, '--role', 'ADMIN_AGENT');
  const contoso = await mint('Contoso\'s token', '--tenant', tenants.contoso, '--role', 'CUSTOMER_ADMINISTRATOR');
  const operator = await mint('the operator\'s token', '--tenant', 'operator', '--role', 'OPERATOR');
  const ids = [];
  const id = () => (ids.push(`asked-${ids.length}`), ids.at(-1));

  async function send(path, { bearer, body, method = body === undefined ? 'GET' : 'POST', ...headers } = {}) {
    const response = await fetch(server.base + path, {
      method,
      headers: {
        'x-request-id': id(),
        ...(bearer && { authorization: `Bearer ${bearer}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
    });
    return { status: response.status, text: await response.text() };
  }
  async function ask(bearer, query, variables) {
    const { status, text } = await send('/graphql', { bearer, body: { query, variables } });
    assert.equal(status, 200, text);
    return JSON.parse(text).data;
  }
  async function act(bearer, name, type, fields, input) {
    const query = `mutation($input: ${type}!) { it: ${name}(input: $input) { ${fields} userErrors { code message } } }`;
    const { it } = await ask(bearer, query, { input });
    return it;
  }
  async function done(...what) {
    const it = await act(...what);
    assert.deepEqual(it.userErrors, []);
    return it;
  }
  async function refused(status, ...what) {
    const answer = await send(...what);
    assert.equal(answer.status, status, answer.text);
  }

  // Queries: variables, literals, aliases, comments, answers.
  await ask(fabrikam, 'query Named($s: String) { customers(filter: { search: $s }) { totalCount } }', { s: marker('a variable of a query') });
  await ask(fabrikam, `{ ${marker('an alias')}: customer(by: { domain: "${marker('a literal')}.example" }) { name } } # ${marker('a comment')}`);
  await refused(200, `/graphql?${new URLSearchParams({ query: `{ customer(by: { domain: "${marker('a literal in an address')}.example" }) { name } }` })}`, { bearer: fabrikam });
  const inAddress = { query: 'query($d: String) { customer(by: { domain: $d }) { name } }', variables: JSON.stringify({ d: marker('a variable in an address') }) };
  await refused(200, `/graphql?${new URLSearchParams(inAddress)}`, { bearer: fabrikam });
  await refused(200, '/graphql', { bearer: fabrikam, body: { query: '{ viewer { kind } }', extensions: { more: marker('an extension') } } });

  // Mutations, those with secrets among them.
  const hooks = await receiver();
  try {
    const url = `${hooks.address}/${marker('a webhook\'s path')}?key=${marker('a key in a webhook\'s address')}`;
    const hook = await done(contoso, 'registerWebhook', 'RegisterWebhookInput', 'webhook { id } secret', {
      url, description: marker('a webhook\'s description'), idempotencyKey: marker('an idempotency key'),
    });
    const keepSecret = (what, secret) => (keep(what, secret), keep(`${what}, bare`, secret.replace(/^whsec_/, '')));
    keepSecret('a webhook\'s secret', hook.secret);
    const rotated = await done(contoso, 'rotateWebhookSecret', 'RotateWebhookSecretInput', 'secret', { webhook: hook.webhook.id });
    keepSecret('a webhook\'s second secret', rotated.secret);

    const words = { displayName: marker('a display name'), message: marker('a message'), roles: ['GLOBAL_READER'], duration: 'P30D' };
    const open = async () => {
      const { invitation, invitationUrl } = await done(fabrikam, 'requestRelationship', 'RequestRelationshipInput', 'invitation invitationUrl', words);
      assert.ok(invitationUrl.includes(invitation), invitationUrl);
      return keep('an invitation\'s secret', invitation);
    };
    const [first, second] = [await open(), await open()];
    await ask(contoso, 'query($i: String) { relationshipRequest(by: { invitation: $i }) { displayName } }', { i: first });
    await act(contoso, 'declineRelationshipRequest', 'DeclineRelationshipRequestInput', '', { request: { invitation: first }, reason: marker('a reason') });
    const { grant } = await done(contoso, 'acceptRelationshipRequest', 'AcceptRelationshipRequestInput', 'grant { id }', { request: { invitation: second } });
    await done(fabrikam, 'assignAccess', 'AssignAccessInput', '', {
      grant: grant.id, assignment: { assigneeKind: 'TENANT_ROLE', assignee: 'ADMIN_AGENT', label: marker('a label'), roles: ['GLOBAL_READER'] },
    });
    await ask(fabrikam, 'query($s: String) { grants(filter: { search: $s }) { nodes { displayName } } }', { s: words.displayName });
    await until(() => assert.ok(hooks.count() >= 2));

    // The operator.
    await done(operator, 'upsertOffer', 'UpsertOfferInput', '', {
      sku: marker('a SKU').toUpperCase().slice(0, 20), name: marker('an offer\'s name'), publisher: marker('a publisher'),
      minQuantity: 1, maxQuantity: 9, terms: ['P1Y'], billingCycles: ['MONTHLY'],
    });
    await done(operator, 'registerCustomer', 'RegisterCustomerInput', '', {
      tenantId: crypto.randomUUID(), name: marker('a customer\'s name'), domain: `${marker('a domain')}.example`, country: 'NL',
    });
    await done(operator, 'trustIssuer', 'TrustIssuerInput', '', {
      issuer: 'http://127.0.0.1:1/issuer', tenantId: tenants.fabrikam, audience: [marker('an audience')], jwksUrl: `${hooks.address}/${marker('the path of a key set')}`,
    });
    const development = 'urn:copartner:development:{tenantid}';
    for (const what of ['token', 'principal', 'key'])
      await done(operator, 'revokeCredential', 'RevokeCredentialInput', '', { issuer: development, [what]: marker(`a ${what} that is revoked`), reason: marker('a reason') });
  } finally {
    hooks.stop();
  }

  // What is refused.
  for (const [status, query, variables] of [
    [400, `{ ${marker('what breaks off')}`],
    [422, `{ viewer { ${marker('an unknown field')} } }`],
    [422, `{ customer(by: { domain: "a.example" }) { name } } fragment ${marker('an unused fragment')} on Customer { name }`],
    [422, 'query($n: Int) { customers(first: $n) { totalCount } }', { n: marker('a variable of the wrong kind') }],
    [422, 'query($o: CustomerOrder) { customers(orderBy: $o) { totalCount } }', { o: { [marker('the name of a field of an input')]: 1 } }],
    [200, 'query($c: String) { customers(after: $c) { totalCount } }', { c: marker('a wrong cursor') }],
    [200, 'query($c: ID!) { node(id: $c) { id } }', { c: marker('a wrong id') }],
  ]) {
    const { status: told, text } = await send('/graphql', { bearer: fabrikam, accept: 'application/graphql-response+json', body: { query, variables } });
    assert.equal(told, status, text);
  }
  await refused(400, '/graphql', { bearer: fabrikam, body: `{"query": "${marker('a body that breaks off')}` });
  await refused(400, '/graphql', { bearer: fabrikam, body: `[{"query": "${marker('a batch')}"}]` });
  await refused(415, '/graphql', { bearer: fabrikam, body: marker('a body of another type'), 'content-type': 'text/plain' });
  await refused(415, '/graphql', { bearer: fabrikam, body: `access_token=${fabrikam}`, 'content-type': 'application/x-www-form-urlencoded' });
  await refused(413, '/graphql', { bearer: fabrikam, body: { query: marker('too large a body').repeat(20_000) } });
  await refused(405, '/graphql', { bearer: fabrikam, method: 'DELETE', body: marker('a body that is deleted') });
  await refused(404, `/${'nothing'}?${marker('the parameter of a wrong address')}`, { bearer: fabrikam });

  // Tokens that are not good.
  const encoded = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const [head, claims, signature] = fabrikam.split('.');
  const wrong = {
    'one with another signature': [head, claims, Buffer.from(marker('a signature')).toString('base64url')],
    'one of another issuer': [encoded({ alg: 'RS256', kid: marker('a kid') }), encoded({ iss: `https://${marker('an issuer')}.example`, sub: marker('a subject') }), signature],
    'one that is not signed': [encoded({ alg: 'none', x: marker('a header') }), claims, ''],
    'one that is no JSON': [marker('a header'), marker('claims'), marker('a signature')],
  };
  for (const [what, parts] of Object.entries(wrong))
    await refused(401, '/graphql', { bearer: token(what, parts.join('.')), body: { query: '{ viewer { kind } }' } });
  const expired = await mint('one that has expired', '--tenant', tenants.fabrikam, '--ttl', '1s');
  // In places where it does not belong.
  const basic = (name, password) => `Basic ${keep('Basic credentials', Buffer.from(`${name}:${password}`).toString('base64'))}`;
  const body = { query: '{ viewer { kind } }' };
  await refused(401, `/graphql?${new URLSearchParams({ access_token: fabrikam, query: body.query })}`);
  await refused(401, `/graphql?token=${fabrikam}`, { body });
  await refused(401, '/graphql', { body, authorization: basic('fabrikam', fabrikam) });
  await refused(401, '/graphql', { body, authorization: basic(marker('a name'), marker('a password')) });
  await refused(401, '/graphql', { body, authorization: `Token ${fabrikam}` });
  await refused(401, '/graphql', { body, authorization: fabrikam });
  await refused(401, '/graphql', { body, authorization: `Bearer ${fabrikam} ${contoso}` });
  await refused(401, '/graphql', { body, cookie: `session=${fabrikam}; other=${marker('a cookie')}` });
  await refused(401, '/graphql', { body, 'x-api-key': fabrikam, 'proxy-authorization': `Bearer ${contoso}` });
  await refused(200, '/graphql', { body, bearer: fabrikam, referer: `https://portal.example/?token=${contoso}`, 'user-agent': marker('a user agent') });
  await refused(404, '/nothing', { cookie: fabrikam, authorization: `Bearer ${marker('a token for nothing')}` });

  // Sockets.
  async function socket(protocols = 'graphql-transport-ws', path = '/graphql', headers = {}) {
    const one = new WebSocket(`${server.base.replace('http', 'ws')}${path}`, protocols, { headers: { 'x-request-id': id(), ...headers } });
    const said = [];
    one.on('message', (data) => said.push(JSON.parse(data)));
    one.on('error', () => {});
    const closed = new Promise((resolve) => one.on('close', resolve));
    const opened = await Promise.race([new Promise((resolve) => one.on('open', () => resolve(true))), closed.then(() => false)]);
    return { said, closed, opened, say: (message) => one.send(typeof message === 'string' ? message : JSON.stringify(message)), stop: () => (one.close(), closed) };
  }
  const init = (bearer) => ({ type: 'connection_init', payload: { authorization: `Bearer ${bearer}`, other: marker('what else is in connection_init') } });
  const first = await socket();
  first.say(init(fabrikam));
  await until(() => assert.equal(first.said[0]?.type, 'connection_ack'));
  const variables = { f: { actor: marker('a variable of a live operation') } };
  first.say({ id: marker('the id of an operation'), type: 'subscribe', payload: { query: 'subscription Live($f: EventFilter) { events(filter: $f) { id } }', variables } });
  first.say({ id: '2', type: 'subscribe', payload: { query: `{ ${marker('an alias on a socket')}: viewer { kind } }` } });
  first.say({ id: '3', type: 'subscribe', payload: { query: `{ ${marker('an unknown field on a socket')} }` } });
  await until(() => assert.ok(['2', '3'].every((id) => first.said.some((message) => message.id === id))));
  first.say({ type: 'ping', payload: { note: marker('what is in a ping') } });
  const fresh = await mint('a fresh token of the same principal', '--tenant', tenants.fabrikam, '--role', 'ADMIN_AGENT');
  first.say({ type: 'ping', payload: { authorization: `Bearer ${fresh}` } });
  await until(() => assert.equal(first.said.filter(({ type }) => type === 'pong').length, 2));
  await first.stop();
  for (const bearer of [token('a wrong one on a socket', wrong['one of another issuer'].join('.')), expired]) {
    const one = await socket();
    one.say(init(bearer));
    assert.equal(await one.closed, 4403);
  }
  for (const message of [`{"type":"${marker('a type that there is not')}"}`, `{"${marker('a message that breaks off')}`]) {
    const one = await socket();
    one.say(message);
    assert.equal(await one.closed, 4400);
  }
  assert.equal((await socket(undefined, `/graphql?token=${fabrikam}`)).opened, false);
  // Some put it among the protocols, since a page can set no header.
  await (await socket(['bearer', fabrikam])).closed;
  // An answer as events.
  await refused(200, '/graphql', { bearer: fabrikam, accept: 'text/event-stream', body: { query: 'query($s: String) { partners(filter: { search: $s }) { totalCount } }', variables: { s: marker('a variable of an event stream') } } });
  return { ids, tokens: [fabrikam, expired, wrong['one with another signature'].join('.')] };
}

/** The keys that the data directory has, in the forms in which they could be written. */
async function keysOf(directory, { keep }) {
  const files = (await readdir(directory)).filter((name) => name.endsWith('.pem'));
  for (const name of files) {
    const lines = (await readFile(join(directory, name), 'utf8')).split('\n').filter((line) => line && !line.startsWith('-----'));
    for (const line of lines) keep(`a line of ${name}`, line);
    // RFC 8410: the key is an octet string within an octet string.
    const der = Buffer.from(lines.join(''), 'base64');
    const begin = der.indexOf(Buffer.from([0x04, 0x22, 0x04, 0x20])) + 4;
    assert.ok(begin > 4, name);
    const seed = der.subarray(begin, begin + 32);
    for (const form of ['hex', 'base64', 'base64url']) keep(`the key of ${name}`, seed.toString(form).replace(/=+$/, ''));
  }
  return files;
}

for (const backend of ['SQLite', 'PostgreSQL']) {
  test(`nothing that is secret is in the log, the metrics and what commands say, on ${backend}`, { timeout: 60_000 }, async (context) => {
    const all = hoard();
    const database = backend === 'PostgreSQL' ? await postgres(all.marker('the database\'s password')) : undefined;
    let server;
    try {
      server = await serve(`
        development_issuer = true
        operator_tenant = "${OPERATOR}"
        invitation_url = "https://portal.example.com/invitations#{invitation}"
        [http]
        drain_seconds = 0
        [webhooks]
        allowed_networks = ["127.0.0.0/8"]
        allow_http = true
      `, { ...TRACE, COPARTNER_METRICS_LISTEN: '127.0.0.1:0', ...(database && { COPARTNER_DATABASE: database.address }) });
      const { ids, tokens } = await askEverything(server, all);
      assert.deepEqual((await keysOf(server.directory, all)).sort(), ['development-key.pem', 'log-key.pem']);

      const told = [];
      for (const words of [...tokens.map((one) => ['token', 'check', one]), ['config', 'check'], ['migrate', 'status'], ['log', 'verify'], ['log', 'head']]) {
        const { stdout, stderr } = await server.run(...words).catch((error) => error);
        assert.ok(stdout + stderr, words.slice(0, 2).join(' '));
        told.push(stdout, stderr);
      }
      // The last request's line is there, and so is all before it.
      const silent = () => ids.filter((id) => !new RegExp(`\\b${id}\\b`).test(server.log()));
      await until(() => assert.deepEqual(silent(), []));
      const metricsAt = server.log().match(/metrics at=(\S+)/)[1];
      const metrics = await (await fetch(`http://${metricsAt}/metrics`)).text();
      assert.match(metrics, /copartner_tokens_refused_total\{[^}]*reason="signature_invalid"[^}]*\} 1/);
      const lines = server.log().split('\n').length;
      context.diagnostic(`${ids.length} requests, ${all.secrets.size} secrets, ${lines} lines of the log, ${server.log().length >> 10} KiB`);
      // It is at its most talkative: the libraries talk, too.
      assert.ok(lines > ids.length * 3 && /TRACE/.test(server.log()), `${lines} lines`);
      for (const [where, text] of Object.entries({ log: server.log(), metrics, commands: told.join('\n') }))
        assert.deepEqual(found(all.secrets, text), [], where);
    } finally {
      await server?.stop();
      await database?.drop();
    }
  });
}

test('the password of a database that does not take it is not said', async () => {
  const all = hoard();
  const [password, name] = [all.marker('the password'), all.marker('the database\'s name').slice(0, 20)];
  const taken = [];
  // As much of PostgreSQL's protocol as asks for a password, and turns it down.
  const database = createTcpServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (data) => {
      // SSLRequest, then a startup message, then `p`, the password.
      if (data.readInt32BE(0) === 8) return socket.write('N');
      if (data[0] !== 0x70) return socket.write(Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3]));
      taken.push(data.subarray(5, -1).toString());
      const fields = 'SFATAL\0VFATAL\0C28P01\0Mpassword authentication failed\0\0';
      const head = Buffer.from([0x45, 0, 0, 0, 4 + fields.length]);
      return socket.end(Buffer.concat([head, Buffer.from(fields)]));
    });
  });
  await new Promise((resolve) => database.listen(0, '127.0.0.1', resolve));
  const address = `postgres://copartner:${password}@127.0.0.1:${database.address().port}/${name}`;
  const server = await serve('development_issuer = true\n[http]\ndrain_seconds = 0\n', TRACE);
  try {
    // The server and the commands alike.
    for (const words of [['serve', '--listen', '127.0.0.1:0'], ['migrate', 'status'], ['import', 'world.ndjson'], ['log', 'verify']]) {
      taken.length = 0;
      const { code, stdout, stderr } = await server.run(...words, '--database', address).catch((error) => error);
      assert.equal(code, 1);
      assert.match(stderr, /password/);
      assert.equal(taken[0], password, 'it was not asked for');
      assert.deepEqual(found(new Map([[password, 'the password']]), stdout + stderr), []);
    }
  } finally {
    await server.stop();
    database.close();
  }
});

test('a token in the path is not in the log', async () => {
  const server = await serve('development_issuer = true\n[http]\ndrain_seconds = 0\n', { COPARTNER_LOG__FILTER: 'debug' });
  try {
    const token = (await server.run('token', '--tenant', tenants.fabrikam, '--role', 'ADMIN_AGENT')).stdout.trim();
    for (const path of [`/graphql/${token}`, `/${token}`, `/graphql/token=${token}`]) {
      const response = await fetch(server.base + path, { headers: { 'x-request-id': 'asked' } });
      assert.equal(response.status, 404);
    }
    await until(() => assert.equal(server.log().match(/id="?asked\b/g)?.length, 3));
    assert.ok(!server.log().includes(token.split('.')[2]), 'the token is in the log');
  } finally {
    await server.stop();
  }
});

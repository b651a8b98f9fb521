/** Deliveries of a live server, verified by Standard Webhooks' own library for JavaScript: by the receiver of the examples. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { serve, tenants } from './serve.mjs';
import { until } from './until.mjs';

let server;
let token;
before(async () => {
  server = await serve(`development_issuer = true\n[http]\ndrain_seconds = 0\n[webhooks]\nallowed_networks = ["127.0.0.0/8"]\nallow_http = true\n`);
  token = (await server.run('token', '--tenant', tenants.contoso, '--role', 'CUSTOMER_ADMINISTRATOR')).stdout.trim();
});
after(() => server.stop());

async function ask(query, variables) {
  const response = await fetch(`${server.base}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  assert.equal(errors, undefined, JSON.stringify(errors));
  return data;
}

const freePort = () => new Promise((resolve) => {
  const listener = createServer().listen(0, '127.0.0.1', () => {
    const { port } = listener.address();
    listener.close(() => resolve(port));
  });
});

/** The example, as it stands in examples/. */
async function receive(port, secret) {
  const cwd = new URL('../../examples/', import.meta.url);
  const receiver = spawn('node_modules/.bin/tsx', ['src/receiver.ts'], { cwd, env: { ...process.env, PORT: port, WEBHOOK_SECRET: secret } });
  const said = [];
  for (const stream of [receiver.stdout, receiver.stderr])
    createInterface({ input: stream }).on('line', (line) => said.push(line));
  await until(() => assert.ok(said.some((line) => line.startsWith('listening')), said.join('\n')));
  return { said: () => said.slice(1), stop: () => receiver.kill() };
}

test('the example takes what is signed with its secret, each message once', async () => {
  const port = await freePort();
  const { it } = await ask(`mutation($url: String!) { it: registerWebhook(input: { url: $url, description: "Ärger & 🦀" }) {
    webhook { id } secret userErrors { message } } }`, { url: `http://127.0.0.1:${port}/hook` });
  assert.deepEqual(it.userErrors, []);
  const receiver = await receive(port, it.secret);
  try {
    // Whoever changes something need not wait until it is tried again.
    const kinds = 'mutation($id: ID!) { updateWebhook(input: { webhook: $id, kinds: null }) { userErrors { message } } }';
    await ask(kinds, { id: it.webhook.id });
    await until(() => assert.deepEqual(receiver.said().map((line) => line.split(' ')[0]), ['WEBHOOK_REGISTERED', 'WEBHOOK_UPDATED']));
    // A replay has the same ids, so that it is taken once; what tells of the replay is new.
    const newest = await ask('{ events(last: 1) { nodes { id kind } } }');
    const replay = 'mutation($id: ID!, $from: ID!) { replayWebhook(input: { webhook: $id, from: $from }) { userErrors { message } } }';
    await ask(replay, { id: it.webhook.id, from: newest.events.nodes[0].id });
    await until(() => assert.equal(receiver.said().at(-1).split(' ')[0], 'WEBHOOK_REPLAYED'));
    assert.equal(receiver.said().length, 3);
    // With another secret nothing is taken.
    const rotate = 'mutation($id: ID!) { rotateWebhookSecret(input: { webhook: $id, overlapHours: 0 }) { secret } }';
    await ask(rotate, { id: it.webhook.id });
    await until(() => assert.match(receiver.said().at(-1), /^refused: No matching signature/));
    const deliveries = 'query($id: ID!) { webhookDeliveries(webhook: $id, first: 1) { nodes { status failure responseStatus } } }';
    await until(async () => assert.deepEqual((await ask(deliveries, { id: it.webhook.id })).webhookDeliveries.nodes,
      [{ status: 'RETRYING', failure: 'STATUS', responseStatus: 401 }]));
  } finally {
    receiver.stop();
  }
});

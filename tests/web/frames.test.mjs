/**
 * Odd frames and slow clients on WebSockets and event streams: each is closed, none brings the server down, keeps others waiting or takes
 * its memory.
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { ask } from './asking.mjs';
import { frame, frames, open, statuses } from './raw.mjs';
import { serve, tenants } from './serve.mjs';
import { isAsEver, peak, steady } from './steady.mjs';
import { until } from './until.mjs';

/** In MiB, of a server that was built for debugging. */
const MOST_MEMORY = 192;
/** How many operations a socket may have; the default. */
const MOST_OPERATIONS = 100;

let server;
let token;
let client;
let metricsAt;
before(async () => {
  server = await serve(`
    development_issuer = true
    [http]
    drain_seconds = 0
    [live]
    init_seconds = 2
    ping_seconds = 2
    write_seconds = 2
  `, { COPARTNER_METRICS_LISTEN: '127.0.0.1:0' });
  metricsAt = server.log().match(/metrics at=(\S+)/)[1];
  token = (await server.run('token', '--tenant', tenants.fabrikam, '--role', 'ADMIN_AGENT')).stdout.trim();
  client = await steady(server, token);
});
after(() => server?.stop());

const handshake = (more = '', { key = 'dGhlIHNhbXBsZSBub25jZQ==', version = 13, connection = 'Upgrade', method = 'GET' } = {}) =>
  `${method} /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: ${connection}\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: ${version}\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n${more}\r\n`;
const text = (message) => frame({ payload: typeof message === 'string' ? message : JSON.stringify(message) });
const init = () => text({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });
const subscribe = (id, query, variables) => text({ id, type: 'subscribe', payload: { query, variables } });
const EVENTS = 'subscription { events { id } }';
const PING = '{"type":"ping"}';
const closing = (...bytes) => frame({ opcode: 8, payload: Buffer.from(bytes) });

/** What the server closes a socket for, and the code that it gives for it. */
const wrong = [
  ['a frame without a mask', 1002, () => [frame({ payload: PING, isMasked: false })]],
  ['an unknown kind of frame', 1002, () => [frame({ payload: 'x', opcode: 3 })]],
  ['an unknown kind of control frame', 1002, () => [frame({ payload: 'x', opcode: 11 })]],
  ['a continuation of nothing', 1002, () => [frame({ payload: 'x', opcode: 0 })]],
  ['a message within a message', 1002, () => [frame({ payload: '{"ty', isFinal: false }), frame({ payload: PING })]],
  ['a ping in pieces', 1002, () => [frame({ payload: 'x', opcode: 9, isFinal: false })]],
  ['a ping of 126 bytes', 1002, () => [frame({ payload: 'x'.repeat(126), opcode: 9 })]],
  ['a close of 126 bytes', 1002, () => [frame({ payload: 'x'.repeat(126), opcode: 8 })]],
  ['a close with half a code', 1002, () => [closing(3)]],
  ['a close with code 999', 1002, () => [closing(3, 231)]],
  ['a close with code 1005', 1002, () => [closing(3, 237)]],
  ['a close with code 65535', 1002, () => [closing(255, 255)]],
  ['a close whose reason is no UTF-8', 1002, () => [closing(3, 232, 255, 254)]],
  ['a close without a code', 1000, () => [closing()]],
  ['a close with code 1000', 1000, () => [closing(3, 232)]],
  ['a text that is no UTF-8', 1007, () => [frame({ payload: Buffer.from([255, 254, 128]) })]],
  ['a text that is no UTF-8 where its pieces meet', 1007, () => [
    frame({ payload: Buffer.from([0x7b, 0xc3]), isFinal: false }), frame({ opcode: 0, payload: Buffer.from([0x28]) }),
  ]],
  ['binary', 4400, () => [frame({ payload: 'x', opcode: 2 })]],
  ['a message of 300 kB', 1009, () => [frame({ payload: ' '.repeat(300_000) })]],
  ['a frame of more than 2^63 bytes', 1009, () => [Buffer.from([0x81, 0xff, 255, 255, 255, 255, 255, 255, 255, 255, 1, 2, 3, 4])]],
  ['pieces of a message without end', 1009, () => [
    frame({ payload: ' ', isFinal: false }), ...Array.from({ length: 500 }, () => frame({ opcode: 0, payload: ' '.repeat(1_000), isFinal: false })),
  ]],
  ['what is no JSON', 4400, () => [text('{"type')]],
  ['JSON of 100,000 levels', 4400, () => [text('['.repeat(100_000))]],
  ['a subscription before it is said who asks', 4401, () => [subscribe('1', EVENTS)]],
  ['an init after another', 4429, () => [init(), init()]],
  ['an id that is in use', 4409, () => [init(), subscribe('1', EVENTS), subscribe('1', EVENTS)]],
  // Reserved bits mean something only by an extension, and there is none.
  ...[4, 2, 1].map((reserved) => [`reserved bit ${reserved}`, [1002, 1007], () => [frame({ payload: PING, reserved })]]),
  ['random bytes', [1002, 1007, 1009, 4400, 4408], () => [randomBytes(3_000)]],
  ['a request of HTTP', [1002, 1007], () => [Buffer.from('GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n')]],
  // The time in which it is to be said who asks is over.
  ['nothing', 4408, () => []],
  ['a message that goes before all others', 4408, () => [text({ type: 'complete', id: '1' })]],
  ['half a frame', 4408, () => [Buffer.from([0x81, 0x85, 1, 2])]],
  ['a frame of 2^40 bytes that does not come', [1009, 4408], () => [frame({ length: 2 ** 40 })]],
];

/** Handshakes that are none. */
const noHandshakes = [
  ['no key', 400, () => handshake().replace(/Sec-WebSocket-Key.*\r\n/, '')],
  ['a key that is none', 400, () => handshake('', { key: 'x' })],
  ['version 8', 426, () => handshake('', { version: 8 })],
  ['no upgrade', 400, () => handshake('', { connection: 'close' })],
  ['POST', 405, () => handshake('Content-Length: 0\r\n', { method: 'POST' })],
  ['a token in the address', 400, () => handshake().replace('/graphql', `/graphql?token=${token}`)],
  ['another origin', 403, () => handshake('Origin: https://elsewhere.example\r\n')],
];

const isClosed = (way, patience) => Promise.race([way.closed, pause(patience, undefined, { ref: false }).then(() => assert.fail(`open still, after ${JSON.stringify(way.received().slice(-500))}`))]);

/** All at once, each over a connection of its own. */
const together = (name, list, body) => test(name, { timeout: 60_000, concurrency: list.length }, (context) =>
  Promise.all(list.map(([what, ...rest]) => context.test(what, { timeout: 40_000 }, async (context) => {
    const way = await open(server.base);
    try {
      await body(way, rest, context);
    } finally {
      way.stop();
    }
  }))));

async function shaken(way) {
  way.socket.write(handshake());
  await until(() => assert.ok(way.received().includes('\r\n\r\n')), 10_000, 5);
  assert.deepEqual(statuses(way.received()), [101]);
}

together('no handshake, and no socket', noHandshakes, async (way, [status, bytes]) => {
  way.socket.write(bytes());
  await until(() => assert.deepEqual(statuses(way.received()), [status]));
});

together('not of the protocol, and closed', wrong, async (way, [codes, sent]) => {
  await shaken(way);
  way.socket.write(Buffer.concat(sent()));
  await isClosed(way, 10_000);
  const { opcode, code, reason } = frames(way.bytes()).at(-1);
  assert.equal(opcode, 8, 'it was closed without a word');
  assert.ok([codes].flat().includes(code), `${code} ${reason}`);
});

/** More of the same for as long as the socket is open. */
async function pour(way, piece) {
  while (way.socket.writable) await Promise.race([new Promise((resolve) => way.socket.write(piece, () => resolve())), way.closed]);
}
const many = (count, one) => Buffer.concat(Array.from({ length: count }, one));
const floods = [
  ['pings', () => many(500, () => frame({ opcode: 9, payload: 'x'.repeat(100) }))],
  ['pongs', () => many(500, () => frame({ opcode: 10, payload: 'x'.repeat(100) }))],
  ['pings of the protocol', () => many(500, () => text({ type: 'ping' }))],
  ['empty pieces of a message', () => many(500, () => frame({ opcode: 0, isFinal: false })), () => frame({ payload: '', isFinal: false })],
];
for (const [what, piece, head] of floods) {
  test(`${what} without end keep nobody waiting, and are cut off with the time to say who asks`, { timeout: 20_000 }, async () => {
    const way = await open(server.base);
    try {
      await shaken(way);
      if (head) way.socket.write(head());
      await Promise.all([pour(way, piece()), isClosed(way, 10_000)]);
    } finally {
      way.stop();
    }
  });
}

/** A socket that is acknowledged. */
async function opened(options) {
  const way = await open(server.base, options);
  way.socket.write(handshake());
  way.socket.write(init());
  if (options?.isReading === false) return way;
  await until(() => assert.ok(frames(way.bytes()).some(({ text }) => text?.includes('connection_ack')), way.received()));
  return way;
}
const messages = (way) => frames(way.bytes()).filter(({ opcode }) => opcode === 1).map(({ text }) => JSON.parse(text));

test('of a thousand subscriptions on one socket those beyond the bound are refused, and the others go on', { timeout: 20_000 }, async () => {
  const way = await opened();
  try {
    for (let n = 0; n < 1_000; n++) way.socket.write(subscribe(`s${n}`, EVENTS));
    // Those beyond are answered, each by its id.
    const refusals = () => messages(way).filter(({ type }) => type === 'error');
    await until(() => assert.equal(refusals().length, 1_000 - MOST_OPERATIONS));
    for (const { payload } of refusals()) assert.equal(payload[0].extensions?.code ?? payload.errors?.[0].extensions.code, 'RATE_LIMITED', JSON.stringify(payload));
    const heard = () => new Set(messages(way).filter(({ type }) => type === 'next').map(({ id }) => id));
    // They begin one after another: who was not there for the first event hears the next.
    await until(async () => {
      await act();
      assert.equal(heard().size, MOST_OPERATIONS);
    }, 15_000, 200);
  } finally {
    way.stop();
  }
});

/** One more event, with as long a message as there can be. */
async function act() {
  const query = 'mutation($input: RequestRelationshipInput!) { it: requestRelationship(input: $input) { request { id } userErrors { message } } }';
  const input = { displayName: 'Open', roles: ['GLOBAL_READER'], duration: 'P30D', message: 'x'.repeat(1_000) };
  const { answer } = await ask(server, token, query, { input });
  assert.deepEqual(answer.data?.it.userErrors, [], JSON.stringify(answer));
  return answer.data.it.request.id;
}

/** A live operation whose events have some 40 kB each. */
const LONG = `subscription($after: ID) { events(after: $after) { id subject { ... on RelationshipRequest {
  ${Array.from({ length: 40 }, (_, n) => `m${n}: message`).join(' ')} } } } }`;

const gauge = async (name) => Number((await (await fetch(`http://${metricsAt}/metrics`)).text()).match(new RegExp(`^${name} (\\d+)`, 'm'))?.[1] ?? 0);

test('a client that never reads while events come is let go after the time that it has', { timeout: 60_000 }, async (context) => {
  await act();
  const { answer } = await ask(server, token, '{ events(first: 1) { nodes { id } } }');
  const variables = { after: answer.data.events.nodes[0].id };
  // Some 12 MB, which is more than what a connection holds on its way.
  for (let n = 0; n < 300; n++) await act();
  const before = peak(server.pid);
  const body = JSON.stringify({ query: LONG, variables });
  const ways = [];
  try {
    for (const [name, begin] of [
      ['copartner_live_sockets', (way) => way.socket.write(subscribe('long', LONG, variables))],
      ['copartner_live_event_streams', (way) => way.socket.write(`POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${token}\r\nAccept: text/event-stream\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`)],
    ]) {
      await until(async () => assert.equal(await gauge(name), 0));
      const way = name.endsWith('sockets') ? await opened({ isReading: false }) : await open(server.base, { isReading: false });
      ways.push(way);
      begin(way);
      await until(async () => assert.equal(await gauge(name), 1), 5_000, 10);
      const begun = performance.now();
      await until(async () => assert.equal(await gauge(name), 0), 15_000, 10);
      const seconds = (performance.now() - begun) / 1_000;
      context.diagnostic(`${name.slice(15)}: let go after ${seconds.toFixed(1)} s`);
      // Not for anything else, and not before its time.
      assert.ok(seconds > 1.5, `${seconds} s`);
    }
    context.diagnostic(`${(peak(server.pid) - before).toFixed(0)} MiB more`);
    assert.ok(peak(server.pid) - before < 32, `${peak(server.pid) - before} MiB more`);
    // Whoever reads gets all of it.
    const reader = await opened();
    ways.push(reader);
    reader.socket.write(subscribe('long', LONG, variables));
    await until(() => assert.equal(messages(reader).filter(({ type }) => type === 'next').length, 300), 15_000, 100);
  } finally {
    for (const way of ways) way.stop();
  }
});

test('a socket that is silent after its init is pinged, and closed when nothing comes back', { timeout: 20_000 }, async () => {
  const ways = [await opened(), await opened()];
  try {
    // One says nothing, the other half of something.
    ways[1].socket.write(Buffer.from([0x81, 0x85, 1, 2]));
    await Promise.all(ways.map((way) => isClosed(way, 10_000)));
    for (const way of ways) assert.ok(frames(way.bytes()).some(({ opcode }) => opcode === 9), 'it was not pinged');
  } finally {
    for (const way of ways) way.stop();
  }
});

test('a well-behaved client was answered all the while, and the server is as it was', async (context) => {
  isAsEver(context, await client.end());
  context.diagnostic(`${peak(server.pid).toFixed(0)} MiB at most`);
  assert.ok(peak(server.pid) < MOST_MEMORY, `${peak(server.pid)} MiB`);
  assert.doesNotMatch(server.log(), /panicked/);
});

/**
 * Odd bytes and slow clients over bare HTTP connections: each is refused or closed, none brings the server down, keeps others waiting or
 * takes its memory. Some are odd and right all the same; they have their answers, and no more answers than questions.
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { open, statuses } from './raw.mjs';
import { serve, tenants } from './serve.mjs';
import { isAsEver, peak, steady } from './steady.mjs';
import { until } from './until.mjs';

/** In MiB, of a server that was built for debugging. */
const MOST_MEMORY = 192;

let server;
let token;
let client;
before(async () => {
  server = await serve(`
    development_issuer = true
    [log]
    filter = "info,copartner=debug"
    [http]
    drain_seconds = 0
    body_seconds = 2
    keep_alive_seconds = 4
  `);
  token = (await server.run('token', '--tenant', tenants.fabrikam, '--role', 'ADMIN_AGENT')).stdout.trim();
  client = await steady(server, token);
});
after(() => server?.stop());

const HOST = 'Host: 127.0.0.1\r\n';
const BODY = '{"query":"{ viewer { kind } }"}';
const LENGTH = `Content-Length: ${BODY.length}\r\n`;
const CHUNKED = 'Transfer-Encoding: chunked\r\n';
const chunk = (text) => `${text.length.toString(16)}\r\n${text}\r\n`;
const END = '0\r\n\r\n';
const get = (more = '', target = '/healthz', version = 'HTTP/1.1') => `GET ${target} ${version}\r\n${HOST}${more}\r\n`;
const post = (more, body, version = 'HTTP/1.1') => () =>
  `POST /graphql ${version}\r\n${HOST}Authorization: Bearer ${token}\r\nContent-Type: application/json\r\n${more}\r\n${body}`;

/** What is no request, or two at once: refused with this status, and the connection closed, so that what follows is not read as another. */
const refused = [
  ['a body with a length and in chunks', 400, post(LENGTH + CHUNKED, chunk(BODY) + END)],
  ['a body in chunks and of length 0', 400, post(`${CHUNKED}Content-Length: 0\r\n`, chunk(BODY) + END)],
  ['a request hidden in the body of another', 400, () => `POST /healthz HTTP/1.1\r\n${HOST}Content-Length: 0\r\n${CHUNKED}\r\n${END}${get()}`],
  ['two lengths that differ', 400, post(`${LENGTH}Content-Length: 5\r\n`, BODY)],
  ['two lengths that are the same', 400, post(LENGTH + LENGTH, BODY)],
  ['a list of lengths', 400, post(`Content-Length: ${BODY.length}, ${BODY.length}\r\n`, BODY)],
  ['a length with a sign', 400, post(`Content-Length: +${BODY.length}\r\n`, BODY)],
  ['a negative length', 400, post('Content-Length: -1\r\n', BODY)],
  ['a length beyond 64 bits', 400, post('Content-Length: 99999999999999999999\r\n', BODY)],
  ['a length with a space in it', 400, post('Content-Length: 3 1\r\n', BODY)],
  ['a space before the colon', 400, post(`Content-Length : ${BODY.length}\r\n`, BODY)],
  ['chunks said twice', 400, post(CHUNKED + CHUNKED, chunk(BODY) + END)],
  ['a coding that is almost chunked', 400, post('Transfer-Encoding: xchunked\r\n', chunk(BODY) + END)],
  ['a coding after the chunks', 400, post('Transfer-Encoding: chunked, identity\r\n', chunk(BODY) + END)],
  ['a compressed body in chunks', 400, post('Transfer-Encoding: gzip, chunked\r\n', chunk(BODY) + END)],
  ['chunks with HTTP/1.0', 400, post(CHUNKED, chunk(BODY) + END, 'HTTP/1.0')],
  ['a chunk whose size is no number', 400, post(CHUNKED, `zz\r\n${BODY}\r\n${END}`)],
  ['a chunk of negative size', 400, post(CHUNKED, `-1\r\n${BODY}\r\n${END}`)],
  ['a chunk whose size begins with 0x', 400, post(CHUNKED, `0x1f\r\n${BODY}\r\n${END}`)],
  ['a chunk whose size is beyond 64 bits', 400, post(CHUNKED, `fffffffffffffffff\r\n${BODY}\r\n${END}`)],
  ['a chunk that is longer than its size', 400, post(CHUNKED, `3\r\n${BODY}\r\n${END}`)],
  ['chunks with bare line feeds', 400, post(CHUNKED, `${BODY.length.toString(16)}\n${BODY}\n0\n\n`)],
  ['NUL in a header', 400, () => get('X-A: a\0b\r\n')],
  ['NUL in the address', 400, () => get('', '/health\0z')],
  ['a carriage return in a header', 400, () => get('X-A: a\rb\r\n')],
  ['a folded header', 400, () => get('X-A: a\r\n b\r\n')],
  ['a space in the name of a header', 400, () => get('X A: a\r\n')],
  ['two hundred headers', 431, () => get('X-A: a\r\n'.repeat(200))],
  ['ten thousand headers', 431, () => get('X-A: a\r\n'.repeat(10_000))],
  ['a header of 200 kB', 431, () => get(`X-A: ${'a'.repeat(200_000)}\r\n`)],
  ['a header of 200 kB without its end', 431, () => `GET /healthz HTTP/1.1\r\n${HOST}X-A: ${'a'.repeat(200_000)}`],
  ['an address of 70 kB', [400, 431], () => get('', `/healthz?${'a'.repeat(70 * 1_024)}`)],
  ['an address of 5 MB', 431, () => get('', `/healthz?${'a'.repeat(5e6)}`)],
  ['nothing but line ends', 431, () => '\r\n'.repeat(100_000)],
  ['nothing but spaces', 400, () => ' '.repeat(1_000)],
  ['no host', 400, () => 'GET /healthz HTTP/1.1\r\n\r\n'],
  ['two hosts', 400, () => get(HOST)],
  ['HTTP/0.9', 400, () => 'GET /healthz\r\n\r\n'],
  ['HTTP/3.0', 400, () => get('', '/healthz', 'HTTP/3.0')],
  ['the beginning of HTTP/2', 400, () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['the beginning of TLS', 400, () => `\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03${'x'.repeat(512)}`],
  ['random bytes', 400, () => randomBytes(2_000).toString('latin1')],
  ['random lines', 400, () => `${Array.from({ length: 50 }, () => randomBytes(20).toString('hex')).join('\r\n')}\r\n\r\n`],
  ['another host with CONNECT', 404, () => 'CONNECT login.example:443 HTTP/1.1\r\nHost: login.example:443\r\n\r\n'],
  // These are refused by what looks at the body, in time.
  ['half a body', 408, post('Content-Length: 500\r\n', BODY)],
  ['a body of 2^63 bytes', 408, post('Content-Length: 9223372036854775807\r\n', BODY)],
  ['a body that is promised and does not come', [100, 408], post(`${LENGTH}Expect: 100-continue\r\n`, '')],
];

/** What is odd and a request all the same: answered with these statuses, as many as there are requests. */
const answered = [
  ['a request as it should be', [200], post(LENGTH, BODY)],
  ['a body in three chunks', [200], post(CHUNKED, chunk(BODY.slice(0, 5)) + chunk(BODY.slice(5, 9)) + chunk(BODY.slice(9)) + END)],
  ['a chunk with an extension', [200], post(CHUNKED, `${BODY.length.toString(16)};a=b\r\n${BODY}\r\n${END}`)],
  ['HTTP/1.0', [200], () => get('', '/healthz', 'HTTP/1.0')],
  ['HTTP/1.0 without a host', [200], () => 'GET /healthz HTTP/1.0\r\n\r\n'],
  ['a hundred requests at once', Array(100).fill(200), () => get().repeat(100)],
  ['a good request, a bad one and what follows', [200, 404, 400], () => `${get()}${get('', '/nothing')}\0\r\n\r\n${get()}`],
  ['bare line feeds', [200], () => get().replaceAll('\r\n', '\n')],
  ['the whole address', [200], () => get('', 'http://127.0.0.1/healthz')],
  ['another host', [200], () => 'GET /healthz HTTP/1.1\r\nHost: elsewhere.example\r\n\r\n'],
  ['what is no host', [400], () => 'GET /healthz HTTP/1.1\r\nHost: a b<script>\r\n\r\n'],
  ['a header that is no UTF-8', [200], () => get('X-A: \xff\xfe\r\n')],
  ['a token that is no UTF-8', [401], () => get('Authorization: Bearer \xff\xfe\r\n', '/graphql?query={viewer{kind}}')],
  ['an address that is no UTF-8', [404], () => get('', '/%ff%fe')],
  ['an address with half a byte in it', [404], () => get('', '/%zz')],
  ['an address that leads upwards', [404], () => get('', '/../../etc/passwd')],
  ['an address of 33 kB', [414], () => get('', `/healthz?${'a'.repeat(33 * 1_024)}`)],
  ['a method in small letters', [405], () => get().replace('GET', 'get')],
  ['a method of 100,000 letters', [405], () => get().replace('GET', 'G'.repeat(100_000))],
  ['TRACE', [405], () => get().replace('GET', 'TRACE')],
  ['OPTIONS of all', [404], () => get('', '*').replace('GET', 'OPTIONS')],
  ['a body that nobody asked for', [200], () => `${get(LENGTH)}${BODY}`],
  ['an upgrade to HTTP/2', [200], () => get('Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n')],
];

/** Slow ones, each with the status that it gets before it is closed. */
const drip = (text, ms) => async ({ socket, write }) => {
  for (const letter of text) {
    if (!socket.writable) return;
    await write(letter);
    await pause(ms);
  }
};
const slow = [
  ['a client that says nothing', 408, () => {}],
  ['half a request', 408, ({ write }) => write('GET /hea')],
  ['a head that comes one byte a second', 408, drip(get(), 1_000)],
  ['a body that comes one byte at a time', 408, async (way) => {
    await way.write(post('Content-Length: 5000\r\n', '')());
    await drip(' '.repeat(5_000), 100)(way);
  }],
  ['a body of a stranger that does not come', 401, ({ write }) => write(`POST /graphql HTTP/1.1\r\n${HOST}Content-Type: application/json\r\nContent-Length: 5000\r\n\r\n`)],
  ['a client that is idle after its request', 200, ({ write }) => write(get())],
];

/** Ones that go on for as long as they are let. */
const pour = (head, piece) => async ({ socket, write, closed }) => {
  await write(head());
  while (socket.writable) await Promise.race([write(piece), closed]);
};
const endless = [
  ['a head without end', undefined, pour(() => `GET /healthz HTTP/1.1\r\n${HOST}X-A: `, 'a'.repeat(65_536))],
  ['line ends without end', undefined, pour(() => '', '\r\n'.repeat(32_768))],
  ['a body without end', 413, pour(post('Content-Length: 9000000000\r\n', ''), ' '.repeat(65_536))],
  ['a stranger\'s body without end', 401, pour(() => `POST /graphql HTTP/1.1\r\n${HOST}Content-Type: application/json\r\nContent-Length: 9000000000\r\n\r\n`, ' '.repeat(65_536))],
];

/** All at once, each over a connection of its own. */
const together = (name, list, body) => test(name, { timeout: 60_000, concurrency: list.length }, (context) =>
  Promise.all(list.map(([what, ...rest]) => context.test(what, { timeout: 40_000 }, async () => {
    const way = await open(server.base);
    try {
      await body(way, ...rest);
    } finally {
      way.stop();
    }
  }))));

const isClosed = (way, patience) => Promise.race([way.closed, pause(patience, undefined, { ref: false }).then(() => assert.fail(`open still, after ${JSON.stringify(way.received())}`))]);

together('refused, and closed', refused, async (way, expected, bytes) => {
  const sent = bytes();
  await Promise.race([way.write(sent), way.closed]);
  await isClosed(way, 10_000);
  const told = statuses(way.received());
  // Where much was on its way, the answer may be lost with the connection.
  if (told.length === 0 && sent.length > 65_536) return;
  const isPromised = expected[0] === 100;
  assert.ok(isPromised ? String(told) === String(expected) : told.length === 1 && [expected].flat().includes(told[0]), `${told}`);
});

together('odd, and answered', answered, async (way, expected, bytes) => {
  await way.write(bytes());
  await until(() => assert.deepEqual(statuses(way.received()), expected), 10_000);
  // And nothing more, until it is closed for being idle.
  await isClosed(way, 10_000);
  assert.deepEqual(statuses(way.received()), expected);
});

for (const [name, list, patience] of [['slow, and given up', slow, 10_000], ['without end, and cut off', endless, 5_000]])
  together(name, list, async (way, expected, act) => {
    await Promise.all([act(way), isClosed(way, patience)]);
    const told = statuses(way.received());
    // Where much was on its way, the answer may be lost with the connection.
    if (expected !== undefined && told.length > 0) assert.deepEqual(told, [expected]);
    else assert.ok(told.every((status) => status >= 400 && status < 500), `${told}`);
    assert.ok(list !== slow || told.length === 1, 'it was closed without a word');
  });

test('two hundred idle connections keep nobody waiting', async (context) => {
  const ways = await Promise.all(Array.from({ length: 200 }, () => open(server.base)));
  try {
    const other = await open(server.base);
    const begun = performance.now();
    await other.write(get());
    await until(() => assert.deepEqual(statuses(other.received()), [200]), 2_000, 5);
    context.diagnostic(`answered beside them in ${(performance.now() - begun).toFixed(0)} ms`);
    other.stop();
    await Promise.all(ways.map((way) => isClosed(way, 15_000)));
  } finally {
    for (const way of ways) way.stop();
  }
});

test('a client that does not read is not answered beyond what is on its way, and takes no memory', async (context) => {
  const before = peak(server.pid);
  const way = await open(server.base, { isReading: false });
  const count = () => server.log().split('\n').filter((line) => line.includes('path="/schema.graphql"')).length;
  try {
    // The schema has more than 100 kB.
    way.socket.write(get('', '/schema.graphql').repeat(2_000));
    // It has come to a stand when others are answered and it is not.
    let last = 0;
    await until(async () => {
      const next = await open(server.base);
      await next.write(get());
      await until(() => assert.deepEqual(statuses(next.received()), [200]), 2_000, 5);
      next.stop();
      const stood = last;
      last = count();
      assert.ok(last > 0 && last === stood, `${last}`);
    }, 10_000, 250);
    context.diagnostic(`${last} of 2000 answers`);
    assert.ok(last < 2_000, 'all were answered');
    assert.ok(peak(server.pid) - before < 32, `${peak(server.pid) - before} MiB more`);
  } finally {
    way.stop();
  }
});

test('a well-behaved client was answered all the while, and the server is as it was', async (context) => {
  isAsEver(context, await client.end());
  context.diagnostic(`${peak(server.pid).toFixed(0)} MiB at most`);
  assert.ok(peak(server.pid) < MOST_MEMORY, `${peak(server.pid)} MiB`);
  assert.doesNotMatch(server.log(), /panicked/);
});

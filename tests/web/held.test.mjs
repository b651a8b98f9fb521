/** Connections that are held although nothing is asked on them are closed, whatever their clients do. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { open, statuses } from './raw.mjs';
import { serve } from './serve.mjs';
import { until } from './until.mjs';

/** A server with short times. */
const start = () => serve(`
  development_issuer = true
  [http]
  drain_seconds = 0
  body_seconds = 2
  keep_alive_seconds = 4
  [log]
  filter = "info,copartner=debug"
`);
let server;
before(async () => (server = await start()));
after(() => server?.stop());
const HOST = 'Host: 127.0.0.1\r\n';
const GOOD = `GET /healthz HTTP/1.1\r\n${HOST}\r\n`;
const isClosed = (way) => Promise.race([way.closed, pause(30_000, undefined, { ref: false }).then(() => assert.fail('open after 30 s'))]);

describe('a connection is closed', { concurrency: true }, () => {
  for (const [what, act] of [
    ['half a request after a whole one', async (way) => {
      await way.write(GOOD);
      await until(() => assert.deepEqual(statuses(way.received()), [200]));
      await way.write('GET /hea');
    }],
    ['a stranger\'s body in chunks that does not come', (way) =>
      way.write(`POST /graphql HTTP/1.1\r\n${HOST}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n`)],
    ['a body in chunks that nobody asked for', (way) => way.write(`GET /healthz HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\nff\r\n`)],
    ['a stranger\'s chunks without end', async (way) => {
      await way.write(`POST /graphql HTTP/1.1\r\n${HOST}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`);
      const piece = `10000\r\n${' '.repeat(65_536)}\r\n`;
      void (async () => {
        while (way.socket.writable) await Promise.race([way.write(piece), way.closed]);
      })();
    }],
  ]) {
    test(`on which there is ${what}`, { timeout: 60_000 }, async () => {
      const way = await open(server.base);
      try {
        await act(way);
        await isClosed(way);
      } finally {
        way.stop();
      }
    });
  }

  test('whose client reads nothing', { timeout: 60_000 }, async () => {
    // One of its own, the open files of which are counted.
    const own = await start();
    const way = await open(own.base, { isReading: false });
    try {
      way.socket.write(`GET /schema.graphql HTTP/1.1\r\n${HOST}\r\n`.repeat(200));
      // It does not read, and so does not see the end: the server's side is looked at.
        const count = () => readdirSync(`/proc/${own.pid}/fd`).length;
      await pause(1_000);
      const held = count();
      // The kernel gives up after thirty seconds, at the next time it looks.
      await until(() => assert.ok(count() < held, `${count()} of ${held}`), 45_000, 250);
    } finally {
      way.stop();
      await own.stop();
    }
  });
});

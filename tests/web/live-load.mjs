/**
 * Measures live events; no test. `node live-load.mjs --help` says how. The figures of docs/scale.md are from it.
 *
 * The servers run already, over one database, with the development issuer, and whoever starts this has tokens of it. Times are
 * from before the mutation is sent, on one machine and one clock.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import WebSocket from 'ws';

const { values } = parseArgs({
  options: {
    help: { type: 'boolean' },
    at: { type: 'string', default: 'http://127.0.0.1:4000' },
    listen: { type: 'string', default: 'http://127.0.0.1:4000' },
    pid: { type: 'string' },
    token: { type: 'string' },
    readers: { type: 'string', multiple: true, default: [] },
    sockets: { type: 'string', default: '500' },
    events: { type: 'string', default: '50' },
    idle: { type: 'boolean' },
    pause: { type: 'string', default: '20' },
  },
});
if (values.help || !values.token) {
  console.log(`node live-load.mjs --token TOKEN [--readers TOKEN ...] [--at URL] [--listen URL] [--pid PID]
    [--sockets 500] [--events 50] [--pause 20] [--idle]

Opens sockets at --listen, one for each of --readers in turn, and has --token resize a subscription at --at. With --idle
the sockets are only opened. --pid is the server that listens: its memory and its CPU are told.`);
  process.exit(values.help ? 0 : 2);
}

const sockets = Number(values.sockets);
const events = Number(values.events);
const readers = values.readers.length ? values.readers : [values.token];

const ask = async (query, variables) => {
  const answer = await fetch(`${values.at}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${values.token}` },
    body: JSON.stringify({ query, variables }),
  });
  return answer.json();
};

/** What the server has used so far: resident memory in KiB, and CPU in ms. */
const used = () => {
  if (!values.pid) return { rss: NaN, cpu: NaN };
  const rss = Number(readFileSync(`/proc/${values.pid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)[1]);
  const stat = readFileSync(`/proc/${values.pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return { rss, cpu: (Number(stat[11]) + Number(stat[12])) * 10 };
};

const arrivals = [];
let expecting = 0;
let done = () => {};
const open = (token) =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(`${values.listen.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    const say = (message) => socket.send(JSON.stringify(message));
    socket.on('open', () => say({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }));
    socket.on('error', reject);
    socket.on('close', (code, reason) => reject(new Error(`closed with ${code} ${reason}`)));
    socket.on('message', (data) => {
      const message = JSON.parse(data);
      if (message.type === 'connection_ack') {
        if (values.idle) return resolve(socket);
        say({ id: '1', type: 'subscribe', payload: { query: 'subscription { events { id kind changes { after } } }' } });
        say({ id: '2', type: 'subscribe', payload: { query: '{ __typename }' } });
      } else if (message.id === '2' && message.type === 'complete') resolve(socket);
      else if (message.id === '1') {
        arrivals.push([performance.now(), message.payload.data.events.changes[0].after]);
        if (arrivals.length === expecting) done();
      }
    });
  });

const before = used();
for (let n = 0; n < sockets; n += 50) {
  await Promise.all(Array.from({ length: Math.min(50, sockets - n) }, (_, i) => open(readers[(n + i) % readers.length])));
}
await new Promise((resolve) => setTimeout(resolve, 2_000));
const opened = used();
console.log(`${sockets} sockets: ${((opened.rss - before.rss) / sockets).toFixed(1)} KiB each, ${opened.rss} KiB in all`);
if (values.idle) process.exit(0);

const found = await ask('{ subscriptions(first: 1, filter: { status: [ACTIVE] }) { nodes { id quantity } } }');
const [subscription] = found.data.subscriptions.nodes;
const sent = new Map();
expecting = sockets * events;
const all = new Promise((resolve) => (done = resolve));
const from = used();
for (let n = 0; n < events; n++) {
  const quantity = subscription.quantity + 1 + n;
  sent.set(String(quantity), performance.now());
  const resize = 'mutation($s: ID!, $q: Int!) { resizeSubscription(input: { subscription: $s, quantity: $q }) { userErrors { code } } }';
  const answer = await ask(resize, { s: subscription.id, q: quantity });
  if (answer.errors || answer.data.resizeSubscription.userErrors.length) throw new Error(JSON.stringify(answer));
  await new Promise((resolve) => setTimeout(resolve, Number(values.pause)));
}
await Promise.race([all, new Promise((resolve) => setTimeout(resolve, 20_000))]);
const to = used();
const times = arrivals.map(([at, quantity]) => at - sent.get(quantity)).sort((a, b) => a - b);
const at = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))].toFixed(1);
console.log(`${times.length} of ${expecting} arrived: median ${at(0.5)} ms, p99 ${at(0.99)} ms, last ${at(1)} ms`);
console.log(`CPU ${((to.cpu - from.cpu) / events).toFixed(2)} ms for each event, ${to.rss} KiB`);
process.exit(times.length === expecting ? 0 : 1);

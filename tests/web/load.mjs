/**
 * Clients that work all the time, whatever happens to what they work on. Each has a server that it asks while a look at /readyz,
 * such as a balancer takes, says that it is there, and else another one. What comes of each request is written down.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { ask } from './asking.mjs';

/** How often /readyz is looked at, and how soon is asked again what came to nothing, in milliseconds. */
const [LOOK, AGAIN] = [50, 50];

/** A connection that was not made, or broke off before the answer was whole. */
export const isBroken = ({ cause }) => ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'].includes(cause?.code);

/** What an answer is, in a word: `answered`, `unavailable` as the documents have it, or else all of it. */
function kind({ status, headers, answer }) {
  const codes = answer.errors?.map(({ extensions }) => extensions?.code) ?? [];
  if (status === 200 && codes.length === 0) return 'answered';
  const isOutage = codes.length > 0 && codes.every((code) => code === 'UNAVAILABLE');
  if (status === 503 && isOutage && headers.get('retry-after') === '1') return 'unavailable';
  return `${status} ${JSON.stringify(answer)}`;
}

/** `patience` is how long a request may take, in milliseconds; one that takes longer counts as one that hangs. */
export function load(servers, patience) {
  const outcomes = [];
  const ready = new Set(servers);
  let isOver = false;
  const going = servers.map(async (server) => {
    while (!isOver) {
      const isReady = await fetch(`${server.base}/readyz`, { signal: AbortSignal.timeout(patience) })
        .then(async (response) => (await response.text(), response.ok), () => false);
      if (isReady) ready.add(server);
      else ready.delete(server);
      await pause(LOOK);
    }
  });

  /** Asks once. Returns the data, or nothing when it came to nothing, for whatever reason. */
  async function request(client, home, query, variables) {
    const server = ready.has(home) ? home : servers.find((other) => ready.has(other)) ?? home;
    const { token } = client;
    const begun = performance.now();
    const answered = new AbortController();
    const hangs = pause(patience, { what: `nothing within ${patience} ms` }, { signal: answered.signal });
    hangs.catch(() => {});
    const asked = ask(server, token, query, variables).then(
      (answer) => ({ what: kind(answer), data: answer.answer.data }),
      (error) => ({ what: isBroken(error) ? 'broken' : `${error} ${error.cause}` }),
    );
    const { what, data } = await Promise.race([asked, hangs]);
    answered.abort();
    outcomes.push({ client, server, token, what, begun, ended: performance.now() });
    if (what === 'answered') return data;
    await pause(AGAIN);
  }

  let fail;
  const failed = new Promise((_, reject) => (fail = reject));
  failed.catch(() => {});
  return {
    outcomes,
    /** Is refused with the first mistake that was found by a client's work. */
    failed,
    /** Has a client work until the end. `act` is one piece of work; it is given a way to ask, which is told the server. */
    start(client, act) {
      const asks = (...what) => request(client, ...what);
      going.push((async () => {
        while (!isOver) await act(asks);
      })().catch(fail));
    },
    /** Lets everyone finish. */
    async end() {
      isOver = true;
      await Promise.all(going);
    },
  };
}

/** A well-behaved client that asks all the time, whatever others do, and what the server takes of memory meanwhile. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { ask, times } from './asking.mjs';

/** The most memory that a process ever had, in MiB. */
export const peak = (pid) => Number(readFileSync(`/proc/${pid}/status`, 'utf8').match(/VmHWM:\s+(\d+)/)[1]) / 1_024;

async function once(server, token, taken) {
  const { status, ms } = await ask(server, token);
  assert.equal(status, 200, 'the well-behaved client was refused');
  taken.push(ms);
}

/** Measures in calm first; `end` returns both measures, and has asked to the end. */
export async function steady(server, token) {
  const [calm, meanwhile] = [[], []];
  for (let n = 0; n < 200; n++) await once(server, token, calm);
  let isOver = false;
  const asking = (async () => {
    while (!isOver) {
      await once(server, token, meanwhile);
      await pause(10);
    }
  })();
  // It is looked at by `end`.
  asking.catch(() => {});
  return {
    async end() {
      isOver = true;
      await asking;
      return { calm: times(calm), meanwhile: times(meanwhile), count: meanwhile.length };
    },
  };
}

/** The bounds are generous: this process, too, has work to do while others misbehave, and shares the machine with the server. */
export function isAsEver(context, { calm, meanwhile, count }) {
  context.diagnostic(`${count} requests meanwhile: median ${meanwhile.median} ms and p99 ${meanwhile.p99} ms, in calm ${calm.median} and ${calm.p99} ms`);
  assert.ok(count > 50, `${count} requests`);
  assert.ok(meanwhile.median < 20 * calm.median + 50, JSON.stringify({ calm, meanwhile }));
  assert.ok(meanwhile.p99 < 1_500, JSON.stringify({ calm, meanwhile }));
}

/** A clock for a server that a test sets ahead: libfaketime's, which stands between the program and the system's. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const places = ['x86_64-linux-gnu', 'aarch64-linux-gnu'].map((machine) => `/usr/lib/${machine}/faketime/libfaketimeMT.so.1`);

/** `variables` are for the server's environment. Waits are as long as ever: the clock that measures them is left alone. */
export async function clock() {
  const library = process.env.FAKETIME_LIBRARY ?? places.find(existsSync);
  assert.ok(library, 'libfaketime is missing. Install it with: sudo apt-get install libfaketime');
  const directory = await mkdtemp(join(tmpdir(), 'copartner-clock-'));
  const file = join(directory, 'offset');
  let seconds = 0;
  async function ahead(more) {
    seconds += more;
    // In one step: the server looks at it all the time.
    await writeFile(`${file}.new`, `+${seconds}\n`);
    await rename(`${file}.new`, file);
  }
  await ahead(0);
  return {
    variables: { LD_PRELOAD: library, FAKETIME_TIMESTAMP_FILE: file, FAKETIME_NO_CACHE: '1', FAKETIME_DONT_FAKE_MONOTONIC: '1' },
    /** Moves it on by so many seconds. */
    ahead,
    stop: () => rm(directory, { recursive: true }),
  };
}

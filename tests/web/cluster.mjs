/** A PostgreSQL of a test's own, on a private socket, that may crash: what it has confirmed is on the disk by then. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { chown, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOM = '/usr/lib/postgresql';

/** Where the newest one's programs are. */
function programs() {
  const versions = existsSync(ROOM) ? readdirSync(ROOM).sort((one, other) => Number(other) - Number(one)) : [];
  const found = versions.map((version) => join(ROOM, version, 'bin')).find((bin) => existsSync(join(bin, 'initdb')));
  assert.ok(found, 'PostgreSQL is missing. Install it with: sudo apt-get install postgresql');
  return found;
}

export async function cluster() {
  const bin = programs();
  const directory = await mkdtemp(join(tmpdir(), 'copartner-postgres-'));
  const data = join(directory, 'data');
  // It refuses to run as root: then it runs as its package's user.
  const isRoot = process.getuid() === 0;
  const run = (program, ...words) => {
    const command = [join(bin, program), '-D', data, ...words];
    const [first, ...rest] = isRoot ? ['runuser', '-u', 'postgres', '--', ...command] : command;
    return promisify(execFile)(first, rest, { cwd: directory });
  };
  const remove = () => rm(directory, { recursive: true });
  const control = (...words) => run('pg_ctl', '-w', ...words);
  let isUp = false;
  /** Is back when it lets in. */
  async function start() {
    await control('-l', join(directory, 'log'), '-o', `-k ${directory} -c listen_addresses='' -c fsync=on`, 'start');
    isUp = true;
  }
  /** `immediate` is as a crash, and `fast` as its operator ends it. */
  async function end(mode) {
    await control('-m', mode, 'stop');
    isUp = false;
  }
  try {
    if (isRoot) {
      const { stdout } = await promisify(execFile)('id', ['-u', 'postgres']);
      await chown(directory, Number(stdout), (await stat(directory)).gid);
    }
    await run('initdb', '-U', 'copartner', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync');
    await start();
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    address: `postgres://copartner@localhost/postgres?host=${directory}`,
    start,
    end,
    async remove() {
      if (isUp) await end('immediate');
      await remove();
    },
  };
}

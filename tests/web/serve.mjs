/** A server of a test's own, over what it imports, as an operator would set it up. */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const program = process.env.COPARTNER ?? fileURLToPath(new URL('../../target/debug/copartner', import.meta.url));

/** The cast, as records to import. */
export const tenants = {
  fabrikam: '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
  contoso: 'c0000000-0000-4000-8000-000000000001',
};
const world = [
  { type: 'partner', tenantId: tenants.fabrikam, partnerNumber: '4000001', name: 'Fabrikam', kind: 'DIRECT_RESELLER' },
  { type: 'customer', tenantId: tenants.contoso, name: 'Contoso', domain: 'contoso.example', country: 'NL' },
];

/**
 * Configures, imports and starts; `run` calls the program with the same configuration, and with the same variables besides
 * those of the test's own process.
 */
export async function serve(configuration, variables = {}) {
  const directory = await mkdtemp(join(tmpdir(), 'copartner-web-'));
  const config = join(directory, 'copartner.toml');
  await writeFile(config, `listen = "127.0.0.1:0"\nmetrics_listen = ""\n${configuration}`);
  await writeFile(join(directory, 'world.ndjson'), world.map((record) => JSON.stringify(record)).join('\n'));
  const options = { cwd: directory, env: { ...process.env, COPARTNER_CONFIG: config, ...variables } };
  const run = (...words) => promisify(execFile)(program, words, options);
  await run('migrate', 'up');
  await run('import', 'world.ndjson');

  const said = [];
  let server;
  async function start() {
    server = spawn(program, ['serve'], { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    const address = await new Promise((resolve, reject) => {
      // Nothing belongs on standard output; if something comes there, it is kept with the rest.
      createInterface({ input: server.stdout }).on('line', (line) => said.push(line));
      createInterface({ input: server.stderr }).on('line', (line) => {
        said.push(line);
        const [, address] = line.match(/listening address=(\S+)/) ?? [];
        if (address) resolve(address);
      });
      server.on('exit', () => reject(new Error(`the server ended: ${said.join('\n')}`)));
    });
    return `http://${address}`;
  }
  async function end(signal) {
    // One that has ended already, because it could not start, ends no more.
    if (server.exitCode !== null || server.signalCode !== null) return;
    const ended = new Promise((resolve) => server.once('exit', resolve));
    server.kill(signal);
    await ended;
  }
  let base = await start();
  /** Kills the server as a machine that loses its power would, and starts it anew, at another port. */
  async function crash() {
    await end('SIGKILL');
    base = await start();
  }
  /** Tells it to stop, lets it drain, and starts it anew, at another port. */
  async function restart() {
    await end('SIGTERM');
    assert.equal(server.exitCode, 0, said.join('\n'));
    base = await start();
  }
  async function stop() {
    await end('SIGTERM');
    await rm(directory, { recursive: true });
  }
  return { get base() { return base; }, get pid() { return server.pid; }, directory, run, crash, restart, stop, log: () => said.join('\n') };
}

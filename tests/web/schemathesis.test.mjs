/**
 * Schemathesis makes operations of the schema, as several viewers, against a demo that is thrown away: whatever it asks, the server does not
 * fail, tells nothing from within, and answers in the form that GraphQL over HTTP has.
 */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ask } from './asking.mjs';

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const copartner = process.env.COPARTNER ?? path('../../target/debug/copartner');
/** scripts/test installs it there. */
const schemathesis = process.env.SCHEMATHESIS ?? path('../../target/schemathesis/bin/schemathesis');

let directory;
let demo;
let world;
const said = [];
const server = {};

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'copartner-schemathesis-'));
  demo = spawn(copartner, ['demo', '--listen', '127.0.0.1:0', '--data', join(directory, 'demo')], { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] });
  createInterface({ input: demo.stderr }).on('line', (line) => said.push(line));
  server.base = await new Promise((resolve, reject) => {
    createInterface({ input: demo.stdout }).on('line', (line) => {
      const [, address] = line.match(/^Open (http:\/\/[^/]*)\/graphql/) ?? [];
      if (address) resolve(address);
    });
    demo.on('exit', () => reject(new Error(`the demo ended: ${said.join('\n')}`)));
  });
  world = await look();
});
after(async () => {
  if (demo?.exitCode === null) {
    const ended = new Promise((resolve) => demo.once('exit', resolve));
    demo.kill('SIGINT');
    await ended;
  }
  await rm(directory, { recursive: true });
});

const token = async (tenant, role) => {
  const words = ['token', '--data', join(directory, 'demo'), '--tenant', tenant, '--role', role, '--ttl', '1d'];
  return (await promisify(execFile)(copartner, words, { cwd: directory })).stdout.trim();
};

const lists = {
  Customer: 'customers', Partner: 'partners', CustomerSubscription: 'subscriptions', DelegatedAdminGrant: 'grants',
  RelationshipRequest: 'relationshipRequests', Offer: 'offers', Event: 'events', Webhook: 'webhooks',
};

/** Ids of what there is, seen by three tenants: of each of them some are foreign to the others. */
async function look() {
  const all = {};
  for (const [tenant, role] of [['fabrikam', 'ADMIN_AGENT'], ['northwind', 'ADMIN_AGENT'], ['contoso', 'CUSTOMER_ADMINISTRATOR']]) {
    const bearer = await token(tenant, role);
    await ask(server, bearer, 'mutation { registerWebhook(input: { url: "https://hooks.example.com/here" }) { webhook { id } } }');
    const query = `{ ${Object.values(lists).map((list) => `${list}(first: 10) { nodes { id } }`).join(' ')} }`;
    const { answer } = await ask(server, bearer, query);
    assert.equal(answer.errors, undefined, JSON.stringify(answer));
    for (const [type, list] of Object.entries(lists)) (all[type] ??= []).push(...answer.data[list].nodes.map(({ id }) => id));
  }
  assert.ok(Object.values(all).every((ids) => ids.length > 0), JSON.stringify(all));
  return { ...all, Tenant: [...all.Customer, ...all.Partner] };
}

/** Who asks, for how many seconds, and whether in keeping with the schema. */
const runs = [
  ['fabrikam', 'ADMIN_AGENT', 12, 'positive'],
  ['contoso', 'CUSTOMER_ADMINISTRATOR', 12, 'positive'],
  ['northwind', 'ADMIN_AGENT', 8, 'negative'],
  ['tailspin', 'HELPDESK_AGENT', 6, 'positive'],
  // Last, because it may keep out the others.
  ['operator', 'OPERATOR', 12, 'positive'],
];

for (const [tenant, role, seconds, mode] of runs) {
  test(`as ${tenant}, ${seconds} s, ${mode}: no failure, nothing from within, and answers as they should be`, { timeout: 90_000 }, async (context) => {
    const summary = join(directory, `${tenant}.json`);
    const words = [
      'run', `${server.base}/graphql`, '--checks', 'well_formed', '--phases', 'fuzzing', '--mode', mode, '--max-time', String(seconds),
      '--header', `Authorization: Bearer ${await token(tenant, role)}`, '--header', 'Accept: application/graphql-response+json',
      '--generation-database', 'none', '--warnings', 'off', '--no-color',
    ];
    const env = {
      ...process.env, WORLD: JSON.stringify(world), SUMMARY: summary,
      SCHEMATHESIS_HOOKS: 'hooks', PYTHONPATH: path('./schemathesis'), PYTHONDONTWRITEBYTECODE: '1',
    };
    const { code = 0, stdout, stderr } = await promisify(execFile)(schemathesis, words, { cwd: directory, env, maxBuffer: 2 ** 26 }).catch((error) => error);
    assert.equal(code, 0, `${stdout}\n${stderr}\n${said.slice(-20).join('\n')}`);
    const counts = JSON.parse(await readFile(summary, 'utf8'));
    context.diagnostic(`${JSON.stringify(counts)}; ${stdout.match(/Seed: \d+/)?.[0]}`);
    assert.equal(demo.exitCode, null, 'the demo is gone');
    // Before it begins it tries a header with NUL in it, of which the transport speaks.
    const faults = said.filter((line) => /panicked|\bERROR\b/.test(line) && !line.includes('stream error: request parse error'));
    assert.deepEqual(faults, []);
    // It was no run of refusals alone.
    assert.ok(counts.queries + counts.mutations > 5 * seconds, 'hardly anything was asked');
    if (mode === 'positive') {
      assert.ok(counts['queries without an error'] > counts.queries / 3, 'hardly any query was answered');
      assert.ok(counts['mutations without an error'] > counts.mutations / 3, 'hardly any mutation was understood');
    } else {
      assert.ok(counts.GRAPHQL_VALIDATION_FAILED > (counts.queries + counts.mutations) / 4, 'hardly anything was out of keeping');
    }
  });
}

/** The examples for front-end teams, and the operations in the documents: they are what the schema and the demo say. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { getOperationAST, parse, validate } from 'graphql';
import { ask, base, bearer } from './demo.mjs';
import { schema } from './oracle.mjs';

const root = new URL('../../', import.meta.url);
const cwd = new URL('examples/', root);
const env = { ...process.env, DEMO_URL: base, DEMO_TOKEN: bearer().replace('Bearer ', '') };
const npm = (script, more = {}) => promisify(execFile)('npm', ['run', '--silent', script], { cwd, env: { ...env, ...more } });

/** How often Fabrikam's log tells of what the programs do. */
async function told() {
  const kinds = ['SUBSCRIPTION_PURCHASED', 'SUBSCRIPTION_RESIZED', 'SUBSCRIPTION_CANCELLED'];
  const count = (kind) => `${kind}: events(first: 0, filter: { kind: [${kind}] }) { totalCount }`;
  const { answer } = await ask({ query: `{ ${kinds.map(count).join(' ')} }` });
  return kinds.map((kind) => answer.data[kind].totalCount);
}

test('the types of the examples fit the schema, and the programs do their jobs', { timeout: 180_000 }, async (t) => {
  await npm('check');
  for (const client of ['apollo', 'urql']) {
    await t.test(client, async () => {
      const before = await told();
      const { stdout } = await npm(client);
      const said = (line) => assert.match(stdout, new RegExp(`^${line.source}$`, 'm'));
      const pages = Number(stdout.match(/^read (\d+) pages of what renews/)?.[1]);
      assert.ok(pages > 1, stdout);
      // The answer is lost again and again, the same purchase is sent each time, and it was done once.
      for (const mishap of ['the connection breaks', 'a proxy answers 502', 'the server answers 503'])
        assert.ok(stdout.includes(`\nthe purchase is done, but ${mishap}\n`), stdout);
      said(/bought 5 of .*; sent again, it is the same one/);
      said(/VERSION_CONFLICT: it was at version 1 when read, and is at 2 by now\nresized to 8 at attempt 2/);
      said(/its log: SUBSCRIPTION_PURCHASED, SUBSCRIPTION_RESIZED, SUBSCRIPTION_RESIZED/);
      // The server's own word for it, whatever the program says: one purchase, the colleague's change and its own, one end.
      assert.deepEqual((await told()).map((count, i) => count - before[i]), [1, 2, 1]);
      said(/INCREASE: yes/);
      said(/REACTIVATE: no, SUBSCRIPTION_NOT_SUSPENDED \(.+\)/);
      said(/it is CANCELLED/);
      said(/FORBIDDEN at accessReview: .*CUSTOMER.*\nbeside it: the viewer is Fabrikam/);
      if (client === 'apollo') {
        const [, listed, total] = stdout.match(/cache has (\d+) of (\d+) renewals in one list/);
        assert.ok(Number(total) > 3, stdout);
        assert.equal(listed, total);
        said(/Apollo's cache has 8 seats, CANCELLED, for what was bought and cancelled/);
      } else {
        said(/urql's cache: the renewals are a miss after the mutations, a hit the next time/);
      }
    });
    await t.test(`${client} hears of each change once, although the connection breaks`, async () => {
      const before = await told();
      const { stdout } = await npm(`live-${client}`);
      const said = (line) => assert.match(stdout, new RegExp(`^${line.source}$`, 'm'));
      said(/the connection breaks/);
      said(/connected again/);
      said(/heard 10 events, 10 different ones, of 10/);
      said(/the stream has ended: SUBJECT_ENDED: .+/);
      if (client === 'apollo') said(/Apollo's cache has 14 seats, CANCELLED/);
      assert.deepEqual((await told()).map((count, i) => count - before[i]), [1, 9, 1]);
    });
    await t.test(`${client} says why it cannot`, async () => {
      const words = async (more) => {
        const { code, stderr } = await npm(client, more).catch((error) => error);
        assert.equal(code, 1);
        assert.equal(stderr.trim().split('\n').length, 1, stderr);
        return stderr;
      };
      const [refused, without, away] = await Promise.all(
        [{ DEMO_TOKEN: 'nonsense' }, { DEMO_TOKEN: '' }, { DEMO_URL: 'http://127.0.0.1:1' }].map(words),
      );
      assert.match(refused, /^UNAUTHENTICATED: .*token/);
      assert.match(without, /^DEMO_TOKEN is not set/);
      assert.match(away, /^http:\/\/127\.0\.0\.1:1\/graphql cannot be reached: ./);
    });
  }
});

const read = (document) => readFile(new URL(document, root), 'utf8');

const pages = (await readdir(new URL('docs/', root))).filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`);

const examples = await Promise.all(
  ['README.md', ...pages].map(async (document) => [
    document,
    [...(await read(document)).matchAll(/```graphql\n(.*?)```/gs)].map(([, operation]) => operation),
  ]),
);

test('the pages for developers have examples', () => {
  const counts = Object.fromEntries(examples.map(([document, operations]) => [document, operations.length]));
  assert.equal(counts['README.md'], 2);
  assert.ok(counts['docs/api.md'] > 8 && counts['docs/clients.md'] > 4, JSON.stringify(counts));
});

for (const [document, operations] of examples.filter(([, operations]) => operations.length > 0)) {
  test(`every operation in ${document} is valid, and the queries are answered`, async () => {
    const contoso = '{ customer(by: { domain: "contoso.example" }) { id subscriptions { nodes { id } } } }';
    const { customer } = (await ask({ query: contoso })).answer.data;
    const variables = { customer: customer.id, target: customer.id, id: customer.subscriptions.nodes[0].id };
    for (const query of operations) {
      const parsed = parse(query);
      assert.deepEqual(validate(schema, parsed), [], query);
      // What a mutation in a document does is not wanted here.
      if (getOperationAST(parsed).operation !== 'query') continue;
      const { errors = [] } = (await ask({ query, variables })).answer;
      // Some are for customers.
      assert.deepEqual(errors.filter(({ extensions }) => extensions.code !== 'FORBIDDEN'), [], query);
    }
  });
}

test('docs/clients.md says what to do about each code of a refusal', async () => {
  const text = await read('docs/clients.md');
  const codes = schema.getType('UserErrorCode').getValues().map(({ name }) => name);
  assert.deepEqual(codes.filter((code) => !new RegExp(`^\\|.*\\b${code}\\b.*\\|`, 'm').test(text)), []);
});

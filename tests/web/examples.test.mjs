/** The examples for front-end teams, and the operations in the documents: they are what the schema and the demo say. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { buildSchema, parse, validate } from 'graphql';
import { base, bearer } from './demo.mjs';

const root = new URL('../../', import.meta.url);
const cwd = new URL('examples/', root);
const env = { ...process.env, DEMO_URL: base, DEMO_TOKEN: bearer().replace('Bearer ', '') };
const npm = (script, more = {}) => promisify(execFile)('npm', ['run', '--silent', script], { cwd, env: { ...env, ...more } });

test('the types of the examples fit the schema, and both programs do their job', { timeout: 180_000 }, async (t) => {
  await npm('check');
  for (const client of ['apollo', 'urql']) {
    await t.test(client, async () => {
      const { stdout } = await npm(client);
      const pages = Number(stdout.match(/^read (\d+) pages of renewals/)?.[1]);
      assert.ok(pages > 1, stdout);
      // The answer is lost, the same purchase is sent again, and it was done once.
      assert.match(stdout, /the network loses the answer to a purchase\nbought 5 of .*; sent again, it is the same one/);
      assert.match(stdout, /its log: SUBSCRIPTION_PURCHASED, SUBSCRIPTION_RESIZED\n/);
      assert.match(stdout, /VERSION_CONFLICT: it is at version 1 by now\nresized to 7 at attempt 2\n/);
      assert.match(stdout, /INCREASE: yes\n/);
      assert.match(stdout, /REACTIVATE: no, SUBSCRIPTION_NOT_SUSPENDED \(/);
      assert.match(stdout, /it is CANCELLED\n/);
      assert.match(stdout, /Fabrikam is told FORBIDDEN at accessReview, and its own name\n/);
      if (client === 'apollo') {
        const [, listed, total] = stdout.match(/cache has (\d+) of (\d+) renewals in one list/);
        assert.equal(listed, total);
      }
    });
    await t.test(`${client} says why it cannot`, async () => {
      const refused = await npm(client, { DEMO_TOKEN: 'nonsense' }).catch((error) => error);
      assert.equal(refused.code, 1);
      assert.match(refused.stderr, /token/);
    });
  }
});

for (const document of ['README.md', 'docs/clients.md']) {
  test(`every operation in ${document} is valid`, async () => {
    const schema = buildSchema(await readFile(new URL('schema.graphql', root), 'utf8'));
    const text = await readFile(new URL(document, root), 'utf8');
    const operations = [...text.matchAll(/```graphql\n(.*?)```/gs)].map(([, operation]) => operation);
    assert.ok(operations.length > 4);
    for (const operation of operations) assert.deepEqual(validate(schema, parse(operation)), [], operation);
  });
}

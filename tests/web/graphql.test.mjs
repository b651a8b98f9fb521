/** Whatever graphql-js says of a document, the server says too: whether it is valid, and what its answer looks like. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  buildClientSchema, buildSchema, getIntrospectionQuery, lexicographicSortSchema, printSchema, specifiedDirectives,
} from 'graphql';
import { ask } from './demo.mjs';
import { invalid, valid } from './documents.mjs';
import { generate, spoil } from './generate.mjs';
import { expected, faults, plain, sdl, text as inOrder } from './oracle.mjs';

/**
 * Where graphql-js is not the measure, and why. A document that both judge alike fails the test as long as it stands here.
 */
const otherwise = {
  'oneOf by a nullable variable': 'graphql-js 16 has not got the rule of the September 2025 edition, section 5.8.5; the server has',
};

const found = (await ask({ query: `{
  customer(by: { domain: "contoso.example" }) { id subscriptions(first: 1) { nodes { id offer { id } } } }
}` })).answer.data.customer;
const [{ id: subscription, offer }] = found.subscriptions.nodes;
const ids = { customer: found.id, subscription, offer: offer.id };

async function agree(request) {
  const wrong = faults(request);
  const { status, text, answer } = await ask(request);
  const said = `${request.query}\n${JSON.stringify(request.variables ?? {})}\ngraphql-js: ${wrong.map(String).join('; ')}\nserver: ${status} ${text}`;
  if (wrong.length > 0) {
    assert.ok([400, 422].includes(status), said);
    assert.ok(answer.errors.length > 0 && !('data' in answer), said);
    return;
  }
  assert.equal(status, 200, said);
  const bare = await ask({ ...request, query: plain(request.query) });
  assert.equal(bare.status, 200, `${plain(request.query)}\n${bare.text}`);
  assert.equal(bare.answer.errors, undefined, bare.text);
  // What it cost is the server's own word.
  const { extensions, ...data } = answer;
  assert.ok(extensions.cost >= 0, said);
  const shown = text.replace(/,"extensions":\{"cost":\d+\}\}$/, '}');
  assert.equal(answer.data.__schema || answer.data.__type ? inOrder(data) : shown, expected(request, bare.answer.data), said);
}

function judge(table, isValid) {
  for (const [name, query, variables, operationName] of table) {
    const request = { query, variables, operationName };
    test(`${isValid ? 'valid' : 'invalid'}: ${name}`, async () => {
      const agreed = (faults(request).length === 0) === isValid;
      if (!otherwise[name]) {
        assert.ok(agreed, `graphql-js: ${faults(request).map(String)}`);
        return agree(request);
      }
      assert.ok(!agreed, 'graphql-js judges alike: take it off the list');
      const { status, text } = await ask(request);
      assert.equal(status === 200, isValid, text);
    });
  }
}
judge(valid(ids), true);
judge(invalid(ids), false);

test('every exception is one of the documents', () => {
  const names = new Set([...valid(ids), ...invalid(ids)].map(([name]) => name));
  assert.deepEqual(Object.keys(otherwise).filter((name) => !names.has(name)), []);
});

const SEEDS = 150;
const compared = { valid: 0, invalid: 0 };
async function agreeUnlessTooComplex(context, request) {
  const { answer } = await ask(request);
  // A limit is no judgement of the document.
  if (answer.errors?.[0].extensions?.code === 'QUERY_TOO_COMPLEX') return context.skip('above a limit');
  const isValid = faults(request).length === 0;
  if (isValid) {
    const bare = { ...request, query: plain(request.query) };
    // Fields of two types behind the interface may be in conflict without their aliases.
    if (faults(bare).length > 0) return context.skip('has no plain form');
    if ((await ask(bare)).answer.errors?.[0].extensions?.code === 'QUERY_TOO_COMPLEX') return context.skip('above a limit');
  }
  compared[isValid ? 'valid' : 'invalid'] += 1;
  return agree(request);
}
for (let seed = 1; seed <= SEEDS; seed++) {
  test(`generated ${seed}`, (context) => agreeUnlessTooComplex(context, generate(seed, ids)));
  test(`generated ${seed}, spoilt`, (context) => agreeUnlessTooComplex(context, spoil(seed, generate(seed, ids))));
}
test('most of the generated documents were compared', (context) => {
  context.diagnostic(`${compared.valid} valid, ${compared.invalid} invalid`);
  assert.ok(compared.valid >= SEEDS * 0.9 && compared.invalid >= SEEDS * 0.6, JSON.stringify(compared));
});

test('the introspection is the schema that is published', async () => {
  const query = getIntrospectionQuery({
    descriptions: true, specifiedByUrl: true, directiveIsRepeatable: true, schemaDescription: true,
    inputValueDeprecation: true, oneOf: true,
  });
  const { status, answer } = await ask({ query });
  assert.equal(status, 200, JSON.stringify(answer));
  const sorted = (schema) => printSchema(lexicographicSortSchema(schema));
  const [shown, published] = [sorted(buildClientSchema(answer.data)), sorted(buildSchema(sdl))];
  const without = (one, other) => one.split('\n').filter((line) => !other.split('\n').includes(line));
  assert.deepEqual({ shown: without(shown, published), published: without(published, shown) }, { shown: [], published: [] });
  assert.equal(shown, published);
  const directives = answer.data.__schema.directives.map(({ name }) => name);
  for (const { name } of specifiedDirectives.filter(({ name }) => name !== 'deprecated')) assert.ok(directives.includes(name), name);
});

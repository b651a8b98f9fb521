/** What the server charges is what the published schema says, read by a calculator that knows nothing else. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { getNamedType, getNullableType, isLeafType, isListType, isObjectType } from 'graphql';
import { cost } from './cost.mjs';
import { ask } from './demo.mjs';
import { generate } from './generate.mjs';
import { faults, schema } from './oracle.mjs';

const customer = '(by: { domain: "contoso.example" })';
const { answer: { data } } = await ask({ query: `{ customer${customer} { id subscriptions(first: 1) { nodes { id offer { id } } } } }` });
const [{ id: subscription, offer }] = data.customer.subscriptions.nodes;
const ids = { customer: data.customer.id, subscription, offer: offer.id };

/** What an operation is charged; undefined when it is refused because another limit than that of the cost is in its way. */
async function charged(request) {
  const { text, answer } = await ask(request);
  if (answer.errors?.[0].extensions.code === 'QUERY_TOO_COMPLEX') {
    assert.doesNotMatch(text, /units of cost/);
    return undefined;
  }
  assert.ok('cost' in (answer.extensions ?? {}), `${request.query}\n${text}`);
  return answer.extensions.cost;
}

test('the nested page of the documentation costs 1,101', async () => {
  const query = '{ customers(first: 50) { nodes { subscriptions(first: 10) { nodes { offer { name } } } } } }';
  assert.equal(cost({ query }), 1_101);
  assert.equal(await charged({ query }), 1_101);
});

/** The same list, its size given in each way there is. */
const sizes = [
  ['by a literal', '{ customers(first: 7) { nodes { id } } }', {}, 8],
  ['by a variable', 'query($n: Int) { customers(first: $n) { nodes { id } } }', { n: 7 }, 8],
  ['by the default of a variable', 'query($n: Int = 7) { customers(first: $n) { nodes { id } } }', {}, 8],
  ['by nothing', '{ customers { nodes { id } } }', {}, 51],
  ['by null', '{ customers(first: null) { nodes { id } } }', {}, 51],
  ['by a variable that is null', 'query($n: Int = 7) { customers(first: $n) { nodes { id } } }', { n: null }, 51],
  ['from the end', '{ customers(last: 7) { nodes { id } } }', {}, 8],
  ['by ids', `query($ids: [ID!]!) { nodes(ids: $ids) { id } }`, { ids: Array(90).fill(ids.customer) }, 90],
  ['in a fragment', '{ ...A } fragment A on Query { customers(first: 7) { ...B } } fragment B on CustomerConnection { nodes { id } }', {}, 8],
  ['in a filter', '{ customers(first: 1, filter: { country: ["DE", "FR"] }) { nodes { id } } }', {}, 4],
];
for (const [name, query, variables, expected] of sizes) {
  test(`a list has its size ${name}`, async () => {
    assert.equal(cost({ query, variables }), expected);
    assert.equal(await charged({ query, variables }), expected);
  });
}

test('each list of the schema has a size, and a page gives it to its lists', () => {
  const pages = new Set();
  const lists = [];
  for (const type of Object.values(schema.getTypeMap()).filter((one) => isObjectType(one) && !one.name.startsWith('__'))) {
    for (const field of Object.values(type.getFields())) {
      const size = field.astNode.directives.find(({ name }) => name.value === 'listSize');
      const isList = isListType(getNullableType(field.type)) && !isLeafType(getNamedType(field.type));
      if (field.args.some(({ name }) => name === 'first')) pages.add(getNamedType(field.type).name);
      if (field.args.some(({ name }) => name === 'first') || isList) lists.push({ at: `${type.name}.${field.name}`, in: type.name, size });
    }
  }
  const unsized = lists.filter((list) => !list.size && !pages.has(list.in)).map(({ at }) => at);
  assert.deepEqual(unsized, []);
  assert.ok(lists.length > 60, `${lists.length} lists`);
});

test('whatever is asked is charged as the schema says', async (context) => {
  const compared = [];
  for (let seed = 1; seed <= 200; seed++) {
    const request = generate(seed, ids);
    if (faults(request).length > 0) continue;
    const expected = cost(request);
    const actual = expected > 10_000 ? undefined : await charged(request);
    if (actual === undefined) continue;
    assert.equal(actual, expected, `${request.query}\n${JSON.stringify(request.variables)}`);
    compared.push(actual);
  }
  const dearest = Math.max(...compared);
  context.diagnostic(`${compared.length} compared; the dearest cost ${dearest}`);
  assert.ok(compared.length > 150 && dearest > 100, `${compared}`);
});

// Times the first and the deepest page of each list, in both directions, against a server over the world of
// scale-world.mjs, and prints the medians in milliseconds with their ratio.
//
//   node scripts/scale-pages.mjs http://127.0.0.1:4000 TOKEN [rounds]
const [address, token, rounds = '30'] = process.argv.slice(2);

const ask = async (query, variables) => {
  const response = await fetch(`${address}/graphql`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'application/graphql-response+json', Authorization: `Bearer ${token}` },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  if (errors) throw new Error(JSON.stringify(errors));
  return data.list;
};
const median = async (query, variables) => {
  await ask(query, variables);
  const times = [];
  for (let i = 0; i < Number(rounds); i++) {
    const begun = performance.now();
    const { nodes } = await ask(query, variables);
    times.push(performance.now() - begun);
    if (nodes.length !== 50) throw new Error(`a page of ${nodes.length}`);
  }
  return times.sort((a, b) => a - b)[times.length >> 1];
};

const lists = [
  ...['NAME', 'CREATED_AT'].map((field) => ['customers', 'CustomerOrder', field, 'id name']),
  ...['FRIENDLY_NAME', 'TERM_ENDS_AT', 'CREATED_AT', 'QUANTITY'].map((field) => ['subscriptions', 'SubscriptionOrder', field, 'id friendlyName']),
];
console.log(`${'list'.padEnd(40)} first  deepest  ratio`);
for (const [list, type, field, selection] of lists)
  for (const direction of ['ASC', 'DESC']) {
    const orderBy = { field, direction };
    const query = `query($orderBy: ${type}, $first: Int, $after: String, $last: Int) {
      list: ${list}(orderBy: $orderBy, first: $first, after: $after, last: $last) { nodes { ${selection} } pageInfo { startCursor } } }`;
    // The 51st row from the end: what comes after it is the deepest page.
    const end = await ask(query, { orderBy, last: 51 });
    const first = await median(query, { orderBy, first: 50 });
    const deepest = await median(query, { orderBy, first: 50, after: end.pageInfo.startCursor });
    console.log(`${`${list} by ${field} ${direction}`.padEnd(40)} ${first.toFixed(1).padStart(5)}  ${deepest.toFixed(1).padStart(7)}  ${(deepest / first).toFixed(2).padStart(5)}`);
  }
const nested = 'query { list: customers(first: 50) { nodes { name subscriptions(first: 10) { nodes { friendlyName offer { name } } } } } }';
console.log(`${'50 customers with 10 subscriptions each'.padEnd(40)} ${(await median(nested)).toFixed(1).padStart(5)}`);

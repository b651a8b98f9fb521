// How long acts and refusals take at a customer without subscriptions, and at one with 5,000 of another partner.
//
//   node scripts/act-times.mjs world > world.ndjson          what to import
//   node scripts/act-times.mjs run URL DATA [ROUNDS]         asks the server at URL, with tokens minted from DATA
//
// PROGRAM names the program that mints (target/release/copartner), TOKEN_FLAGS more flags for it. The two customers take
// turns at random within each round; what is printed are medians in milliseconds, and their ratio.
import { execFileSync } from 'node:child_process';

const SUBSCRIPTIONS = 5_000;
const PARTNERS = { asking: 'a1111111-1111-4111-8111-111111111111', selling: 'a2222222-2222-4222-8222-222222222222' };
const CUSTOMERS = { empty: 'c1111111-1111-4111-8111-111111111111', full: 'c2222222-2222-4222-8222-222222222222' };
const year = new Date().getUTCFullYear();
const [startsAt, endsAt] = [`${year - 1}-01-01T00:00:00Z`, `${year + 1}-12-31T00:00:00Z`];
const id = (kind, n) => `${kind}0000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

const world = () => {
  const say = (record) => process.stdout.write(`${JSON.stringify(record)}\n`);
  Object.entries(PARTNERS).forEach(([name, tenantId], n) =>
    say({ type: 'partner', tenantId, partnerNumber: `99900${n}`, name: `Partner ${name}`, kind: 'DIRECT_RESELLER' }));
  say({ type: 'offer', sku: 'ACTS', name: 'Suite', publisher: 'Litware', minQuantity: 1, maxQuantity: 100_000,
    terms: ['P1M', 'P1Y'], billingCycles: ['MONTHLY', 'ANNUAL'] });
  Object.entries(CUSTOMERS).forEach(([name, customer], n) => {
    say({ type: 'customer', tenantId: customer, name: `Customer ${name}`, domain: `${name}.acts.example`, country: 'NL' });
    say({ type: 'grant', id: id('b', n), partner: PARTNERS.selling, customer, displayName: 'Administration',
      roles: ['BILLING_ADMINISTRATOR'], startsAt: `${year}-01-01T00:00:00Z`, endsAt,
      assignments: [{ assigneeKind: 'TENANT_ROLE', assignee: 'ADMIN_AGENT', roles: ['BILLING_ADMINISTRATOR'] }] });
    for (let i = 0; i < (name === 'full' ? SUBSCRIPTIONS : 0); i += 1) {
      say({ type: 'subscription', id: id('d', i), customer, partnerOfRecord: PARTNERS.selling, offer: 'ACTS',
        friendlyName: `Suite ${i}`, status: 'ACTIVE', quantity: 10, term: 'P1Y', billingCycle: 'ANNUAL', autoRenew: true,
        startsAt, termEndsAt: endsAt });
    }
  });
};

const run = async (url, data, rounds) => {
  const program = process.env.PROGRAM ?? 'target/release/copartner';
  const token = (tenant, role) => execFileSync(program, ['token', '--data', data, '--tenant', tenant, '--role', role,
    '--ttl', '12h', ...(process.env.TOKEN_FLAGS ?? '').split(' ').filter(Boolean)], { encoding: 'utf8' }).trim();
  const asking = token(PARTNERS.asking, 'ADMIN_AGENT');
  const selling = token(PARTNERS.selling, 'ADMIN_AGENT');
  const own = Object.fromEntries(Object.entries(CUSTOMERS).map(([name, tenant]) => [name, token(tenant, 'CUSTOMER_ADMINISTRATOR')]));
  const times = {};
  const ask = async (bearer, query, variables) => {
    const response = await fetch(`${url}/graphql`, { method: 'POST', body: JSON.stringify({ query, variables }),
      headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' } });
    const answer = await response.json();
    if (answer.errors) throw new Error(JSON.stringify(answer));
    return answer.data.it;
  };
  const timed = async (name, customer, bearer, mutation, selection, input, refusal) => {
    const type = `${mutation[0].toUpperCase()}${mutation.slice(1)}Input`;
    const query = `mutation($input: ${type}!) { it: ${mutation}(input: $input) { ${selection} userErrors { code } } }`;
    const start = performance.now();
    const it = await ask(bearer, query, { input });
    const took = performance.now() - start;
    const code = it.userErrors[0]?.code;
    if (code !== refusal) throw new Error(`${name}: ${JSON.stringify(it)}`);
    ((times[name] ??= {})[customer] ??= []).push(took);
    return it;
  };
  const offers = await ask(selling, '{ it: offers(filter: { search: "Suite" }) { nodes { id sku } } }');
  const offer = offers.nodes.find((node) => node.sku === 'ACTS').id;
  for (let round = 0; round < rounds + 5; round += 1) {
    // The first rounds warm up.
    if (round === 5) Object.keys(times).forEach((name) => delete times[name]);
    for (const customer of Object.keys(CUSTOMERS).sort(() => Math.random() - 0.5)) {
      const asked = { customer: { domain: `${customer}.acts.example` }, roles: ['GLOBAL_READER', 'DIRECTORY_READER'], duration: 'P30D' };
      const request = (name) => timed('requestRelationship', customer, asking, 'requestRelationship', 'request { id }', { ...asked, displayName: name });
      const first = await request('One');
      await timed('requestRelationship, refused as a duplicate', customer, asking, 'requestRelationship', '', { ...asked, displayName: 'One' }, 'DUPLICATE_REQUEST');
      await timed('requestRelationship, refused for its length', customer, asking, 'requestRelationship', '', { ...asked, displayName: 'Two', duration: 'P731D' }, 'DURATION_OUT_OF_RANGE');
      await timed('withdrawRelationshipRequest', customer, asking, 'withdrawRelationshipRequest', '', { request: first.request.id });
      await timed('withdrawRelationshipRequest, refused', customer, asking, 'withdrawRelationshipRequest', '', { request: first.request.id }, 'REQUEST_NOT_OPEN');
      const second = await request('Two');
      await timed('declineRelationshipRequest', customer, own[customer], 'declineRelationshipRequest', '', { request: { id: second.request.id } });
      const third = await request('Three');
      const accepted = await timed('acceptRelationshipRequest', customer, own[customer], 'acceptRelationshipRequest', 'grant { id }', { request: { id: third.request.id } });
      const grant = accepted.grant.id;
      await timed('assignAccess', customer, asking, 'assignAccess', '', { grant, assignment: { assigneeKind: 'TENANT_ROLE', assignee: 'SALES_AGENT', roles: ['GLOBAL_READER'] } });
      await timed('unassignAccess', customer, asking, 'unassignAccess', '', { grant, assigneeKind: 'TENANT_ROLE', assignee: 'SALES_AGENT' });
      await timed('setGrantAutoExtend, refused', customer, asking, 'setGrantAutoExtend', '', { grant, autoExtend: true }, 'WIDENING_FORBIDDEN');
      const renewal = await timed('renewGrant', customer, asking, 'renewGrant', 'request { id }', { grant, duration: 'P30D' });
      await timed('withdrawRelationshipRequest', customer, asking, 'withdrawRelationshipRequest', '', { request: renewal.request.id });
      await timed('narrowGrant', customer, own[customer], 'narrowGrant', '', { grant, roles: ['GLOBAL_READER'] });
      await timed('terminateGrant', customer, own[customer], 'terminateGrant', '', { grant });
      await timed('terminateGrant, refused', customer, own[customer], 'terminateGrant', '', { grant }, 'GRANT_NOT_ACTIVE');
      const bought = await timed('purchaseSubscription', customer, selling, 'purchaseSubscription', 'subscription { id }', {
        customer: { domain: `${customer}.acts.example` }, offer, quantity: 5, term: 'P1Y', billingCycle: 'MONTHLY', friendlyName: `Bought ${round}` });
      const subscription = bought.subscription.id;
      const act = (mutation, input) => timed(mutation, customer, selling, mutation, '', { subscription, ...input });
      await act('renameSubscription', { friendlyName: `Renamed ${round}` });
      await act('resizeSubscription', { quantity: 6 });
      await act('suspendSubscription', { reason: 'NON_PAYMENT' });
      await act('reactivateSubscription', {});
      await act('setSubscriptionAutoRenew', { autoRenew: false });
      await act('setSubscriptionAutoRenew', { autoRenew: true });
      await act('scheduleSubscriptionNextTerm', { nextTerm: { quantity: 3, term: 'P1M', billingCycle: 'MONTHLY' } });
      await act('cancelSubscription', {});
      await timed('cancelSubscription, refused', customer, selling, 'cancelSubscription', '', { subscription }, 'ILLEGAL_TRANSITION');
    }
  }
  const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
  let worst = 0;
  for (const [name, { empty, full }] of Object.entries(times)) {
    const [a, b] = [median(empty), median(full)];
    worst = Math.max(worst, b / a);
    console.log(`${name.padEnd(48)} ${a.toFixed(2).padStart(7)} ${b.toFixed(2).padStart(7)} ${(b / a).toFixed(2)}`);
  }
  console.log(`the worst ratio: ${worst.toFixed(2)}`);
};

const [what, ...rest] = process.argv.slice(2);
if (what === 'world') world();
else if (what === 'run' && rest.length >= 2) await run(rest[0], rest[1], Number(rest[2] ?? 100));
else throw new Error('say world, or run URL DATA [ROUNDS]');

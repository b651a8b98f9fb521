// Writes a large world of very unequal partners as lines for `copartner import`: 100,000 customers with 1,000,000 subscriptions.
//
//   node scripts/scale-world.mjs [customers] > world.ndjson
//
// Partner 0 has a grant in force at 20 % of the customers. Partner 1 once had one at the same customers, and 1 % of its
// grants are in force still. Both sold five subscriptions to each. The other customers belong to 498 partners, to the n-th of them
// in proportion to 1/n: of 10,000 customers partner 0 has 2,000, the next one 1,200, the middle one five.
import { createHash } from 'node:crypto';

const customers = Number(process.argv[2] ?? 100_000);
const shared = Math.floor(customers * 0.2);
const partners = 500;
const now = Date.now();
const day = (n) => new Date(now + n * 86_400_000).toISOString();
const uuid = (name) => {
  const hex = createHash('sha1').update(name).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};
const lines = [];
const flush = () => {
  process.stdout.write(lines.join('\n') + '\n');
  lines.length = 0;
};
const line = (record) => {
  lines.push(JSON.stringify(record));
  if (lines.length === 5_000) flush();
};
// Up to which part of the rest each of the other partners owns it.
const bounds = [];
for (let i = 2, sum = 0; i < partners; i++) bounds.push((sum += 1 / (i - 1)));
const owner = (c) => {
  // A multiplicative hash spreads the partners over the customers.
  const at = (((c * 2654435761) % 4294967296) / 4294967296) * bounds.at(-1);
  return 2 + bounds.findIndex((bound) => at < bound);
};
const partner = (i) => uuid(`partner ${i}`);
const customer = (i) => uuid(`customer ${i}`);

for (let i = 0; i < partners; i++)
  line({ type: 'partner', tenantId: partner(i), partnerNumber: String(5_000_000 + i), name: `Partner ${i}`, kind: 'DIRECT_RESELLER', createdAt: day(-900) });
for (let i = 0; i < 20; i++)
  line({ type: 'offer', sku: `SKU-${i}`, name: `Suite ${i}`, publisher: 'Litware', minQuantity: 1, maxQuantity: 10_000, terms: ['P1Y'], billingCycles: ['ANNUAL'], createdAt: day(-900) });
for (let i = 0; i < customers; i++)
  line({ type: 'customer', tenantId: customer(i), name: `Customer ${uuid(`name ${i}`).slice(0, 8)}`, domain: `c${i}.example`, country: 'NL', createdAt: day(-800 + (i % 400)) });

const grant = (c, p, isOver) =>
  line({
    type: 'grant', id: uuid(`grant ${c} ${p}`), partner: partner(p), customer: customer(c), displayName: 'Administration', roles: ['BILLING_ADMINISTRATOR'],
    startsAt: day(-300), endsAt: day(300), createdAt: day(-300), ...(isOver && { status: 'TERMINATED', terminatedAt: day(-100), terminatedBy: 'CUSTOMER' }),
    assignments: [{ assigneeKind: 'TENANT_ROLE', assignee: 'ADMIN_AGENT', roles: ['BILLING_ADMINISTRATOR'] }],
  });
for (let c = 0; c < customers; c++) {
  if (c < shared) {
    grant(c, 0, false);
    grant(c, 1, c % 100 !== 0);
  } else grant(c, owner(c), false);
}
for (let c = 0; c < customers; c++)
  for (let n = 0; n < 10; n++) {
    const p = c < shared ? n % 2 : owner(c);
    line({
      type: 'subscription', id: uuid(`subscription ${c} ${n}`), customer: customer(c), partnerOfRecord: partner(p), offer: `SKU-${(c + n) % 20}`,
      friendlyName: `Suite ${uuid(`title ${c} ${n}`).slice(0, 6)}`, status: 'ACTIVE', quantity: 1 + ((c * 7 + n) % 500), term: 'P1Y', billingCycle: 'ANNUAL',
      autoRenew: true, startsAt: day(-200), termEndsAt: day(30 + (c % 200)), createdAt: day(-200 + (c % 100)),
    });
  }
flush();

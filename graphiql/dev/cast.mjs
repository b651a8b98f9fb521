/** Contoso, shared by Fabrikam and Northwind; Tailspin, a stranger; the operator. */

const uuid = (n) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const id = (type, n) => Buffer.from(`${type}:${n}`).toString('base64url');
const day = (n) => new Date(Date.UTC(2026, 0, 1 + n)).toISOString();

const person = (key, name, kind, description, n) => ({
  ...{ key, name, kind, description, token: `demo.${key}.${'x'.repeat(120)}` },
  ...{ tenantId: uuid(n), id: id(kind, n), createdAt: day(0) },
});
export const cast = [
  person('fabrikam', 'Fabrikam', 'PARTNER', 'Sold Contoso its productivity suites: sees these, and nothing that Northwind sold.', 1),
  person('fabrikam-support', "Fabrikam's support desk", 'PARTNER', 'At Fabrikam, through a security group: reads where the group was let in, changes nothing.', 1),
  person('northwind', 'Northwind', 'PARTNER', 'Sold Contoso its cloud machines: sees these, and nothing that Fabrikam sold.', 2),
  person('tailspin', 'Tailspin', 'PARTNER', 'A stranger to Contoso, with customers of its own: for it Contoso does not exist.', 3),
  person('contoso', 'Contoso', 'CUSTOMER', 'A customer: sees all of its own, bought through either partner, and who may do what.', 4),
  person('operator', 'Operator', 'OPERATOR', 'Runs the server: sees who its partners and customers are, and no subscription.', 5),
];
const [fabrikam, , northwind, , contoso] = cast;
const asPartner = ({ id, tenantId, name, createdAt }) => ({
  ...{ __typename: 'Partner', id, tenantId, name, createdAt },
  ...{ partnerNumber: tenantId.slice(-7), kind: 'DIRECT_RESELLER', cloud: 'PUBLIC' },
});

const offer = (n, sku, name) => ({
  ...{ __typename: 'Offer', id: id('Offer', n), sku, name, publisher: 'Litware', minQuantity: 1, maxQuantity: 300 },
  ...{ terms: ['P1M', 'P1Y'], billingCycles: ['MONTHLY', 'ANNUAL'] },
});
const offers = [offer(1, 'MAIL-STD', 'Mail Standard'), offer(2, 'OFFICE-PRO', 'Office Pro'), offer(3, 'VM-B2', 'Virtual machine B2')];

const subscription = (n, seller, what, friendlyName, quantity, status = 'ACTIVE') => ({
  ...{ __typename: 'CustomerSubscription', id: id('CustomerSubscription', n), seller, offer: offers[what], friendlyName },
  ...{ status, quantity, suspensionReasons: [], term: 'P1Y', billingCycle: 'MONTHLY', autoRenew: true, nextTerm: null },
  ...{ startsAt: day(0), termEndsAt: day(365 - n), cancellableUntil: null, version: 1, createdAt: day(0), updatedAt: day(0) },
  partnerOfRecord: asPartner(seller),
});
const sold = [
  subscription(1, fabrikam, 0, 'Mail for everyone', 180),
  subscription(2, fabrikam, 1, 'Office for sales', 40),
  subscription(3, fabrikam, 0, 'Mail for the warehouse', 25, 'SUSPENDED'),
  subscription(4, northwind, 2, 'Build machines', 12),
  subscription(5, northwind, 2, 'Web shop', 6),
];

const roles = ['BILLING_ADMINISTRATOR', 'SERVICE_SUPPORT_ADMINISTRATOR'];
const permissions = ['CUSTOMER_READ', 'SUBSCRIPTION_READ', 'SUBSCRIPTION_PURCHASE', 'SUBSCRIPTION_MANAGE', 'EVENT_READ'];
const agreed = (n, partner, displayName) => ({
  ...{ __typename: 'DelegatedAdminGrant', id: id('Grant', n), holder: partner, partner: asPartner(partner), displayName, roles },
  ...{ customer: { tenantId: contoso.tenantId, name: contoso.name, customer: null }, status: 'ACTIVE' },
  ...{ startsAt: day(0), endsAt: day(180), autoExtend: true, version: 1, createdAt: day(0), request: null },
  assignments: [{ assigneeKind: 'TENANT_ROLE', assignee: 'ADMIN_AGENT', label: null, roles }],
});
const grants = [agreed(1, fabrikam, 'Mail and office'), agreed(2, northwind, 'Cloud machines')];
const requests = grants.map((grant, n) => ({
  ...{ __typename: 'RelationshipRequest', id: id('Request', n), holder: grant.holder, partner: grant.partner, grant, roles },
  ...{ customer: grant.customer, displayName: grant.displayName, status: 'ACCEPTED', message: null, duration: 'P180D' },
  ...{ autoExtend: true, expiresAt: day(30), decidedAt: day(0), declineReason: null, createdAt: day(0), version: 1 },
}));

const roleDefinitions = [
  ...[{ role: 'GLOBAL_READER', templateId: uuid(9), name: 'Global reader', description: 'Reads all.', permissions }],
].map((one) => ({ ...one, autoExtendable: true }));

function connection(rows, { first = 50, filter }) {
  const kept = filter?.status ? rows.filter(({ status }) => filter.status.includes(status)) : rows;
  const nodes = kept.slice(0, first ?? 50);
  const edges = nodes.map((node) => ({ cursor: node.id, node }));
  const pageInfo = { hasNextPage: nodes.length < kept.length, hasPreviousPage: false, endCursor: edges.at(-1)?.cursor ?? null };
  return { nodes, edges, pageInfo, totalCount: kept.length };
}

/** What one of the cast sees: of each list, its own part. */
export function rootOf(viewer) {
  const whole = viewer === contoso;
  const mine = (rows, owner) => rows.filter((row) => whole || row[owner] === viewer);
  const visible = mine(sold, 'seller').map((row) => ({ ...row, customer: () => customer }));
  const known = whole || visible.length > 0 || viewer.kind === 'OPERATOR';
  const partners = [...new Set(mine(grants, 'holder').map(({ partner }) => partner))];
  const customer = {
    ...{ __typename: 'Customer', id: contoso.id, tenantId: contoso.tenantId, name: contoso.name, domain: 'contoso.example' },
    ...{ country: 'DE', cloud: 'PUBLIC', createdAt: day(0) },
    viewerAccess: () => ({ grants: mine(grants, 'holder'), roles, permissions, expiresAt: whole ? null : day(180) }),
    partners: (args) => connection(partners, args),
    grants: (args) => connection(mine(grants, 'holder'), args),
    subscriptions: (args) => connection(visible, args),
  };
  return {
    viewer: {
      ...{ kind: viewer.kind, tenantId: viewer.tenantId, subject: uuid(77), isApplication: false, mfa: true, groups: [] },
      roles: [{ PARTNER: 'ADMIN_AGENT', CUSTOMER: 'CUSTOMER_ADMINISTRATOR', OPERATOR: 'OPERATOR' }[viewer.kind]],
      tokenExpiresAt: day(1),
      partner: viewer.kind === 'PARTNER' ? asPartner(viewer) : null,
      customer: whole ? customer : null,
    },
    customer: ({ by }) => (known && by.domain === customer.domain ? customer : null),
    customers: (args) => connection(known ? [customer] : [], args),
    subscriptions: (args) => connection(visible, args),
    grants: (args) => connection(mine(grants, 'holder'), args),
    relationshipRequests: (args) => connection(mine(requests, 'holder'), args),
    partners: (args) => connection(partners, args),
    offers: (args) => connection(offers, args),
    roleDefinitions,
  };
}

/**
 * The tabs a newcomer finds. The page runs queries by itself when the identity changes, and never a mutation. An id
 * that a mutation left empty is filled in by the answer of the one before.
 */

export interface Tab {
  query: string;
  variables?: string;
}

const graphql = (query: TemplateStringsArray) => query[0]!.trim();
const json = (value: unknown) => JSON.stringify(value, null, 2);

export const tabs: Tab[] = [
  {
    query: graphql`
# Who is asking? All of it comes from the token alone,
# never from an argument or a header.
query WhoAmI {
  viewer {
    kind
    tenantId
    subject
    isApplication
    mfa
    roles
    tokenExpiresAt
    partner { name kind partnerNumber }
    customer { name domain }
  }
}
`,
  },
  {
    query: graphql`
# The customers that the viewer may see, and what lets
# it see them. A count, too, is of what the viewer may
# see: two partners of one customer read different ones.
query Customers {
  customers(first: 10, orderBy: { field: NAME }) {
    totalCount
    nodes {
      name
      domain
      country
      subscriptions { totalCount }
      viewerAccess { roles permissions expiresAt }
    }
    pageInfo { hasNextPage endCursor }
  }
}
`,
  },
  {
    query: graphql`
# Several partners work for Contoso, and each sees only
# what it sold itself. To a stranger Contoso is null:
# not visible and not there are the same answer.
# Contoso sees all of it.
query ContosoShared {
  customer(by: { domain: "contoso.example" }) {
    id
    name
    partners { nodes { name } }
    subscriptions(orderBy: { field: FRIENDLY_NAME }) {
      totalCount
      nodes {
        id
        friendlyName
        status
        quantity
        term
        termEndsAt
        offer { name publisher }
        partnerOfRecord { name }
      }
    }
  }
}
`,
  },
  {
    query: graphql`
# Filter, order and page size are in the pane below.
# For the next page, make endCursor the value of "after".
query Subscriptions(
  $first: Int
  $after: String
  $filter: SubscriptionFilter
  $orderBy: SubscriptionOrder
) {
  subscriptions(
    first: $first
    after: $after
    filter: $filter
    orderBy: $orderBy
  ) {
    totalCount
    nodes {
      friendlyName
      status
      quantity
      autoRenew
      termEndsAt
      nextTerm { quantity term billingCycle }
      customer { name }
      offer { name }
    }
    pageInfo { hasNextPage endCursor }
  }
}
`,
    variables: json({
      first: 5,
      after: null,
      filter: { status: ['ACTIVE', 'SUSPENDED'] },
      orderBy: { field: 'TERM_ENDS_AT', direction: 'ASC' },
    }),
  },
  {
    query: graphql`
# What the viewer can do with what was sold, and what
# stands in the way of the rest: by the rules that the
# mutations themselves go by.
query Actions {
  customer(by: { domain: "contoso.example" }) {
    name
    subscriptions(first: 2, filter: { status: [ACTIVE] }) {
      nodes {
        friendlyName
        quantity
        cancellableUntil
        availableActions {
          action
          available
          reasons { code message remedy }
        }
      }
    }
  }
}
`,
  },
  {
    query: graphql`
# What customers delegated to partners: which roles,
# until when, and who in the partner's tenant holds them.
# Ended grants stay in the list.
query Grants {
  grants(first: 10, orderBy: { field: ENDS_AT }) {
    totalCount
    nodes {
      displayName
      status
      partner { name }
      customer { name customer { domain } }
      roles
      startsAt
      endsAt
      autoExtend
      assignments { assigneeKind assignee label roles }
    }
  }
}
`,
  },
  {
    query: graphql`
# Invitations to delegate privileges. A partner asks,
# the customer decides; what it accepts becomes a grant.
query Requests {
  relationshipRequests(first: 10) {
    totalCount
    nodes {
      displayName
      status
      partner { name }
      customer { name }
      message
      roles
      duration
      autoExtend
      expiresAt
      decidedAt
      declineReason
      grant { id status endsAt }
    }
  }
}
`,
  },
  {
    query: graphql`
# What can be bought, and what each delegated role allows.
query OffersAndRoles {
  offers(first: 20) {
    nodes {
      sku
      name
      publisher
      minQuantity
      maxQuantity
      terms
      billingCycles
    }
  }
  roleDefinitions {
    role
    description
    permissions
    autoExtendable
  }
}
`,
  },
  {
    query: graphql`
# What was done, by whom, and what became of it: the log,
# the newest first. It begins when something is done here:
# walk through the next tabs, and come back.
query Log {
  events(first: 10) {
    totalCount
    nodes {
      kind
      occurredAt
      actor { kind name subject }
      changes { field before after }
      subject { __typename id }
      subscriptionsUnchanged
    }
  }
}
`,
  },
  {
    query: graphql`
# 1. Be Tailspin, a stranger to Contoso, and run this:
# it asks Contoso to delegate privileges to it.
mutation Invite($input: RequestRelationshipInput!) {
  requestRelationship(input: $input) {
    request { id status expiresAt customer { name } }
    userErrors { code message path reasons { message remedy } }
  }
}
`,
    variables: json({
      input: {
        customer: { domain: 'contoso.example' },
        displayName: 'Backup',
        roles: ['BILLING_ADMINISTRATOR', 'GLOBAL_READER'],
        duration: 'P90D',
        message: 'As we said on the phone.',
      },
    }),
  },
  {
    query: graphql`
# 2. Be Contoso, and accept less than what is asked for.
# The id of Tailspin's request is filled in when it has
# asked. With validateOnly true nothing happens.
mutation Accept($input: AcceptRelationshipRequestInput!) {
  acceptRelationshipRequest(input: $input) {
    grant { id status roles startsAt endsAt assignments { assignee roles } }
    userErrors { code message path reasons { message remedy } }
  }
}
`,
    variables: json({
      input: { request: { id: '' }, roles: ['GLOBAL_READER'], validateOnly: false },
    }),
  },
  {
    query: graphql`
# 3. Be Tailspin again, and say who of its people may use
# the grant. Look at ContosoShared now.
mutation Assign($input: AssignAccessInput!) {
  assignAccess(input: $input) {
    grant { id version assignments { assignee roles } }
    userErrors { code message path reasons { message remedy } }
  }
}
`,
    variables: json({
      input: {
        grant: '',
        assignment: { assigneeKind: 'TENANT_ROLE', assignee: 'HELPDESK_AGENT', roles: ['GLOBAL_READER'] },
      },
    }),
  },
  {
    query: graphql`
# 4. Be Contoso, and end it. At once Tailspin sees nothing
# any more; the grant and the log stay for both to read.
mutation Terminate($input: TerminateGrantInput!) {
  terminateGrant(input: $input) {
    grant { id status terminationReason }
    impact { permissionsLost subscriptionsHidden subscriptionsChanged }
    userErrors { code message path reasons { message remedy } }
  }
}
`,
    variables: json({ input: { grant: '', reason: 'Thank you.', validateOnly: false } }),
  },
  {
    query: graphql`
# 5. Be Tailspin: why does it not see Contoso any more?
# Every check, passed or failed. Give "at" the instant
# at which the grant began: then it was allowed.
query Explain($target: ID!, $at: DateTime) {
  explainAccess(target: $target, permission: CUSTOMER_READ, at: $at) {
    allowed
    at
    checks {
      name
      passed
      reason { code message remedy }
      grant { displayName startsAt endsAt }
    }
  }
}
`,
    variables: json({ target: '', at: null }),
  },
  {
    query: graphql`
# 6. Be Contoso: which partner can do what here?
# Give "at" an earlier instant: who could then.
query Review($at: DateTime) {
  accessReview(at: $at) {
    at
    partners {
      partner { name }
      permissions
      subscriptionCount
      assignments { assignee roles }
      grants { displayName endsAt }
    }
  }
}
`,
    variables: json({ at: null }),
  },
];

/** Puts an id where an operation's variables have it, or only tells what is there. */
type Fill = (variables: any, id?: string) => unknown;

const request: Fill = ({ input }, id) => (id ? (input.request.id = id) : input?.request?.id);
const target: Fill = (variables, id) => (id ? (variables.target = id) : variables?.target);
const grant: Fill = ({ input }, id) => (id ? (input.grant = id) : input?.grant);

/** What the answer of one mutation fills in for those after it. */
export const walk = [
  { mutation: 'requestRelationship', object: 'request', into: [{ operation: 'Accept', fill: request }] },
  {
    mutation: 'acceptRelationshipRequest',
    object: 'grant',
    into: [
      { operation: 'Assign', fill: grant },
      { operation: 'Terminate', fill: grant },
      { operation: 'Explain', fill: target },
    ],
  },
];

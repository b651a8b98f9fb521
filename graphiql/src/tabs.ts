/** The tabs a newcomer finds. Reads only: the page runs them by itself when the identity changes. */

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
];

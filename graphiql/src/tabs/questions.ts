/** What anyone can ask, of whatever data: these name no tenant. */
import { graphql, json, type Tab } from './tab';

export const whoAmI: Tab = {
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
};

export const customers: Tab = {
  query: graphql`
# The customers that the viewer may see, and what lets
# it see them. A count, too, is of what the viewer may
# see: two partners of a customer read different ones.
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
};

export const subscriptions: Tab = {
  query: graphql`
# Filter, order and page size are in "Variables" below.
# For the next page, give its endCursor as "after".
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
};

export const actions: Tab = {
  query: graphql`
# What the viewer can do with what was sold, and what
# stands in the way of the rest: by the rules that the
# mutations themselves go by.
query Actions {
  subscriptions(
    first: 2
    filter: { status: [ACTIVE] }
  ) {
    nodes {
      friendlyName
      quantity
      cancellableUntil
      customer { name }
      availableActions {
        action
        available
        reasons { code message remedy }
      }
    }
  }
}
`,
};

export const grants: Tab = {
  query: graphql`
# What customers delegated to partners: which roles,
# until when, and who at the partner holds them. Grants
# that have ended stay in the list.
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
};

export const requests: Tab = {
  query: graphql`
# Invitations to delegate privileges. A partner asks,
# the customer decides; what it takes becomes a grant.
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
};

export const offersAndRoles: Tab = {
  query: graphql`
# What can be bought, and what each delegated role
# allows.
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
};

export const log: Tab = {
  query: graphql`
# What was done, by whom, and what became of it: the
# log, the newest first. It begins when something is
# done here.
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
};

export const live: Tab = {
  query: graphql`
# The log as it is written. Run it, and do something in
# another window: each event stands here as it commits,
# if the viewer may see it at that instant. The stream
# ends with its button, with the tab or with the viewer.
subscription Live {
  events {
    id
    kind
    occurredAt
    actor { kind name subject }
    customer { name }
    subject { __typename id }
    changes { field before after }
  }
}
`,
};

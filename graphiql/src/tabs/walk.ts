/**
 * A walk through the demo's world: one customer through the eyes of its partners, and a relationship from its beginning to its
 * end. An id that a mutation left empty is filled in by the answer of the one before.
 */
import { graphql, json, type Tab } from './tab';

export const contosoShared: Tab = {
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
};

export const relationship: Tab[] = [
  {
    query: graphql`
# 1. Be Tailspin, a stranger to Contoso, and run this:
# it asks Contoso to delegate privileges to it.
mutation Invite($input: RequestRelationshipInput!) {
  requestRelationship(input: $input) {
    request { id status expiresAt customer { name } }
    userErrors {
      code
      message
      path
      reasons { message remedy }
    }
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
mutation Accept(
  $input: AcceptRelationshipRequestInput!
) {
  acceptRelationshipRequest(input: $input) {
    grant {
      id
      status
      roles
      startsAt
      endsAt
      assignments { assigneeKind assignee label roles }
    }
    userErrors {
      code
      message
      path
      reasons { message remedy }
    }
  }
}
`,
    variables: json({
      input: { request: { id: '' }, roles: ['GLOBAL_READER'], validateOnly: false },
    }),
  },
  {
    query: graphql`
# 3. Be Tailspin again, and say who of its people may
# use the grant. Look at ContosoShared now.
mutation Assign($input: AssignAccessInput!) {
  assignAccess(input: $input) {
    grant {
      id
      version
      assignments { assigneeKind assignee label roles }
    }
    userErrors {
      code
      message
      path
      reasons { message remedy }
    }
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
# 4. Be Contoso, and end it. At once Tailspin sees
# nothing any more; the grant and the log stay for both
# to read.
mutation Terminate($input: TerminateGrantInput!) {
  terminateGrant(input: $input) {
    grant { id status terminationReason }
    impact {
      permissionsLost
      subscriptionsHidden
      subscriptionsChanged
    }
    userErrors {
      code
      message
      path
      reasons { message remedy }
    }
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
  explainAccess(
    target: $target
    permission: CUSTOMER_READ
    at: $at
  ) {
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
      assignments { assigneeKind assignee label roles }
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

/** What the programs ask for. Each operation's result and variables have types that are made from the schema. */
import { graphql } from './gql';

/** What the answers tell of a subscription that they change, so that caches have it. */
export const Standing = graphql(`
  fragment Standing on CustomerSubscription {
    id
    status
    quantity
    version
  }
`);

export const Renewals = graphql(`
  query Renewals($first: Int!, $after: String, $from: DateTime!, $until: DateTime!) {
    subscriptions(
      first: $first
      after: $after
      filter: { status: [ACTIVE], termEndsAt: { from: $from, until: $until } }
      orderBy: { field: TERM_ENDS_AT }
    ) {
      totalCount
      edges {
        cursor
        node {
          id
          friendlyName
          termEndsAt
          customer {
            id
            name
          }
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

export const Suite = graphql(`
  query Suite {
    offers(first: 1, filter: { search: "suite basic" }) {
      nodes {
        id
        name
      }
    }
  }
`);

export const Purchase = graphql(`
  mutation Purchase($input: PurchaseSubscriptionInput!) {
    purchaseSubscription(input: $input) {
      subscription {
        ...Standing
      }
      userErrors {
        code
        message
        path
        reasons {
          message
          remedy
        }
      }
    }
  }
`);

export const Look = graphql(`
  query Look($id: ID!) {
    subscription(id: $id) {
      ...Standing
      availableActions {
        action
        available
        reasons {
          code
          message
          remedy
        }
      }
      events(first: 20) {
        nodes {
          id
          kind
        }
      }
    }
  }
`);

export const Resize = graphql(`
  mutation Resize($input: ResizeSubscriptionInput!) {
    resizeSubscription(input: $input) {
      subscription {
        ...Standing
      }
      userErrors {
        code
        message
        path
        currentVersion
        reasons {
          message
          remedy
        }
      }
    }
  }
`);

export const Cancel = graphql(`
  mutation Cancel($input: CancelSubscriptionInput!) {
    cancelSubscription(input: $input) {
      subscription {
        ...Standing
      }
      userErrors {
        code
        message
        path
        reasons {
          message
          remedy
        }
      }
    }
  }
`);

/** A partner asks for what is for customers: that field is null, and the others are answered. */
export const Mixed = graphql(`
  query Mixed {
    viewer {
      partner {
        id
        name
      }
    }
    accessReview {
      at
    }
  }
`);

/** What happens to one subscription. What is told of it is the object itself, so that caches have it. */
export const Live = graphql(`
  subscription Live($subscription: ID!, $after: ID) {
    events(after: $after, filter: { subject: $subscription }) {
      id
      kind
      changes {
        field
        after
      }
      subject {
        id
        ...Standing
      }
    }
  }
`);

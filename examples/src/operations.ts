/** What the programs ask for. Each operation's result and variables have types that are made from the schema. */
import { graphql } from './gql';

export const Renewals = graphql(`
  query Renewals($first: Int!, $after: String) {
    subscriptions(first: $first, after: $after, filter: { status: [ACTIVE] }, orderBy: { field: TERM_ENDS_AT }) {
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
        id
        friendlyName
        quantity
        version
      }
      userErrors {
        code
        message
        path
      }
    }
  }
`);

export const Look = graphql(`
  query Look($id: ID!) {
    subscription(id: $id) {
      id
      quantity
      version
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
        id
        quantity
        version
      }
      userErrors {
        code
        message
        currentVersion
      }
    }
  }
`);

export const Cancel = graphql(`
  mutation Cancel($input: CancelSubscriptionInput!) {
    cancelSubscription(input: $input) {
      subscription {
        id
        status
      }
      userErrors {
        code
        message
        reasons {
          code
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

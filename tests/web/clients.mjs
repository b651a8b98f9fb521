/**
 * The clients that portals are made with, each behind one way to listen. They go on as docs/live.md has it: an attempt sends
 * `after` as it is by then, the last event that came.
 */
import { ApolloClient, CombinedGraphQLErrors, gql, InMemoryCache } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { Client as UrqlClient, subscriptionExchange } from '@urql/core';
import { createClient as createSseClient } from 'graphql-sse';
import { createClient as createWsClient } from 'graphql-ws';
import { setTimeout as pause } from 'node:timers/promises';
import WebSocket from 'ws';

const query = `subscription Events($after: ID, $filter: EventFilter) {
  events(after: $after, filter: $filter) { id kind subject { id } }
}`;

/** Attempts come soon, so that tests are over soon. */
const patience = { retryAttempts: Infinity, retryWait: () => pause(50), shouldRetry: () => true };

/** Of both graphql-ws and graphql-sse. */
const resuming = (client) => ({
  ...client,
  subscribe(payload, sink) {
    const variables = { ...payload.variables };
    return client.subscribe(
      { ...payload, variables },
      {
        next(result) {
          variables.after = result.extensions?.eventId ?? variables.after;
          sink.next(result);
        },
        error: (cause) => sink.error(cause),
        complete: () => sink.complete(),
      },
    );
  },
});

/** `token` is asked at each connection. */
export const socketTo = (base, token, more) =>
  resuming(
    createWsClient({
      url: `${base.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: async () => ({ authorization: `Bearer ${await token()}` }),
      ...patience,
      ...more,
    }),
  );

/** Each hears results, `{ data, errors }`, and returns what ends it. */
export const clients = {
  'graphql-ws'({ base, token, variables, hear }) {
    const client = socketTo(base, token);
    client.subscribe({ query, variables }, { next: hear, error: (cause) => hear({ errors: [cause] }), complete() {} });
    return () => client.dispose();
  },

  'graphql-sse'({ base, token, variables, hear }) {
    const client = createSseClient({
      url: `${base}/graphql`,
      headers: async () => ({ authorization: `Bearer ${await token()}` }),
      retryAttempts: patience.retryAttempts,
      retry: patience.retryWait,
    });
    resuming(client).subscribe({ query, variables }, { next: hear, error: (cause) => hear({ errors: [cause] }), complete() {} });
    return () => client.dispose();
  },

  'Apollo Client'({ base, token, variables, hear }) {
    const socket = socketTo(base, token);
    const client = new ApolloClient({ link: new GraphQLWsLink(socket), cache: new InMemoryCache() });
    client.subscribe({ query: gql(query), variables, errorPolicy: 'all' }).subscribe(({ data, error }) => {
      hear({ data, errors: CombinedGraphQLErrors.is(error) ? error.errors : error && [error] });
    });
    return () => socket.dispose();
  },

  urql({ base, token, variables, hear }) {
    const socket = socketTo(base, token);
    const forwardSubscription = ({ query, variables }) => ({
      subscribe: (sink) => ({ unsubscribe: socket.subscribe({ query, variables }, sink) }),
    });
    const client = new UrqlClient({ url: `${base}/graphql`, exchanges: [subscriptionExchange({ forwardSubscription })] });
    client.subscription(query, variables).subscribe(({ data, error }) => {
      hear({ data, errors: error && (error.networkError ? [error.networkError] : error.graphQLErrors) });
    });
    return () => socket.dispose();
  },
};

/** The job by Apollo Client 4. */
import { ApolloClient, ApolloLink, CombinedGraphQLErrors, HttpLink, InMemoryCache, ServerError } from '@apollo/client';
import { RetryLink } from '@apollo/client/link/retry';
import { relayStylePagination } from '@apollo/client/utilities';
import { OperationTypeNode } from 'graphql';
import { headers, run, unreliable, url } from './demo';
import { job, type Ask, type Fault } from './job';
import { Renewals } from './operations';

const client = new ApolloClient({
  link: ApolloLink.from([
    new RetryLink({
      delay: { initial: 100 },
      // Every mutation has an idempotency key, so that an answer that was lost may be asked for again. An answer of the
      // server, whatever it says, is one.
      attempts: { max: 3, retryIf: (error) => !ServerError.is(error) && !CombinedGraphQLErrors.is(error) },
    }),
    new HttpLink({ uri: url, headers, fetch: unreliable() }),
  ]),
  cache: new InMemoryCache({
    typePolicies: {
      // Pages of one filter and order are one list. Objects are told apart by their ids, which are global.
      Query: { fields: { subscriptions: relayStylePagination(['filter', 'orderBy']) } },
      // Belongs to its subscription and has no id of its own.
      ActionAvailability: { keyFields: false },
    },
  }),
});

const ask: Ask = async (document, variables) => {
  const isMutation = document.definitions.some(
    (one) => one.kind === 'OperationDefinition' && one.operation === OperationTypeNode.MUTATION,
  );
  // Data beside errors, as the server gives them.
  const errorPolicy = 'all';
  const { data, error } = isMutation
    ? await client.mutate<any, any>({ mutation: document, variables, errorPolicy })
    : await client.query<any, any>({ query: document, variables, errorPolicy, fetchPolicy: 'network-only' });
  if (error && !CombinedGraphQLErrors.is(error)) throw error;
  return { data, errors: (error?.errors ?? []) as readonly Fault[] };
};

await run(async () => {
  await job(ask);
  const list = client.readQuery({ query: Renewals, variables: { first: 5 } })?.subscriptions;
  console.log(`Apollo's cache has ${list?.edges.length} of ${list?.totalCount} renewals in one list`);
});

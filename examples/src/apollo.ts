/** The job by Apollo Client 4. */
import { ApolloClient, ApolloLink, CombinedGraphQLErrors, HttpLink, InMemoryCache, ServerError } from '@apollo/client';
import { RetryLink } from '@apollo/client/link/retry';
import { relayStylePagination } from '@apollo/client/utilities';
import { getOperationAST } from 'graphql';
import { map } from 'rxjs';
import { headers, isPassing, run, unreliable, url } from './demo';
import { job, type Ask } from './job';
import { Standing } from './operations';

/** RetryLink sees what is thrown, not the errors in an answer: throw those that pass by themselves. */
const throwPassing = new ApolloLink((operation, forward) =>
  forward(operation).pipe(
    map((result) => {
      if (result.errors?.some(isPassing)) throw new CombinedGraphQLErrors(result);
      return result;
    }),
  ),
);

const client = new ApolloClient({
  link: ApolloLink.from([
    new RetryLink({
      delay: { initial: 100 },
      // Every mutation here has an idempotency key, so that it can be sent again. Without one, retry queries only.
      attempts: { max: 5, retryIf: (error) => !ServerError.is(error) || error.statusCode >= 500 },
    }),
    throwPassing,
    new HttpLink({ uri: url, headers, fetch: unreliable() }),
  ]),
  cache: new InMemoryCache({
    typePolicies: {
      // Pages of one filter and order become one list. `first` and `after` are not what tells lists apart.
      Query: { fields: { subscriptions: relayStylePagination(['filter', 'orderBy']) } },
      // Has no id: what two queries ask of it is put together.
      Viewer: { merge: true },
    },
  }),
});

const ask: Ask = async (document, variables) => {
  // Data beside errors, as the server gives them.
  const errorPolicy = 'all';
  const { data, error } = getOperationAST(document)?.operation === 'mutation'
    ? await client.mutate<any, any>({ mutation: document, variables, errorPolicy })
    : await client.query<any, any>({ query: document, variables, errorPolicy, fetchPolicy: 'network-only' });
  if (error && !CombinedGraphQLErrors.is(error)) throw error;
  return { data, errors: error?.errors ?? [] };
};

await run(async () => {
  const { id, renewals } = await job(ask);
  const list = client.readQuery(renewals)?.subscriptions;
  console.log(`Apollo's cache has ${list?.edges.length} of ${list?.totalCount} renewals in one list`);
  // Nothing was read since: the answers of the mutations went to the same object, by its type and its id.
  const bought = client.readFragment({ fragment: Standing, from: { __typename: 'CustomerSubscription', id } });
  console.log(`Apollo's cache has ${bought?.quantity} seats, ${bought?.status}, for what was bought and cancelled`);
});

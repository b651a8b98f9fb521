/** The live job by Apollo Client 4: live operations go over the socket, all others by POST. */
import { ApolloClient, ApolloLink, CombinedGraphQLErrors, HttpLink, InMemoryCache } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { getOperationAST, OperationTypeNode } from 'graphql';
import { headers, run, url } from './demo';
import type { Ask } from './job';
import { live } from './live';
import { Live, Standing } from './operations';
import { socket } from './socket';

const client = new ApolloClient({
  link: ApolloLink.split(
    ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
    new GraphQLWsLink(socket()),
    new HttpLink({ uri: url, headers }),
  ),
  cache: new InMemoryCache(),
});

const errorPolicy = 'all';

const ask: Ask = async (document, variables) => {
  const { data, error } = getOperationAST(document)?.operation === 'mutation'
    ? await client.mutate<any, any>({ mutation: document, variables, errorPolicy })
    : await client.query<any, any>({ query: document, variables, errorPolicy, fetchPolicy: 'network-only' });
  if (error && !CombinedGraphQLErrors.is(error)) throw error;
  return { data, errors: error?.errors ?? [] };
};

await run(async () => {
  const id = await live(ask, (variables, hear) => {
    client.subscribe({ query: Live, variables, errorPolicy }).subscribe(({ data, error }) => {
      hear({ data, errors: CombinedGraphQLErrors.is(error) ? error.errors : error ? [error] : [] });
    });
  });
  // Nobody has read it since: what was heard went to the object, by its type and its id.
  const heard = client.readFragment({ fragment: Standing, from: { __typename: 'CustomerSubscription', id } });
  console.log(`Apollo's cache has ${heard?.quantity} seats, ${heard?.status}`);
});

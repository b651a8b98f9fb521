/** The live job by urql: live operations go over the socket, all others by POST. */
import { Client, fetchExchange, subscriptionExchange } from '@urql/core';
import { getOperationAST } from 'graphql';
import { headers, run, url } from './demo';
import type { Ask } from './job';
import { live } from './live';
import { Live } from './operations';
import { socket } from './socket';

const listening = socket();

const client = new Client({
  url,
  fetchOptions: { headers },
  preferGetMethod: false,
  exchanges: [
    fetchExchange,
    subscriptionExchange({
      forwardSubscription: ({ query = '', variables, operationName }) => ({
        subscribe: (sink) => ({ unsubscribe: listening.subscribe<any, any>({ query, variables, operationName }, sink) }),
      }),
    }),
  ],
});

const ask: Ask = async (document, variables) => {
  const { data, error } = getOperationAST(document)?.operation === 'mutation'
    ? await client.mutation<any, any>(document, variables)
    : await client.query<any, any>(document, variables, { requestPolicy: 'network-only' });
  if (error?.networkError) throw error.networkError;
  return { data, errors: error?.graphQLErrors ?? [] };
};

await run(async () => {
  await live(ask, (variables, hear) => {
    client.subscription(Live, variables).subscribe(({ data, error }) => {
      hear({ data, errors: error?.networkError ? [error.networkError] : (error?.graphQLErrors ?? []) });
    });
  });
});

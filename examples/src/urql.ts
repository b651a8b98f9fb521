/**
 * The job by urql, with its document cache: an answer is kept until a mutation answers with an object of a type that is
 * in it, which is enough for a portal that reads again what it changed.
 */
import { cacheExchange, Client, fetchExchange } from '@urql/core';
import { retryExchange } from '@urql/exchange-retry';
import { OperationTypeNode } from 'graphql';
import { headers, run, unreliable, url } from './demo';
import { job, type Ask, type Fault } from './job';

const client = new Client({
  url,
  fetch: unreliable(),
  fetchOptions: { headers },
  // A query's variables do not belong into the address, which logs keep.
  preferGetMethod: false,
  exchanges: [
    cacheExchange,
    // Every mutation has an idempotency key, so that an answer that was lost may be asked for again.
    retryExchange({ initialDelayMs: 100, maxNumberAttempts: 3, retryIf: (error) => Boolean(error.networkError) }),
    fetchExchange,
  ],
});

const ask: Ask = async (document, variables) => {
  const isMutation = document.definitions.some(
    (one) => one.kind === 'OperationDefinition' && one.operation === OperationTypeNode.MUTATION,
  );
  const { data, error } = isMutation
    ? await client.mutation<any, any>(document, variables)
    : await client.query<any, any>(document, variables, { requestPolicy: 'network-only' });
  if (error?.networkError) throw error.networkError;
  return { data, errors: (error?.graphQLErrors ?? []) as readonly Fault[] };
};

await run(() => job(ask));

/**
 * The job by urql, with its document cache: an answer is kept until a mutation answers with an object of a type that is
 * in it. That is enough for a portal that reads again what it changed, and there is nothing to configure. Graphcache keeps
 * objects by their ids, as Apollo does; take it if you want to see a change in every list without reading again.
 */
import { cacheExchange, Client, fetchExchange } from '@urql/core';
import { retryExchange } from '@urql/exchange-retry';
import { getOperationAST } from 'graphql';
import { headers, isPassing, run, unreliable, url } from './demo';
import { job, type Ask } from './job';

const client = new Client({
  url,
  fetch: unreliable(),
  fetchOptions: { headers },
  // A query's variables do not belong into the address, which logs keep.
  preferGetMethod: false,
  exchanges: [
    cacheExchange,
    retryExchange({
      initialDelayMs: 100,
      maxNumberAttempts: 5,
      // Every mutation here has an idempotency key, so that it can be sent again. Without one, retry queries only.
      retryIf: ({ networkError, graphQLErrors }) => Boolean(networkError) || graphQLErrors.some(isPassing),
    }),
    fetchExchange,
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
  const { renewals } = await job(ask);
  const found: unknown[] = [];
  for (let time = 1; time <= 2; time += 1) {
    const { operation } = await client.query(renewals.query, renewals.variables);
    found.push(operation.context.meta?.cacheOutcome);
  }
  console.log(`urql's cache: the renewals are a ${found[0]} after the mutations, a ${found[1]} the next time`);
});

/** One way to ask: a POST with the token of the moment. It promises an answer to show, whatever the server says. */
import type { Fetcher, FetcherParams, Observable } from '@graphiql/toolkit';
import { Kind, parse, type ExecutionResult } from 'graphql';

type OnStatus = (token: string, status: number) => void;
type OnResult = (result: ExecutionResult) => void;

/** Answers as an observable, because GraphiQL can abort only those: leaving a tab must not let its answer land in the next. */
export function createFetcher(
  endpoint: string,
  token: () => string,
  onStatus: OnStatus,
  onResult: OnResult,
): Fetcher {
  return (params) => {
    const observable: Pick<Observable<ExecutionResult>, 'subscribe'> = {
      subscribe(observer: any) {
        const abort = new AbortController();
        ask(endpoint, token(), params, onStatus, abort.signal).then((result) => {
          if (abort.signal.aborted) return;
          onResult(result);
          observer.next(result);
          observer.complete();
        });
        return { unsubscribe: () => abort.abort() };
      },
    };
    return observable as Observable<ExecutionResult>;
  };
}

async function ask(
  endpoint: string,
  token: string,
  params: FetcherParams,
  onStatus: OnStatus,
  signal: AbortSignal,
) {
  try {
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: {
        accept: 'application/graphql-response+json, application/json;q=0.9',
        'content-type': 'application/json',
        ...(token && { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify({ ...params, operationName: operationName(params) }),
      credentials: 'omit',
      signal,
    });
    onStatus(token, response.status);
    return read(response, await response.text());
  } catch {
    return refusal('The server did not answer. Is it running?');
  }
}

/** GraphiQL learns the name of an opened tab's operation a moment late. Where there is only one, it is that one. */
function operationName({ query, operationName }: FetcherParams) {
  try {
    const operations = parse(query).definitions.filter((one) => one.kind === Kind.OPERATION_DEFINITION);
    return operations.length === 1 ? operations[0]!.name?.value : operationName;
  } catch {
    return operationName;
  }
}

function read(response: Response, body: string): ExecutionResult {
  try {
    return JSON.parse(body);
  } catch {
    return refusal(`The server answered ${response.status} ${response.statusText}, but not in JSON: ${body.slice(0, 500)}`);
  }
}

const refusal = (message: string) => ({ errors: [{ message }] }) as unknown as ExecutionResult;

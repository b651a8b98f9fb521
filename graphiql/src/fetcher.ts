/**
 * Ways to ask with the token of the moment: a POST for what has one answer, a socket for what goes on. Each promises something
 * to show, whatever the server says.
 */
import type { Fetcher, FetcherParams, Observable } from '@graphiql/toolkit';
import { Kind, parse, type ExecutionResult, type OperationDefinitionNode } from 'graphql';
import { listen, type End } from './live';

interface Listener {
  /** The status of each answer; it speaks for the token that was asked with. */
  onStatus: (token: string, status: number) => void;
  onResult: (result: ExecutionResult) => void;
  /** How it stands with a live operation; none when something else is asked. */
  onStream: (stream?: Stream) => void;
}

/** A live operation of the tab at hand: whether it goes on, or why it does not. */
export type Stream = { isOpen: true } | ({ isOpen: false } & End);

/** How many results of a live operation are shown. */
const SHOWN = 100;

/** Answers as an observable, because GraphiQL can abort only those: leaving a tab must not let its answer land in the next. */
export function createFetcher(endpoint: string, token: () => string, listener: Listener): Fetcher {
  return (params) => {
    const operation = operationIn(params);
    // Of one that has no name, GraphiQL still tells the name of the tab that was left.
    const request = { ...params, operationName: operation ? operation.name?.value : params.operationName };
    const observable: Pick<Observable<ExecutionResult>, 'subscribe'> = {
      subscribe(observer: any) {
        if (operation?.operation === 'subscription') return { unsubscribe: follow(token(), request, listener, observer) };
        if (request.operationName !== 'IntrospectionQuery') listener.onStream();
        const abort = new AbortController();
        ask(endpoint, token(), request, listener.onStatus, abort.signal).then((result) => {
          if (abort.signal.aborted) return;
          listener.onResult(result);
          observer.next(result);
          observer.complete();
        });
        return { unsubscribe: () => abort.abort() };
      },
    };
    return observable as Observable<ExecutionResult>;
  };
}

/**
 * All that came, the newest first: one change may be told in several results at once. A socket that closes is not opened
 * again: what happened meanwhile would be missing without a word.
 */
function follow(token: string, { query, variables, operationName }: FetcherParams, listener: Listener, observer: any) {
  const received: ExecutionResult[] = [];
  let isOpen = false;
  const stop = listen(
    { token, payload: { query, variables, operationName }, attempts: 0 },
    {
      onOpen() {
        isOpen = true;
        listener.onStream({ isOpen: true });
        observer.next({ received });
      },
      onResult(result) {
        received.unshift(result);
        received.splice(SHOWN);
        observer.next({ received });
      },
      onEnd(end) {
        if (end.isForbidden) listener.onStatus(token, 401);
        if (end.refusal) observer.next({ errors: end.refusal });
        else if (!isOpen) observer.next(refusal(sentence(end)));
        listener.onStream(isOpen && !end.refusal ? { isOpen: false, ...end } : undefined);
        observer.complete();
      },
    },
  );
  return () => {
    stop();
    listener.onStream({ isOpen: false, why: 'stopped here' });
  };
}

const sentence = ({ why, detail = '' }: End) => `${why[0]!.toUpperCase()}${why.slice(1)}. ${detail}`.trim();

async function ask(
  endpoint: string,
  token: string,
  params: FetcherParams,
  onStatus: Listener['onStatus'],
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
      body: JSON.stringify(params),
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
function operationIn({ query, operationName }: FetcherParams): OperationDefinitionNode | undefined {
  try {
    const operations = parse(query).definitions.filter((one) => one.kind === Kind.OPERATION_DEFINITION);
    return operations.length === 1 ? operations[0] : operations.find(({ name }) => name?.value === operationName);
  } catch {
    return undefined;
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

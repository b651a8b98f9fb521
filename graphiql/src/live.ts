/**
 * A live operation over a socket of its own (graphql-transport-ws), told as it goes: that it is listened to, what comes, and
 * in words why it ended.
 */
import type { ExecutionResult, GraphQLError } from 'graphql';
import { createClient, type SubscribePayload } from 'graphql-ws';
import { config } from './config';

export interface Operation {
  token: string;
  payload: SubscribePayload;
  /** How often it is connected again when the connection breaks. */
  attempts: number;
}

export interface Listener {
  onConnecting?: () => void;
  onOpen: () => void;
  onResult: (result: ExecutionResult) => void;
  onEnd: (end: End) => void;
}

export interface End {
  /** Why, in a few words. */
  why: string;
  /** What the server says of it. */
  detail?: string;
  /** The token is refused, or has expired. */
  isForbidden?: boolean;
  /** What the server answers instead of opening the stream. */
  refusal?: readonly GraphQLError[];
}

const FORBIDDEN = 4403;

/** Begins to listen; what it returns ends that, and nothing is told afterwards. */
export function listen({ token, payload, attempts }: Operation, listener: Listener) {
  let hasEnded = false;
  let reason: End = { why: 'the server has ended it' };
  const address = new URL(config.endpoint, location.href);
  address.protocol = address.protocol.replace('http', 'ws');
  const client = createClient({
    url: address.href,
    connectionParams: () => ({ authorization: `Bearer ${token}` }),
    retryAttempts: attempts,
    retryWait: (tries) => new Promise((resolve) => setTimeout(resolve, Math.min(500 * 2 ** tries, 5_000))),
    // Another token than this one the page has not.
    shouldRetry: (cause) => (cause as CloseEvent).code !== FORBIDDEN,
    on: {
      connecting: () => !hasEnded && listener.onConnecting?.(),
      connected: () => !hasEnded && listener.onOpen(),
    },
  });
  // Each attempt sends these as they are by then, and so goes on after the last event that came.
  const variables = { ...payload.variables };
  function end(how: End) {
    if (hasEnded) return;
    hasEnded = true;
    listener.onEnd(how);
  }
  const unsubscribe = client.subscribe(
    { ...payload, variables },
    {
      next(result) {
        if (hasEnded) return;
        const id = (result.extensions as { eventId?: string } | undefined)?.eventId;
        if (id) variables.after = id;
        reason = reasonIn(result as ExecutionResult) ?? reason;
        listener.onResult(result as ExecutionResult);
      },
      error: (cause) => end(Array.isArray(cause) ? { why: 'the server has refused it', refusal: cause } : closed(cause)),
      complete: () => end(reason),
    },
  );
  return () => {
    hasEnded = true;
    unsubscribe();
    client.dispose();
  };
}

/** What the last result of a stream says of its end. */
function reasonIn({ errors }: ExecutionResult): End | undefined {
  const ended = errors?.find(({ extensions }) => extensions?.code === 'STREAM_ENDED');
  if (!ended) return undefined;
  const reason = String(ended.extensions.reason);
  return { why: `${reason.toLowerCase().replaceAll('_', ' ')} (${reason})`, detail: ended.message };
}

function closed(cause: unknown): End {
  const { code, reason } = cause as Partial<CloseEvent>;
  if (!code || code === 1006) return { why: 'the connection broke', detail: 'Is the server running?' };
  return { why: `the server has closed the connection (${code})`, detail: reason || undefined, isForbidden: code === FORBIDDEN };
}

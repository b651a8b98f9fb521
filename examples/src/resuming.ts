/** Live operations that go on where they were cut. */
import type { Client } from 'graphql-ws';

/**
 * A client connects again by itself, and sends the variables that it was given at first. Here each attempt sends `$after` as it
 * is by then: the last event that came. The operation has to declare it; whatever stands on top, Apollo or urql, need not know.
 */
export const resuming = (client: Client): Client => ({
  ...client,
  subscribe(payload, sink) {
    const variables = { ...payload.variables };
    return client.subscribe<any, any>(
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

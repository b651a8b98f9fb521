/** The socket to the demo, and the network on which it breaks. */
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { headers, url } from './demo';
import { resuming } from './resuming';

let open: WebSocket | undefined;

/** Breaks the connection, as networks do: nobody is told. */
export function cut() {
  console.log('the connection breaks');
  open?.terminate();
}

export const socket = () =>
  resuming(
    createClient({
      url: url.replace('http', 'ws'),
      // Browsers have their own, and so has Node from version 22 on.
      webSocketImpl: WebSocket,
      // A function is asked at each attempt: give it the token of the moment.
      connectionParams: () => headers,
      // As long as somebody looks at the page. The codes that say "give up" end it all the same.
      retryAttempts: Infinity,
      shouldRetry: () => true,
      // Longer each time, and not at the same instant as everyone else.
      retryWait: (attempts) =>
        new Promise((resolve) => setTimeout(resolve, Math.min(100 * 2 ** attempts, 10_000) * (0.5 + Math.random()))),
      on: {
        connected: (connected, _, isRetry) => {
          open = connected as WebSocket;
          if (isRetry) console.log('connected again');
        },
      },
    }),
  );

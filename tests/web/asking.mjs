/** Asking a server as the bearer of a token: the status, the headers, the answer, and how long it took. */

export async function ask(server, token, query = '{ viewer { kind } }', variables = {}) {
  const begun = performance.now();
  const response = await fetch(`${server.base}/graphql`, {
    method: 'POST',
    headers: {
      accept: 'application/graphql-response+json',
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ query, variables }),
  });
  const answer = await response.json();
  return { status: response.status, headers: response.headers, answer, ms: performance.now() - begun };
}

/** The middle and the last hundredth of times, in milliseconds. */
export function times(all) {
  const sorted = [...all].sort((one, other) => one - other);
  const at = (share) => Number(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))].toFixed(1));
  return { median: at(0.5), p99: at(0.99) };
}

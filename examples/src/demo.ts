/** Where the demo is, who asks, and a network on which things go wrong. */

/** Says in one line why the program cannot go on. */
function stop(cause: unknown): never {
  // Node's fetch says only that it failed; what failed is in its cause.
  const network = cause instanceof TypeError && cause.cause instanceof Error ? cause.cause : undefined;
  if (network) cause = `${url} cannot be reached: ${network.message || (network as NodeJS.ErrnoException).code}`;
  console.error(cause instanceof Error ? cause.message : cause);
  process.exit(1);
}

const need = (name: string) => process.env[name] || stop(`${name} is not set; see README.md`);

const base = need('DEMO_URL');
if (!URL.canParse(base)) stop(`DEMO_URL is ${base}, which is no address; it is like http://127.0.0.1:4000`);
export const url = new URL('/graphql', base).href;
export const headers = { authorization: `Bearer ${need('DEMO_TOKEN')}` };

/** Runs a program to its end, good or bad. */
export const run = (program: () => Promise<void>) => program().catch(stop);

/** What can be sent again: the server could not do it, or could not do it in time. Any other error stays as it is. */
export const isPassing = (error: { extensions?: { code?: unknown } }) =>
  ['UNAVAILABLE', 'TIMEOUT'].includes(String(error.extensions?.code));

/** After the server has done what it was asked for, these come in the place of its answer. */
const mishaps: [string, () => Response][] = [
  ['the connection breaks', () => {
    throw new TypeError('the connection was lost');
  }],
  ['a proxy answers 502', () => new Response('<h1>Bad gateway</h1>', { status: 502, headers: { 'content-type': 'text/html' } })],
  ['the server answers 503', () => new Response(
    JSON.stringify({ errors: [{ message: 'The database cannot be reached right now.', extensions: { code: 'UNAVAILABLE' } }] }),
    { status: 503, headers: { 'content-type': 'application/graphql-response+json' } },
  )],
];

/** A network that loses the answer to a purchase again and again. */
export const unreliable = (): typeof fetch => {
  const left = [...mishaps];
  return async (input, init) => {
    const response = await fetch(input, init);
    const mishap = String(init?.body).includes('mutation Purchase') && left.shift();
    if (!mishap) return response;
    const [what, happens] = mishap;
    await response.arrayBuffer();
    console.log(`the purchase is done, but ${what}`);
    return happens();
  };
};

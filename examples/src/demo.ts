/** Where the demo is, who asks, and a network that loses an answer. */

/** Says in one line why the program cannot go on. */
function stop(cause: unknown): never {
  console.error(cause instanceof Error ? cause.message : cause);
  process.exit(1);
}

const need = (name: string) => process.env[name] || stop(`${name} is not set; see README.md`);

export const url = new URL('/graphql', need('DEMO_URL')).href;
export const headers = { authorization: `Bearer ${need('DEMO_TOKEN')}` };

/** Runs a program to its end, good or bad. */
export const run = (program: () => Promise<void>) => program().catch(stop);

/** Loses the first answer to a purchase, after the server has done what it was asked for. */
export const unreliable = (): typeof fetch => {
  let isLost = false;
  return async (input, init) => {
    const response = await fetch(input, init);
    if (isLost || !String(init?.body).includes('mutation Purchase')) return response;
    isLost = true;
    await response.arrayBuffer();
    console.log('the network loses the answer to a purchase');
    throw new TypeError('the connection was lost');
  };
};

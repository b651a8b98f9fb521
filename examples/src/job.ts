/** A small job over the demo, by whichever client: page, buy once, change what may have changed, and tidy up. */
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { randomUUID } from 'node:crypto';
import type { RenewalsQuery, RenewalsQueryVariables } from './gql/graphql';
import { Cancel, Look, Mixed, Purchase, Renewals, Resize, Suite } from './operations';

/** A top-level error, as the server writes it. */
export interface Fault {
  message: string;
  path?: readonly (string | number)[];
  extensions?: { code?: unknown; reasons?: unknown; reason?: unknown };
}

/** What came back: errors beside data, where a field of it could not be answered. */
export interface Answer<D> {
  data?: D | null;
  errors: readonly Fault[];
}

/** One way to ask, whatever the client. */
export type Ask = <D, V extends Record<string, unknown>>(document: TypedDocumentNode<D, V>, variables: V) => Promise<Answer<D>>;

export async function job(ask: Ask) {
  const variables = await page(ask);
  const id = await buy(ask);
  await grow(ask, id);
  await show(ask, id);
  await cancel(ask, id);
  await mixed(ask);
  return { id, renewals: { query: Renewals, variables } };
}

const DAY = 24 * 60 * 60 * 1000;

/** All pages of what renews within 90 days. */
async function page(ask: Ask) {
  // Told once: a cursor is good for the same filter and order only, and a later `from` would be another filter.
  const now = Date.now();
  const variables: RenewalsQueryVariables = {
    first: 3,
    from: new Date(now).toISOString(),
    until: new Date(now + 90 * DAY).toISOString(),
  };
  const customers = new Set<string>();
  let pages = 0;
  let after: string | null | undefined;
  do {
    const { subscriptions }: RenewalsQuery = needed(await ask(Renewals, { ...variables, after }));
    pages += 1;
    for (const { node } of subscriptions.edges) customers.add(node.customer.name);
    after = subscriptions.pageInfo.hasNextPage ? subscriptions.pageInfo.endCursor : null;
  } while (after);
  console.log(`read ${pages} pages of what renews within 90 days, of ${customers.size} customers`);
  return variables;
}

/** Buys. Whatever becomes of the answer, the same key buys once: the client may send it again. */
export async function buy(ask: Ask): Promise<string> {
  const { offers } = needed(await ask(Suite, {}));
  const offer = offers.nodes[0];
  if (!offer) throw new Error('the demo has no Suite Basic');
  const input = {
    customer: { domain: 'contoso.example' },
    offer: offer.id,
    quantity: 5,
    term: 'P1Y' as const,
    billingCycle: 'MONTHLY' as const,
    friendlyName: 'An example',
    // Made when the user decides to buy, and kept until there is an answer.
    idempotencyKey: randomUUID(),
  };
  const { purchaseSubscription } = needed(await ask(Purchase, { input }));
  const [refusal] = purchaseSubscription.userErrors;
  if (refusal) throw refused(refusal);
  const bought = purchaseSubscription.subscription!;
  const again = needed(await ask(Purchase, { input })).purchaseSubscription.subscription;
  console.log(`bought ${bought.quantity} of ${offer.name}; sent again, it is ${again?.id === bought.id ? 'the same one' : 'ANOTHER'}`);
  return bought.id;
}

/** Two seats more than there are, whoever else changes them at the same time. */
async function grow(ask: Ask, id: string) {
  let seen = await look(ask, id);
  await colleague(ask, id, seen.quantity + 1);
  for (let attempt = 1; attempt <= 5; attempt += 1) {
    const input = {
      subscription: id,
      quantity: seen.quantity + 2,
      expectedVersion: seen.version,
      // A new key for a new decision: under the old one the refusal would be repeated.
      idempotencyKey: randomUUID(),
    };
    const { resizeSubscription } = needed(await ask(Resize, { input }));
    const [refusal] = resizeSubscription.userErrors;
    if (!refusal) {
      console.log(`resized to ${resizeSubscription.subscription?.quantity} at attempt ${attempt}`);
      return;
    }
    switch (refusal.code) {
      case 'VERSION_CONFLICT':
        console.log(`VERSION_CONFLICT: it was at version ${seen.version} when read, and is at ${refusal.currentVersion} by now`);
        seen = await look(ask, id);
        break;
      case 'QUANTITY_OUT_OF_RANGE':
        throw new Error(`mark the field ${refusal.path?.join('.')}: ${refusal.message}`);
      // NOT_FOUND, FORBIDDEN and whatever this program does not know yet: trying again changes nothing.
      default:
        throw refused(refusal);
    }
  }
  throw new Error('someone else is always faster');
}

/** Someone else, who has not looked at any version. */
async function colleague(ask: Ask, id: string, quantity: number) {
  const input = { subscription: id, quantity, idempotencyKey: randomUUID() };
  const { resizeSubscription } = needed(await ask(Resize, { input }));
  const [refusal] = resizeSubscription.userErrors;
  if (refusal) throw refused(refusal);
}

export async function look(ask: Ask, id: string) {
  const { subscription } = needed(await ask(Look, { id }));
  if (!subscription) throw new Error('the subscription is not there, or not for us: nobody is told which');
  return subscription;
}

/** What an interface can offer, and what it can say of the rest. */
async function show(ask: Ask, id: string) {
  const { availableActions, events } = await look(ask, id);
  for (const { action, available, reasons } of availableActions) {
    console.log(available ? `${action}: yes` : `${action}: no, ${reasons[0]?.code} (${reasons[0]?.remedy})`);
  }
  console.log(`its log: ${events.nodes.map(({ kind }) => kind).reverse().join(', ')}`);
}

export async function cancel(ask: Ask, id: string) {
  const { cancelSubscription } = needed(await ask(Cancel, { input: { subscription: id, idempotencyKey: randomUUID() } }));
  const [refusal] = cancelSubscription.userErrors;
  if (refusal) throw refused(refusal);
  console.log(`it is ${cancelSubscription.subscription?.status}`);
}

/** A field that the viewer may not read is null, with its reasons among the errors; the others are answered. */
async function mixed(ask: Ask) {
  const { data, errors } = await ask(Mixed, {});
  for (const { path, extensions } of errors) {
    const reasons = (extensions?.reasons ?? []) as { message: string; remedy: string | null }[];
    const words = reasons.map(({ message, remedy }) => `${message} ${remedy}`);
    console.log(`${extensions?.code} at ${path?.join('.')}: ${words.join(' ')}`);
  }
  console.log(`beside it: the viewer is ${data?.viewer.partner?.name}`);
}

/** A refusal in words for people. */
function refused({ code, message, reasons }: { code: string; message: string; reasons: { remedy: string | null }[] }) {
  return new Error([`${code}: ${message}`, ...reasons.map(({ remedy }) => remedy)].join(' '));
}

/** The data of an answer without errors. */
export function needed<D>({ data, errors }: Answer<D>): D {
  const [fault] = errors;
  if (fault) throw new Error(`${fault.extensions?.code}: ${fault.message}`);
  if (!data) throw new Error('there is no answer');
  return data;
}

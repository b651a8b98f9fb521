/** A small job over the demo, by whichever client: page, buy once, change what may have changed, and tidy up. */
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { randomUUID } from 'node:crypto';
import type { RenewalsQuery } from './gql/graphql';
import { Cancel, Look, Mixed, Purchase, Renewals, Resize, Suite } from './operations';

/** A top-level error, as the server writes it. */
export interface Fault {
  message: string;
  path?: readonly (string | number)[];
  extensions?: { code?: unknown; reasons?: unknown };
}

/** What came back: errors beside data, where a field of it could not be answered. */
export interface Answer<D> {
  data?: D | null;
  errors: readonly Fault[];
}

/** One way to ask, whatever the client. */
export type Ask = <D, V extends Record<string, unknown>>(document: TypedDocumentNode<D, V>, variables: V) => Promise<Answer<D>>;

export async function job(ask: Ask) {
  await page(ask);
  const id = await buy(ask);
  await resize(ask, id, 7);
  await show(ask, id);
  await cancel(ask, id);
  await mixed(ask);
}

/** All pages of a list. A cursor is good for this filter and this order only. */
async function page(ask: Ask) {
  let after: string | null | undefined = null;
  let pages = 0;
  const customers = new Set<string>();
  do {
    const { subscriptions }: RenewalsQuery = needed(await ask(Renewals, { first: 5, after }));
    pages += 1;
    for (const { node } of subscriptions.edges) customers.add(node.customer.name);
    after = subscriptions.pageInfo.hasNextPage ? subscriptions.pageInfo.endCursor : null;
  } while (after);
  console.log(`read ${pages} pages of renewals, of ${customers.size} customers`);
}

/** Buys. Whatever becomes of the answer, the same key buys once: the client may send it again. */
async function buy(ask: Ask): Promise<string> {
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
    idempotencyKey: randomUUID(),
  };
  const { purchaseSubscription } = needed(await ask(Purchase, { input }));
  const [refusal] = purchaseSubscription.userErrors;
  if (refusal) throw new Error(`${refusal.code} at ${refusal.path?.join('.')}: ${refusal.message}`);
  const bought = purchaseSubscription.subscription!;
  const again = needed(await ask(Purchase, { input })).purchaseSubscription.subscription;
  console.log(`bought ${bought.quantity} of ${offer.name}; sent again, it is ${again?.id === bought.id ? 'the same one' : 'ANOTHER'}`);
  return bought.id;
}

/** Changes the version that was read, or reads again and decides anew. A refusal is data: look at its code. */
async function resize(ask: Ask, id: string, quantity: number) {
  // As if someone else had been faster: the version of a moment ago.
  let version = 0;
  for (let attempt = 1; attempt <= 5; attempt += 1) {
    const input = { subscription: id, quantity, expectedVersion: version, idempotencyKey: randomUUID() };
    const { resizeSubscription } = needed(await ask(Resize, { input }));
    const [refusal] = resizeSubscription.userErrors;
    if (!refusal) {
      console.log(`resized to ${resizeSubscription.subscription?.quantity} at attempt ${attempt}`);
      return;
    }
    switch (refusal.code) {
      case 'VERSION_CONFLICT': {
        console.log(`VERSION_CONFLICT: it is at version ${refusal.currentVersion} by now`);
        version = needed(await ask(Look, { id })).subscription?.version ?? 0;
        break;
      }
      // QUANTITY_OUT_OF_RANGE, REDUCTION_WINDOW_CLOSED, FORBIDDEN and others: trying again changes nothing.
      default:
        throw new Error(`${refusal.code}: ${refusal.message}`);
    }
  }
  throw new Error('someone else is always faster');
}

/** What an interface can offer, and what it can say of the rest. */
async function show(ask: Ask, id: string) {
  const { subscription } = needed(await ask(Look, { id }));
  if (!subscription) throw new Error('what was just bought is not there');
  for (const { action, available, reasons } of subscription.availableActions) {
    console.log(available ? `${action}: yes` : `${action}: no, ${reasons[0]?.code} (${reasons[0]?.remedy})`);
  }
  console.log(`its log: ${subscription.events.nodes.map(({ kind }) => kind).reverse().join(', ')}`);
}

async function cancel(ask: Ask, id: string) {
  const { cancelSubscription } = needed(await ask(Cancel, { input: { subscription: id, idempotencyKey: randomUUID() } }));
  const [refusal] = cancelSubscription.userErrors;
  if (refusal) throw new Error(`${refusal.code}: ${refusal.message} ${refusal.reasons.map(({ remedy }) => remedy).join(' ')}`);
  console.log(`it is ${cancelSubscription.subscription?.status}`);
}

/** A field that the viewer may not read is null, with its reasons among the errors; the others are answered. */
async function mixed(ask: Ask) {
  const { data, errors } = await ask(Mixed, {});
  const [fault] = errors;
  console.log(`${data?.viewer.partner?.name} is told ${fault?.extensions?.code} at ${fault?.path?.join('.')}, and its own name`);
}

/** The data of an answer without errors. */
function needed<D>({ data, errors }: Answer<D>): D {
  const [fault] = errors;
  if (fault) throw new Error(`${fault.extensions?.code}: ${fault.message}`);
  if (!data) throw new Error('there is no answer');
  return data;
}

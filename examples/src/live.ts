/** A small live job over the demo, by whichever client: hear of ten changes, although the connection breaks after five. */
import { randomUUID } from 'node:crypto';
import type { LiveSubscription, LiveSubscriptionVariables } from './gql/graphql';
import { buy, cancel, look, needed, type Answer, type Ask } from './job';
import { Resize } from './operations';
import { cut } from './socket';

/** One way to listen, whatever the client. */
export type Listen = (variables: LiveSubscriptionVariables, hear: (answer: Answer<LiveSubscription>) => void) => void;

const CHANGES = 10;

export async function live(ask: Ask, listen: Listen) {
  const id = await buy(ask);
  // First the newest event, then what is shown: what is committed in between is told, and nothing is missed.
  const { events, quantity } = await look(ask, id);
  const heard: string[] = [];
  const end = new Promise<string>((resolve, reject) => {
    listen({ subscription: id, after: events.nodes[0]?.id }, ({ data, errors }) => {
      const [fault] = errors;
      if (fault?.extensions?.code === 'STREAM_ENDED') return resolve(`${fault.extensions.reason}: ${fault.message}`);
      // The client has given up, or the operation was refused.
      if (fault || !data) return reject(new Error([fault?.extensions?.code, fault?.message].filter(Boolean).join(': ')));
      heard.push(data.events.id);
      for (const { field, after } of data.events.changes) {
        if (field === 'quantity') console.log(`${data.events.kind}: ${after} seats`);
      }
      if (heard.length === CHANGES / 2) cut();
    });
  });
  for (let more = 1; more < CHANGES; more += 1) await resize(ask, id, quantity + more);
  await cancel(ask, id);
  const why = await end;
  console.log(`heard ${heard.length} events, ${new Set(heard).size} different ones, of ${CHANGES}`);
  console.log(`the stream has ended: ${why}`);
  return id;
}

async function resize(ask: Ask, subscription: string, quantity: number) {
  const input = { subscription, quantity, idempotencyKey: randomUUID() };
  const [refusal] = needed(await ask(Resize, { input })).resizeSubscription.userErrors;
  if (refusal) throw new Error(`${refusal.code}: ${refusal.message}`);
}

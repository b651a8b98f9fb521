/**
 * A receiver of webhooks: takes what the server has signed, each message once, and answers before it works.
 *
 *     WEBHOOK_SECRET=whsec_… PORT=8080 npm run receiver
 */
import { createServer } from 'node:http';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import type { EventKind } from './gql/graphql';

/** What a message holds. */
interface Message {
  type: EventKind;
  timestamp: string;
  data: {
    id: string;
    customer: { id: string } | null;
    subject: { type: string; id: string } | null;
    changes: { field: string; before: string | null; after: string | null }[];
  };
}

const secret = process.env.WEBHOOK_SECRET;
if (!secret) {
  console.error('WEBHOOK_SECRET is not set; registerWebhook and rotateWebhookSecret answer with it, once');
  process.exit(1);
}
const webhook = new Webhook(secret);

/** The ids of what was taken. A real receiver keeps them with its data, in the transaction that writes what follows from a message. */
const taken = new Set<string>();

function take(message: Message) {
  const { type, data } = message;
  const changes = data.changes.map(({ field, before, after }) => `${field}: ${before ?? '-'} to ${after ?? '-'}`);
  console.log(`${type} ${data.subject?.type ?? ''} ${changes.join(', ')}`.trim());
}

const server = createServer(async (request, response) => {
  // The signature is over the bytes as they came: verify before anything reads them as JSON.
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks).toString('utf8');
  const id = String(request.headers['webhook-id']);
  try {
    const message = webhook.verify(body, request.headers as Record<string, string>) as Message;
    // At least once means sometimes twice.
    if (!taken.has(id)) take(message);
    taken.add(id);
    response.writeHead(204).end();
  } catch (error) {
    if (!(error instanceof WebhookVerificationError)) throw error;
    console.log(`refused: ${error.message}`);
    response.writeHead(401).end();
  }
});

server.listen(Number(process.env.PORT ?? 8080), '127.0.0.1', () => {
  const address = server.address();
  if (address && typeof address === 'object') console.log(`listening at http://127.0.0.1:${address.port}`);
});

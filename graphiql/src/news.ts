/** What happens at Contoso, as one identity of the demo may see it: the events as they come, and how the stream stands. */
import { useEffect, useState } from 'react';
import { config, type Identity } from './config';
import { listen, type End } from './live';

export interface News {
  id: string;
  kind: string;
  occurredAt: string;
  actor: { kind: string | null; name: string | null; subject: string | null };
  subject: { friendlyName?: string; displayName?: string } | null;
  changes: { field: string; before: string | null; after: string | null }[];
}

export type Standing = { name: 'connecting' } | { name: 'live' } | ({ name: 'ended' } & End);

const query = `subscription Beside($customer: ID!, $after: ID) {
  events(after: $after, filter: { customer: $customer }) {
    id
    kind
    occurredAt
    actor { kind name subject }
    subject {
      ... on CustomerSubscription { friendlyName }
      ... on DelegatedAdminGrant { displayName }
      ... on RelationshipRequest { displayName }
    }
    changes { field before after }
  }
}`;

const SHOWN = 100;

/** A server that is started anew is waited for. */
const ATTEMPTS = 60;

const contoso = config.identities.find(({ key }) => key === 'contoso');

/** Listens as long as it is in use. Each `round` begins anew, after what came last. */
export function useNews(identity: Identity, round: number) {
  const [news, setNews] = useState<News[]>([]);
  const [standing, setStanding] = useState<Standing>({ name: 'connecting' });

  useEffect(() => setNews([]), [identity]);
  useEffect(() => {
    let stop = () => {};
    let isOver = false;
    const after = round > 0 ? news[0]?.id : undefined;
    setStanding({ name: 'connecting' });
    customer().then((id) => {
      if (isOver) return;
      if (!id) return setStanding({ name: 'ended', why: 'the server does not answer', detail: 'Is it running?' });
      const variables = { customer: id, after };
      stop = listen(
        { token: identity.token, payload: { query, variables, operationName: 'Beside' }, attempts: ATTEMPTS },
        {
          onConnecting: () => setStanding({ name: 'connecting' }),
          onOpen: () => setStanding({ name: 'live' }),
          onResult({ data }) {
            const event = data?.events as News | undefined;
            if (event) setNews((former) => [event, ...former].slice(0, SHOWN));
          },
          onEnd: (end) => setStanding({ name: 'ended', ...end, detail: detail(end) }),
        },
      );
    });
    return () => {
      isOver = true;
      stop();
    };
  }, [identity, round]);

  return { news, standing };
}

function detail({ refusal, isForbidden, detail }: End) {
  if (isForbidden) return 'Reload the page for a fresh token.';
  return refusal?.[0]?.message ?? detail;
}

/** Contoso's id, which it tells itself: for a stranger Contoso does not exist. */
async function customer(): Promise<string | undefined> {
  try {
    const response = await fetch(config.endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${contoso?.token}` },
      body: JSON.stringify({ query: 'query Contoso { viewer { customer { id } } }', operationName: 'Contoso' }),
      credentials: 'omit',
    });
    return (await response.json()).data?.viewer.customer?.id;
  } catch {
    return undefined;
  }
}

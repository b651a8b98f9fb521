/** How it stands with the live operation of a tab, below what came there. It is told in that tab, and to that viewer. */
import { useGraphiQL } from '@graphiql/react';
import { useEffect, useState } from 'react';
import type { Stream } from './fetcher';
import type { Session } from './session';
import { State } from './State';

interface Props {
  stream?: Stream;
  session: Session;
}

export function Streaming({ stream: latest, session: { identity, token } }: Props) {
  const tab = useGraphiQL((state) => state.tabs[state.activeTabIndex]?.id);
  const [opened, setOpened] = useState({ tab: '', token: '' });
  useEffect(() => {
    if (latest?.isOpen && tab) setOpened({ tab, token });
  }, [latest]);
  const stream = opened.tab === tab && opened.token === token ? latest : undefined;

  return (
    <div className="streaming" role="group" aria-live="polite" aria-label="Live operation">
      {stream?.isOpen && (
        <State name="live">
          What happens stands here as it commits{identity && <>, as far as {identity.name} may see it</>}. Press ■ to end it.
        </State>
      )}
      {stream && !stream.isOpen && (
        <State name="ended" why={stream.why}>
          {stream.detail}
        </State>
      )}
    </div>
  );
}

/** In the demo: what another identity hears of Contoso, beside what the one in the bar does there. */
import { useEffect, useRef, useState } from 'react';
import { config, type Identity } from './config';
import { useNews, type News, type Standing } from './news';
import { State } from './State';

interface Props {
  asker?: Identity;
  onClose: () => void;
}

/** Someone else than who asks: the customer, of whose partner's doing it hears, or the stranger of the walk. */
const other = (asker?: Identity) =>
  config.identities.find(({ key }) => key === (asker?.key === 'contoso' ? 'tailspin' : 'contoso')) ?? config.identities[0]!;

export function Beside({ asker, onClose }: Props) {
  const [identity, setIdentity] = useState(() => other(asker));
  const [round, setRound] = useState(0);
  const { news, standing } = useNews(identity, round);
  const select = useRef<HTMLSelectElement>(null);
  useEffect(() => select.current?.focus(), []);

  function choose(key: string) {
    setRound(0);
    setIdentity(config.identities.find((one) => one.key === key)!);
  }

  return (
    <aside className="beside" aria-label="Beside" data-kind={identity.kind}>
      <header>
        <label>
          Listen as{' '}
          <select ref={select} value={identity.key} onChange={(event) => choose(event.target.value)}>
            {config.identities.map(({ key, name }) => (
              <option key={key} value={key}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <button type="button" className="close" aria-label="Close" onClick={onClose}>
          ✕
        </button>
        <div className="standing" role="status">
          <Told standing={standing} />
        </div>
        {standing.name === 'ended' && (
          <button type="button" className="again" onClick={() => setRound(round + 1)}>
            Listen again
          </button>
        )}
      </header>
      <ol role="log" aria-label={`What ${identity.name} hears of Contoso`} tabIndex={0}>
        {news.map((event) => (
          <Entry key={event.id} event={event} />
        ))}
      </ol>
      {news.length === 0 && standing.name !== 'ended' && (
        <p className="quiet">Nothing yet. What is done at Contoso stands here at once, as far as {identity.name} may see it.</p>
      )}
    </aside>
  );
}

function Told({ standing }: { standing: Standing }) {
  if (standing.name === 'ended') {
    return (
      <State name="ended" why={standing.why}>
        {standing.detail}
      </State>
    );
  }
  return <State name={standing.name}>{standing.name === 'live' && 'to what happens at Contoso'}</State>;
}

const CHANGES = 3;

function Entry({ event: { kind, occurredAt, actor, subject, changes } }: { event: News }) {
  const rest = changes.slice(CHANGES);
  return (
    <li>
      <p className="what">
        <b>{words(kind)}</b> <time dateTime={occurredAt} title={occurredAt}>{clock(occurredAt)}</time>
      </p>
      <p className="by">
        {actor.name ?? (actor.kind ? words(actor.kind) : 'The clock')}
        {subject && <> · {subject.friendlyName ?? subject.displayName}</>}
      </p>
      <Changes changes={changes.slice(0, CHANGES)} />
      {rest.length > 0 && (
        <details>
          <summary>{rest.length} more</summary>
          <Changes changes={rest} />
        </details>
      )}
    </li>
  );
}

function Changes({ changes }: Pick<News, 'changes'>) {
  return (
    <dl>
      {changes.map(({ field, before, after }) => (
        <div key={field}>
          <dt>{field}</dt>{' '}
          <dd>
            {before !== null && <><del>{before}</del> → </>}
            {after === null ? 'nothing' : <ins>{after}</ins>}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** GRANT_TERMINATED as people write it. */
const words = (name: string) => name[0] + name.slice(1).toLowerCase().replaceAll('_', ' ');

const clock = (instant: string) => new Date(instant).toLocaleTimeString();

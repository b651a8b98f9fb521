import { config, type Identity, type Kind } from './config';
import icon from './icon.svg';
import type { Session } from './session';
import { TokenField } from './TokenField';

interface Props {
  session: Session;
  refused: boolean;
  isBeside: boolean;
  onChoose: (identity: Identity) => void;
  onEnter: (token: string) => void;
  onBeside: (isBeside: boolean) => void;
}

const kinds: Record<Kind, string> = { PARTNER: 'Partner', CUSTOMER: 'Customer', OPERATOR: 'Operator' };

export function Bar({ session, refused, isBeside, onChoose, onEnter, onBeside }: Props) {
  const { identity, token } = session;
  return (
    <header className="bar">
      <div className="row">
        <h1>
          <img src={icon} alt="" />
          copartner <small>{config.version}</small>
        </h1>
        {config.identities.length > 0 && (
          <div className="identities" role="group" aria-label="Ask as">
            {config.identities.map((one) => (
              <button
                key={one.key}
                type="button"
                data-kind={one.kind}
                aria-pressed={one === identity}
                onClick={() => onChoose(one)}
              >
                {one.name}
              </button>
            ))}
          </div>
        )}
        <div className="asker">
          <p className="who" aria-live="polite" data-kind={identity?.kind}>
            {identity && (
              <>
                <b>{kinds[identity.kind]}</b> · {identity.description}
              </>
            )}
          </p>
          <TokenField token={token} refused={refused} onEnter={onEnter} />
          {config.identities.length > 0 && (
            <button
              type="button"
              className="opener"
              aria-pressed={isBeside}
              title="Listen as someone else at the same time"
              onClick={() => onBeside(!isBeside)}
            >
              Beside
            </button>
          )}
        </div>
      </div>
      <p id="hint" className="hint" role="status" data-refused={refused || undefined}>
        {hint(session, refused)}
      </p>
    </header>
  );
}

function hint({ identity, token }: Session, refused: boolean) {
  if (refused && identity) {
    return (
      <>
        This demo token has expired. <button onClick={() => location.reload()}>Reload for a fresh one</button>
      </>
    );
  }
  if (refused) {
    return (
      <>
        The server refuses this token; perhaps it has expired. <code>copartner token check</code> says which check fails.
      </>
    );
  }
  if (token) return null;
  if (config.demo) return 'Choose who asks, or paste a token of your own.';
  return (
    <>
      Paste a token to load the schema and run queries. For development, <code>copartner token</code> makes one.
    </>
  );
}

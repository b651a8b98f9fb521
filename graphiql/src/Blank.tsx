/** What to do, where the answer will stand. */
import { formatShortcutForOS, KEY_MAP, useGraphiQL } from '@graphiql/react';
import { useEffect, useState } from 'react';
import { config } from './config';
import type { Session } from './session';

const KEYS = formatShortcutForOS(KEY_MAP.runQuery.key, 'Cmd');

export function Blank({ session: { identity, token } }: { session: Session }) {
  const responseEditor = useGraphiQL((state) => state.responseEditor);
  const isFetching = useGraphiQL((state) => state.isFetching);
  const [blank, setBlank] = useState(false);

  useEffect(() => {
    const model = responseEditor?.getModel();
    if (!model) return;
    const look = () => setBlank(model.getValueLength() === 0);
    look();
    const changes = model.onDidChangeContent(look);
    return () => changes.dispose();
  }, [responseEditor]);

  if (!blank || isFetching) return null;
  if (!token) return <p className="blank">{config.demo ? 'Choose above who asks.' : 'Paste a token above: it says who asks.'}</p>;
  return (
    <p className="blank">
      You ask {identity ? <b>as {identity.name}</b> : 'with the token above'}. Run it with ▶︎ or <kbd>{KEYS}</kbd>, and the answer stands here.
    </p>
  );
}

import { useEffect, useId, useState } from 'react';

interface Props {
  token: string;
  refused: boolean;
  onEnter: (token: string) => void;
}

/** A token takes effect when it is pasted, on Enter and on leaving the field: half a token is not worth a request. */
export function TokenField({ token, refused, onEnter }: Props) {
  const [draft, setDraft] = useState(token);
  const [visible, setVisible] = useState(false);
  const id = useId();
  useEffect(() => setDraft(token), [token]);

  function commit(text: string) {
    const next = text.replace(/^\s*Bearer\s+/i, '').replace(/\s+/g, '');
    setDraft(next);
    if (next !== token) onEnter(next);
  }

  return (
    <div className="token" data-refused={refused || undefined}>
      <label htmlFor={id}>Token</label>
      <input
        id={id}
        type={visible ? 'text' : 'password'}
        placeholder="Paste a bearer token"
        value={draft}
        onChange={(event) => {
          const pasted = (event.nativeEvent as InputEvent).inputType === 'insertFromPaste';
          if (pasted) commit(event.target.value);
          else setDraft(event.target.value);
        }}
        onBlur={() => commit(draft)}
        onKeyDown={(event) => event.key === 'Enter' && commit(draft)}
        autoComplete="off"
        spellCheck={false}
        data-1p-ignore
        data-lpignore="true"
        aria-invalid={refused}
        aria-describedby="hint"
      />
      <button type="button" aria-pressed={visible} onClick={() => setVisible(!visible)}>
        {visible ? 'Hide' : 'Show'}
      </button>
      <button type="button" disabled={!draft} onClick={() => onEnter('')}>
        Clear
      </button>
    </div>
  );
}

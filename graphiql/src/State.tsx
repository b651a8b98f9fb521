/** The state of a stream: a sign, a word, and what there is to say of it. */
import type { ReactNode } from 'react';

const words = { connecting: 'Connecting', live: 'Live', ended: 'Ended' };

interface Props {
  name: keyof typeof words;
  why?: string;
  children?: ReactNode;
}

export function State({ name, why, children }: Props) {
  return (
    <p className="state" data-state={name}>
      <b>{words[name]}{why && `: ${why}`}</b> <span>{children}</span>
    </p>
  );
}

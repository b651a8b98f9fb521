/**
 * Fills in the ids of the walk: what one mutation answers with goes where the next one needs it, in tabs that are not open
 * and that nobody has filled in otherwise.
 */
import { useGraphiQL } from '@graphiql/react';
import type { ExecutionResult } from 'graphql';
import { useEffect, useRef } from 'react';
import { walk } from './tabs';

interface Props {
  /** Is given whatever the server answers. */
  answers: { current: (result: ExecutionResult) => void };
}

export function Follow({ answers }: Props) {
  const tabs = useGraphiQL((state) => state.tabs);
  const filled = useRef(new Set<unknown>(['']));

  useEffect(() => {
    answers.current = ({ data }) => {
      for (const { mutation, object, into } of walk) {
        const id = (data as any)?.[mutation]?.[object]?.id;
        if (!id) continue;
        for (const { operation, fill } of into) {
          const tab = tabs.find(({ query }) => query?.includes(` ${operation}(`));
          const variables = parse(tab?.variables);
          if (!tab || !variables || !filled.current.has(fill(variables, undefined))) continue;
          fill(variables, id);
          filled.current.add(id);
          tab.variables = JSON.stringify(variables, null, 2);
        }
      }
    };
  }, [answers, tabs]);

  return null;
}

function parse(text?: string | null) {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}

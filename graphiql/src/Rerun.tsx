/**
 * Keeps the page true to the viewer in the bar: when the token changes, the schema is read and the query at hand runs
 * again, and answers of the former viewer go, in the other tabs too. With `eager` a tab without an answer runs when opened.
 *
 * Only queries run by themselves, and only with a token. A mutation that someone wrote waits for its button, whoever they
 * switch to.
 */
import { useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { getOperationAST, parse } from 'graphql';
import { useEffect, useRef } from 'react';

interface Props {
  token: string;
  eager: boolean;
}

export function Rerun({ token, eager }: Props) {
  const { introspect, run, stop } = useGraphiQLActions();
  const { tabs, tab, operationName, documentAST, queryEditor, responseEditor } = useGraphiQL((state) => ({
    tabs: state.tabs,
    tab: state.tabs[state.activeTabIndex],
    operationName: state.operationName,
    documentAST: state.documentAST,
    queryEditor: state.queryEditor,
    responseEditor: state.responseEditor,
  }));
  const former = useRef('');
  const last = useRef({ token: '', tab: '' });

  useEffect(() => {
    stop();
    for (const one of tabs) one.response = null;
    responseEditor?.setValue('');
    // Its first schema GraphiQL reads by itself. A new fetcher would make it read the next ones too, but lose the visitor's
    // place in the docs.
    if (former.current && token) introspect();
    former.current = token;
  }, [token]);

  useEffect(() => {
    const due = last.current.token !== token || (eager && last.current.tab !== tab?.id);
    if (!due || !token || !tab || !queryEditor || !responseEditor) return;

    // The name of the operation follows an opened tab a moment later; until then it is not in the text.
    const operation = operationIn(queryEditor.getValue(), operationName);
    if (operation === 'unsettled') return;

    last.current = { token, tab: tab.id };
    if (operation === 'query' && !tab.response) run();
  }, [token, eager, tab, operationName, documentAST, queryEditor, responseEditor, run]);

  return null;
}

function operationIn(text: string, name?: string) {
  try {
    return getOperationAST(parse(text), name)?.operation ?? 'unsettled';
  } catch {
    return 'none';
  }
}

import type { GraphiQLPlugin } from '@graphiql/react';
import { GraphiQL } from 'graphiql';
import type { ExecutionResult } from 'graphql';
import { useLayoutEffect, useRef, useState } from 'react';
import { Bar } from './Bar';
import { Beside } from './Beside';
import { Blank } from './Blank';
import { config } from './config';
import { createFetcher, type Stream } from './fetcher';
import { Fold } from './Fold';
import { Follow } from './Follow';
import { Rerun } from './Rerun';
import { useSession } from './session';
import { openTabs, storage } from './storage';
import { Streaming } from './Streaming';
import { useEditorLook } from './theme';

const { defaultTabs, first } = openTabs();
// GraphiQL closes the docs whenever it is handed another list. The history would keep each run that the bar starts.
const noPlugins: GraphiQLPlugin[] = [];
// On a phone the pane of variables would leave no room for the query.
const roomy = matchMedia('(min-width: 761px)').matches;

export function App() {
  const { session, choose, enter } = useSession();
  const [refused, setRefused] = useState('');
  const [stream, setStream] = useState<Stream>();
  const [isBeside, setBeside] = useState(false);
  const { token } = session;
  const bearer = useRef(token);
  useLayoutEffect(() => {
    bearer.current = token;
  }, [token]);
  const answers = useRef((_: ExecutionResult) => {});
  const [fetcher] = useState(() =>
    createFetcher(config.endpoint, () => bearer.current, {
      // An answer speaks for the token that it was asked with, which may no longer be the one in the field.
      onStatus: (asked, status) => setRefused((former) => (status === 401 ? asked : former === asked ? '' : former)),
      onResult: (result) => answers.current(result),
      onStream: setStream,
    }),
  );
  useEditorLook();

  function closeBeside() {
    setBeside(false);
    document.querySelector<HTMLElement>('.opener')?.focus();
  }

  return (
    <>
      <Bar
        session={session}
        refused={token !== '' && refused === token}
        isBeside={isBeside}
        onChoose={choose}
        onEnter={enter}
        onBeside={setBeside}
      />
      <main>
        <GraphiQL
          fetcher={fetcher}
          // null keeps GraphiQL from asking for the schema, and from a wall of errors, while no one is asking.
          schema={token ? undefined : null}
          schemaDescription
          inputValueDeprecation
          storage={storage}
          defaultTabs={defaultTabs}
          initialQuery={first.query}
          initialVariables={first.variables ?? ''}
          defaultEditorToolsVisibility={roomy && Boolean(first.variables)}
          // The token has its own field; a header typed here would be one more place for it to be kept.
          isHeadersEditorEnabled={false}
          showPersistHeadersSettings={false}
          plugins={noPlugins}
        >
          <GraphiQL.Logo>{null}</GraphiQL.Logo>
          <GraphiQL.Footer>
            <Blank session={session} />
            <Streaming stream={stream} session={session} />
          </GraphiQL.Footer>
          {roomy && <Fold />}
          <Rerun token={token} eager={config.demo} />
          <Follow answers={answers} />
        </GraphiQL>
        {isBeside && <Beside asker={session.identity} onClose={closeBeside} />}
      </main>
    </>
  );
}

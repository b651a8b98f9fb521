/** Folds the pane of variables in a tab that has none, and opens it in one that has; what is done by hand stays until the next tab. */
import { useGraphiQL } from '@graphiql/react';
import { useEffect } from 'react';

export function Fold() {
  const id = useGraphiQL((state) => state.tabs[state.activeTabIndex]?.id);
  const filled = useGraphiQL((state) => Boolean(state.tabs[state.activeTabIndex]?.variables?.trim()));
  const hasEditor = useGraphiQL((state) => Boolean(state.variableEditor));

  useEffect(() => {
    // GraphiQL keeps this state to itself; its button is the way to it.
    const button = document.querySelector<HTMLElement>('.graphiql-toggle-editor-tools');
    const open = button?.ariaLabel?.startsWith('Hide');
    if (button && open !== filled) button.click();
  }, [id, hasEditor]);

  return null;
}

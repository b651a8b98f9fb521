/** Monaco's colours and font, which it takes from code, not from style sheets; page.css has the rest of the look. */
import { useMonaco } from '@graphiql/react';
import type { editor } from 'monaco-editor';
import { useEffect } from 'react';

const FONT = 'ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace';

const looks = {
  LIGHT: { base: 'vs', ink: '30405c', paper: 'ffffff', word: '185eb8', name: '30405c', type: '0f7a6f', text: '8f4a12', quiet: '606b80' },
  DARK: { base: 'vs-dark', ink: 'c8d1e0', paper: '1b1f27', word: '6cb2fb', name: 'c8d1e0', type: '5fcdbf', text: 'e3b383', quiet: '8d99ae' },
} as const;

/** The names are GraphiQL's, which switches between them by itself. */
export function useEditorLook() {
  const monaco = useMonaco((state) => state.monaco);
  useEffect(() => {
    if (!monaco) return;
    for (const [theme, { base, ink, paper, word, name, type, text, quiet }] of Object.entries(looks)) {
      monaco.editor.defineTheme(`graphiql-${theme}`, {
        base,
        inherit: true,
        rules: [
          { token: 'comment.gql', foreground: quiet },
          { token: 'keyword.gql', foreground: word },
          { token: 'key.identifier.gql', foreground: name },
          { token: 'argument.identifier.gql', foreground: word },
          { token: 'type.identifier.gql', foreground: type },
          { token: 'string.gql', foreground: text },
          { token: 'number.gql', foreground: text },
          { token: 'string.key.json', foreground: name },
          { token: 'string.value.json', foreground: text },
          { token: 'number.json', foreground: type },
          { token: 'keyword.json', foreground: word },
          { token: 'delimiter', foreground: quiet },
        ],
        colors: {
          'editor.background': '#ffffff00',
          'editor.foreground': `#${ink}`,
          'editorLineNumber.foreground': `#${quiet}`,
          'editorLineNumber.activeForeground': `#${ink}`,
          ...Object.fromEntries([1, 2, 3, 4, 5, 6].map((n) => [`editorBracketHighlight.foreground${n}`, `#${quiet}`])),
          'editorWidget.background': `#${paper}`,
          'editorHoverWidget.background': `#${paper}`,
          'editorSuggestWidget.background': `#${paper}`,
          'editorSuggestWidget.selectedBackground': `#${word}28`,
          'editorSuggestWidget.selectedForeground': `#${ink}`,
          'editorSuggestWidget.highlightForeground': `#${word}`,
          'editorSuggestWidget.focusHighlightForeground': `#${word}`,
          'list.hoverBackground': `#${word}18`,
          'textLink.foreground': `#${word}`,
          'textLink.activeForeground': `#${word}`,
          'scrollbar.shadow': '#ffffff00',
          focusBorder: `#${word}`,
        },
      });
    }
    // GraphiQL may have made its editors before this runs. Lines wrap, so that no comment is cut in a narrow window.
    const dress = (editor: editor.ICodeEditor) => editor.updateOptions({ fontFamily: FONT, fontSize: 14, wordWrap: 'on' });
    monaco.editor.getEditors().forEach(dress);
    const created = monaco.editor.onDidCreateEditor(dress);
    return () => created.dispose();
  }, [monaco]);
}

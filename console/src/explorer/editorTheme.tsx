import { pick, useGraphiQL, useMonaco } from '@graphiql/react';
import { useEffect } from 'react';

/** Names of the editor's themes, as GraphiQL wants them. */
export const editorTheme = { light: 'polku-light', dark: 'polku-dark' };

const transparent = '#ffffff00';

/** Gives the editors the size and colours of the frame, and follows the system between light and dark. */
export function EditorTheme() {
  const monaco = useMonaco((state) => state.monaco);
  const { queryEditor, variableEditor, responseEditor } = useGraphiQL(
    pick('queryEditor', 'variableEditor', 'responseEditor'),
  );
  useEffect(() => {
    for (const editor of [queryEditor, variableEditor, responseEditor])
      editor?.updateOptions({ fontSize: 13 });
  }, [queryEditor, variableEditor, responseEditor]);

  useEffect(() => {
    if (!monaco) return;
    monaco.editor.defineTheme(editorTheme.light, {
      base: 'vs',
      inherit: true,
      colors: { 'editor.background': transparent, focusBorder: '#17606a', 'textLink.foreground': '#17606a' },
      rules: [
        { token: 'keyword.gql', foreground: '7a3e9d' },
        { token: 'argument.identifier.gql', foreground: '9a4c12' },
        { token: 'string.key.json', foreground: '17606a' },
        { token: 'string.value.json', foreground: '2f6b37' },
      ],
    });
    monaco.editor.defineTheme(editorTheme.dark, {
      base: 'vs-dark',
      inherit: true,
      colors: { 'editor.background': transparent, focusBorder: '#7fcdd2', 'textLink.foreground': '#7fcdd2' },
      rules: [
        { token: 'keyword.gql', foreground: 'c9a3e8' },
        { token: 'argument.identifier.gql', foreground: 'e6a067' },
        { token: 'string.key.json', foreground: '7fcdd2' },
        { token: 'string.value.json', foreground: '9fd6a6' },
      ],
    });
    const dark = window.matchMedia('(prefers-color-scheme: dark)');
    const follow = (): void => monaco.editor.setTheme(dark.matches ? editorTheme.dark : editorTheme.light);
    follow();
    dark.addEventListener('change', follow);
    return () => dark.removeEventListener('change', follow);
  }, [monaco]);
  return null;
}

import { type GraphiQLPlugin, pick, useGraphiQL, useGraphiQLActions, useMonaco } from '@graphiql/react';
import { GraphiQL } from 'graphiql';
import { Kind, parse } from 'graphql';
import editorWorker from 'monaco-editor/esm/vs/editor/editor.worker.js?worker';
import jsonWorker from 'monaco-editor/esm/vs/language/json/json.worker.js?worker';
import graphqlWorker from 'monaco-graphql/esm/graphql.worker.js?worker';
import { createContext, Suspense, useContext, useEffect, useImperativeHandle, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Waiting } from '../parts/waiting.js';
import { ExampleList } from './exampleList.js';
import { FieldDocs } from './fieldDocs.js';
import styles from './graphiql.css?stylesheet';
import type { EditorProps, OperationEditor, WrittenOperation } from './operation.js';

/**
 * Replaces localStorage: queries, variables and answers contain ids of people, and must not outlive the page.
 */
function createMemoryStorage(): Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'clear' | 'length'> {
  const items = new Map<string, string>();
  return {
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
    clear: () => items.clear(),
    get length() {
      return items.size;
    },
  };
}

const addresses: Readonly<Record<string, string>> = { json: jsonWorker, graphql: graphqlWorker };

/** Tells Monaco where its workers are: next to this script, never elsewhere. */
function installMonacoWorkers(): void {
  window.MonacoEnvironment = {
    getWorker: (_id, label) => new Worker(new URL(addresses[label] ?? editorWorker, import.meta.url)),
  };
}

installMonacoWorkers();
const storage = createMemoryStorage();

const PanelContext = createContext<Pick<EditorProps, 'schema' | 'onReport'> | undefined>(undefined);

/** GraphiQL, with panels of examples and of fields. Its own words are English. */
export function GraphiqlEditor({ schema, ask, onReport, initialQuery, editor }: EditorProps) {
  const { t } = useTranslation('explorer');
  const plugins = useMemo(
    (): [GraphiQLPlugin, GraphiQLPlugin] => [
      { title: t('examplesTab'), icon: ExamplesIcon, content: ExamplesPanel },
      { title: t('fieldsTab'), icon: FieldsIcon, content: FieldsPanel },
    ],
    [t],
  );
  const panel = useMemo(() => ({ schema, onReport }), [schema, onReport]);
  return (
    <div className="large-editor">
      <link rel="stylesheet" href={new URL(styles, import.meta.url).href} precedence="explorer" />
      <PanelContext value={panel}>
        <GraphiQL
          fetcher={ask}
          schema={schema}
          storage={storage}
          plugins={plugins}
          visiblePlugin={plugins[0]}
          defaultQuery={initialQuery}
          defaultEditorToolsVisibility="variables"
          isHeadersEditorEnabled={false}
          shouldPersistHeaders={false}
          forcedTheme="system"
          editorTheme={editorTheme}
        >
          <GraphiQL.Logo>{null}</GraphiQL.Logo>
          <EditorTheme />
          <EditorHandle editor={editor} />
        </GraphiQL>
      </PanelContext>
    </div>
  );
}

/** Lets the page read and write the question as soon as there are editors. */
function EditorHandle({ editor }: Pick<EditorProps, 'editor'>) {
  const operationEditor = useOperationEditor();
  useImperativeHandle<OperationEditor | null, OperationEditor | null>(editor, () => operationEditor ?? null, [
    operationEditor,
  ]);
  return null;
}

function ExamplesPanel() {
  const panel = useContext(PanelContext);
  const operationEditor = useOperationEditor();
  const { run } = useGraphiQLActions();
  const writeAndRun =
    operationEditor &&
    (async (operation: WrittenOperation): Promise<void> => {
      operationEditor.write(operation);
      await run();
    });
  return panel && <ExampleList {...panel} onRun={writeAndRun} />;
}

/** Waits for its texts by itself, because the editors next to it must stay where they are. */
function FieldsPanel() {
  return (
    <Suspense fallback={<Waiting />}>
      <FieldDocs />
    </Suspense>
  );
}

/** The two editors as one; undefined until they exist. */
function useOperationEditor(): OperationEditor | undefined {
  const { queryEditor, variableEditor } = useGraphiQL(pick('queryEditor', 'variableEditor'));
  const { setOperationFacts } = useGraphiQLActions();
  return useMemo(
    () =>
      queryEditor &&
      variableEditor && {
        read: () => ({ query: queryEditor.getValue(), variables: variableEditor.getValue() }),
        write({ query, variables }) {
          queryEditor.setValue(query);
          variableEditor.setValue(variables);
          const documentAST = parse(query);
          const operations = documentAST.definitions.filter(
            (definition) => definition.kind === Kind.OPERATION_DEFINITION,
          );
          // GraphiQL computes these, too, but only after a moment. A run before that would send the old name.
          const operationName = operations[0]?.name?.value;
          setOperationFacts({ documentAST, operations, ...(operationName && { operationName }) });
        },
      },
    [queryEditor, variableEditor, setOperationFacts],
  );
}

function ExamplesIcon() {
  return (
    <svg viewBox="0 0 20 20" fill="none" stroke="currentColor" strokeWidth="1.5" aria-hidden="true">
      <path d="M5 17.500c0-5 10-3.500 10-8S8 8 9.500 2.500" strokeLinecap="round" />
    </svg>
  );
}

function FieldsIcon() {
  return (
    <svg viewBox="0 0 20 20" fill="none" stroke="currentColor" strokeWidth="1.5" aria-hidden="true">
      <path d="M4 5h12M4 10h12M4 15h7" strokeLinecap="round" />
    </svg>
  );
}

/** Names of the themes of the editor, in the form that GraphiQL needs. */
const editorTheme = { light: 'polku-light', dark: 'polku-dark' };

/** Colours of words of a question, in six hexadecimal digits. */
const colors = {
  light: { accent: '17606a', keyword: '7a3e9d', argument: '9a4c12', text: '2f6b37' },
  dark: { accent: '7fcdd2', keyword: 'c9a3e8', argument: 'e6a067', text: '9fd6a6' },
};
const TRANSPARENT = '#ffffff00';

function themeOf(scheme: keyof typeof colors) {
  const { accent, keyword, argument, text } = colors[scheme];
  return {
    base: scheme === 'light' ? ('vs' as const) : ('vs-dark' as const),
    inherit: true,
    colors: {
      'editor.background': TRANSPARENT,
      focusBorder: `#${accent}`,
      'textLink.foreground': `#${accent}`,
    },
    rules: [
      { token: 'keyword.gql', foreground: keyword },
      { token: 'argument.identifier.gql', foreground: argument },
      { token: 'string.key.json', foreground: accent },
      { token: 'string.value.json', foreground: text },
    ],
  };
}

/** Gives the editors the size and colours of the frame, and follows the system between light and dark. */
function EditorTheme() {
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
    for (const scheme of ['light', 'dark'] as const)
      monaco.editor.defineTheme(editorTheme[scheme], themeOf(scheme));
    const dark = window.matchMedia('(prefers-color-scheme: dark)');
    const follow = (): void => monaco.editor.setTheme(dark.matches ? editorTheme.dark : editorTheme.light);
    follow();
    dark.addEventListener('change', follow);
    return () => dark.removeEventListener('change', follow);
  }, [monaco]);
  return null;
}

import { pick, useGraphiQL, useMonaco } from '@graphiql/react';
import { GraphiQL } from 'graphiql';
import editorWorker from 'monaco-editor/esm/vs/editor/editor.worker.js?worker';
import jsonWorker from 'monaco-editor/esm/vs/language/json/json.worker.js?worker';
import graphqlWorker from 'monaco-graphql/esm/graphql.worker.js?worker';
import { useEffect, useMemo, useRef, useState } from 'react';
import { Switch } from 'react-aria-components';
import { examples } from '../examples/examples.js';
import { noShortcomings, readShortcomings, type Shortcomings } from '../refusals/readShortcomings.js';
import { ShortcomingsBanner } from '../refusals/shortcomingsBanner.js';
import type { GatewayQuestion } from '../session/gatewayClient.js';
import { useSession } from '../session/session.js';
import { useFormat } from '../texts/useFormat.js';
import { examplesPlugin, ExamplesPluginContext } from './examplesPlugin.js';
import styles from './explorer.css?stylesheet';

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
const plugins = [examplesPlugin];
const welcome = examples[0]!.query;

interface ExplorerNotice {
  readonly shortcomings: Shortcomings;
  readonly note: string | undefined;
}
const nothing: ExplorerNotice = { shortcomings: noShortcomings, note: undefined };

/**
 * GraphiQL for the chosen persona and purpose. Another persona or purpose gets another GraphiQL, so that no
 * schema, answer or running request of one is shown for the other. Tabs and texts remain.
 */
export function ExplorerPage() {
  const { client } = useSession();
  const [partial, setPartial] = useState(false);
  return (
    <div className="explorer">
      <link rel="stylesheet" href={new URL(styles, import.meta.url).href} precedence="explorer" />
      <Switch isSelected={partial} onChange={setPartial}>
        <span className="switch-track" aria-hidden="true" />
        Partial answers: what policy shows, instead of refusing everything
      </Switch>
      <Explorer key={`${client.persona} ${client.purpose}`} partial={partial} />
    </div>
  );
}

function Explorer({ partial }: { readonly partial: boolean }) {
  const { client } = useSession();
  const { language } = useFormat();
  const [notice, setNotice] = useState(nothing);
  const partialNow = useRef(partial);
  partialNow.current = partial;

  const fetcher = useMemo(
    () => async (question: GatewayQuestion) => {
      const isIntrospection = question.operationName === 'IntrospectionQuery';
      if (!isIntrospection) setNotice(nothing);
      const { answer } = await client.ask(question, { language, partial: partialNow.current });
      if (!isIntrospection) setNotice({ shortcomings: readShortcomings(answer), note: undefined });
      return answer;
    },
    [client, language],
  );

  return (
    <ExamplesPluginContext value={setNotice}>
      <GraphiQL
        fetcher={fetcher}
        storage={storage}
        plugins={plugins}
        visiblePlugin={examplesPlugin}
        defaultQuery={welcome}
        defaultEditorToolsVisibility="variables"
        isHeadersEditorEnabled={false}
        shouldPersistHeaders={false}
        forcedTheme="system"
        editorTheme={editorTheme}
      >
        <GraphiQL.Logo>{null}</GraphiQL.Logo>
        <GraphiQL.Footer>
          {notice.note && (
            <p className="banner" role="status" data-testid="note">
              {notice.note}
            </p>
          )}
          <ShortcomingsBanner {...notice.shortcomings} />
        </GraphiQL.Footer>
        <EditorTheme />
      </GraphiQL>
    </ExamplesPluginContext>
  );
}

/** Names of the themes of the editor, in the form that GraphiQL needs. */
const editorTheme = { light: 'polku-light', dark: 'polku-dark' };

const transparent = '#ffffff00';

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

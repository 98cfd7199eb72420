import { GraphiQL } from 'graphiql';
import { useMemo, useRef, useState } from 'react';
import { examples } from '../examples/examples.js';
import { noShortcomings, readShortcomings, type Shortcomings } from '../refusals/readShortcomings.js';
import { ShortcomingsBanner } from '../refusals/shortcomingsBanner.js';
import type { Question } from '../session/gatewayClient.js';
import { useSession } from '../session/session.js';
import { EditorTheme, editorTheme } from './editorTheme.js';
import { examplesPlugin, ExamplesPluginContext } from './examplesPlugin.js';
import { createMemoryStorage } from './memoryStorage.js';
import { installMonacoWorkers } from './monacoWorkers.js';
import 'graphiql/style.css';
import './explorer.css';

installMonacoWorkers();
const storage = createMemoryStorage();
const plugins = [examplesPlugin];
const welcome = examples[0]!.query;

interface Outcome {
  readonly shortcomings: Shortcomings;
  readonly note: string | undefined;
}
const nothing: Outcome = { shortcomings: noShortcomings, note: undefined };

/**
 * GraphiQL, asking as the chosen persona for the chosen purpose. Another persona or purpose gets another GraphiQL, so
 * that no schema, answer or request under way of the one can be taken for the other's; tabs and texts are kept.
 */
export function ExplorerPage() {
  const { client } = useSession();
  return <Explorer key={`${client.persona} ${client.purpose}`} />;
}

function Explorer() {
  const { client, partial } = useSession();
  const [outcome, setOutcome] = useState(nothing);
  const partialNow = useRef(partial);
  partialNow.current = partial;

  const fetcher = useMemo(
    () => async (question: Question) => {
      const isIntrospection = question.operationName === 'IntrospectionQuery';
      if (!isIntrospection) setOutcome(nothing);
      const answer = await client.ask(question, partialNow.current);
      if (!isIntrospection) setOutcome({ shortcomings: readShortcomings(answer), note: undefined });
      return answer;
    },
    [client],
  );

  return (
    <ExamplesPluginContext value={setOutcome}>
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
          {outcome.note && (
            <p className="banner" role="status" data-testid="note">
              {outcome.note}
            </p>
          )}
          <ShortcomingsBanner {...outcome.shortcomings} />
        </GraphiQL.Footer>
        <EditorTheme />
      </GraphiQL>
    </ExamplesPluginContext>
  );
}

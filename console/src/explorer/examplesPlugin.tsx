import { type GraphiQLPlugin, pick, useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { Kind, parse } from 'graphql';
import { createContext, useContext, useState } from 'react';
import { type Example, examples } from '../examples/examples.js';
import { noShortcomings, readShortcomings, type Shortcomings } from '../refusals/readShortcomings.js';
import type { GatewayClient } from '../session/gatewayClient.js';
import { useSession } from '../session/session.js';
import type { TextLanguage } from '../texts/languages.js';
import { useFormat } from '../texts/useFormat.js';

/** Receives the reason why an example cannot run. */
export const ExamplesPluginContext = createContext<
  (outcome: { shortcomings: Shortcomings; note: string | undefined }) => void
>(() => undefined);

/** A panel of GraphiQL with example operations. */
export const examplesPlugin: GraphiQLPlugin = {
  title: 'Examples',
  icon: ExamplesIcon,
  content: ExamplesPanel,
};

function ExamplesPanel() {
  const report = useContext(ExamplesPluginContext);
  const runExample = useRunExample(report);
  const [busy, setBusy] = useState<Example>();

  const choose = async (example: Example): Promise<void> => {
    setBusy(example);
    await runExample?.(example);
    setBusy(undefined);
  };

  return (
    <section className="examples" aria-label="Examples">
      <h2>Examples</h2>
      <p>A click writes one into the editor and runs it.</p>
      <ul>
        {examples.map((example) => (
          <li key={example.title}>
            <button
              type="button"
              disabled={!runExample}
              aria-busy={busy === example}
              onClick={() => void choose(example)}
            >
              <strong>{example.title}</strong>
              <span>{example.explanation}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function ExamplesIcon() {
  return (
    <svg viewBox="0 0 20 20" fill="none" stroke="currentColor" strokeWidth="1.5" aria-hidden="true">
      <path d="M5 17.500c0-5 10-3.500 10-8S8 8 9.500 2.500" strokeLinecap="round" />
    </svg>
  );
}

type ReportShortcomings = (outcome: { shortcomings: Shortcomings; note: string | undefined }) => void;

/**
 * Writes an example into the editor, with the id of somebody that the caller may see, and runs it. undefined
 * until the editors exist.
 */
function useRunExample(report: ReportShortcomings): ((example: Example) => Promise<void>) | undefined {
  const { client, purpose } = useSession();
  const { label, language } = useFormat();
  const { queryEditor, variableEditor, responseEditor } = useGraphiQL(
    pick('queryEditor', 'variableEditor', 'responseEditor'),
  );
  const { addTab, run, setOperationFacts } = useGraphiQLActions();

  if (!queryEditor || !variableEditor || !responseEditor) return undefined;
  return async ({ query, about }) => {
    // A text that the user wrote is not overwritten: it keeps its tab.
    const written = queryEditor.getValue().trim();
    if (written !== '' && !examples.some((example) => example.query.trim() === written)) addTab();

    const subject = about && (await findSubject(client, about, language));
    queryEditor.setValue(query);
    variableEditor.setValue(subject ? JSON.stringify({ id: subject.id ?? '' }, null, 2) : '');
    const documentAST = parse(query);
    const operations = documentAST.definitions.filter(
      (definition) => definition.kind === Kind.OPERATION_DEFINITION,
    );
    // The editor computes these, too, but only after a moment, and the run must not wait for it.
    const operationName = operations[0]?.name?.value;
    setOperationFacts({ documentAST, operations, ...(operationName && { operationName }) });

    if (subject && subject.id === undefined) {
      const note = `For the purpose ${label(purpose.label).toLowerCase()}, you are given no list of people, so there is no id of a ${about} to fill in.`;
      // The answer to another question must not stay below this one.
      responseEditor.setValue('');
      report({ shortcomings: subject.shortcomings, note });
      return;
    }
    report({ shortcomings: noShortcomings, note: undefined });
    await run();
  };
}

/** An id for an example, or the reason why there is none. */
interface ExampleSubject {
  readonly id: string | undefined;
  readonly shortcomings: Shortcomings;
}

interface ExamplePerson {
  readonly id: string;
  readonly families?: readonly { readonly family: { readonly id: string } | null }[] | null;
}

const queries = {
  person: 'query SomePerson { persons(first: 1) { nodes { id } } }',
  family: 'query SomeFamily { persons(first: 20) { nodes { id families { family { id } } } } }',
};

/** The first person that the client may see, or the first family of such a person. */
async function findSubject(
  client: GatewayClient,
  about: 'person' | 'family',
  language: TextLanguage,
): Promise<ExampleSubject> {
  const { answer } = await client.ask<{ persons: { nodes: readonly ExamplePerson[] | null } | null }>(
    { query: queries[about] },
    { language, partial: false },
  );
  const people = answer.data?.persons?.nodes ?? [];
  const id =
    about === 'person'
      ? people[0]?.id
      : people.flatMap(({ families }) => families ?? []).find(({ family }) => family)?.family?.id;
  return { id, shortcomings: id === undefined ? readShortcomings(answer) : noShortcomings };
}

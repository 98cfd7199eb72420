import { pick, useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { Kind, parse } from 'graphql';
import { type Example, examples } from '../examples/examples.js';
import { noShortcomings, type Shortcomings } from '../refusals/readShortcomings.js';
import { useSession } from '../session/session.js';
import { findSubject } from './findSubject.js';

type Tell = (outcome: { shortcomings: Shortcomings; note: string | undefined }) => void;

/**
 * Writes an example into the editor, with the id of someone who may be seen, and runs it.
 * undefined until the editors are there.
 */
export function useRunExample(tell: Tell): ((example: Example) => Promise<void>) | undefined {
  const { client, persona, purpose } = useSession();
  const { queryEditor, variableEditor, responseEditor } = useGraphiQL(
    pick('queryEditor', 'variableEditor', 'responseEditor'),
  );
  const { addTab, run, setOperationFacts } = useGraphiQLActions();

  if (!queryEditor || !variableEditor || !responseEditor) return undefined;
  return async ({ query, about }) => {
    // What somebody wrote is not overwritten: it keeps its tab.
    const written = queryEditor.getValue().trim();
    if (written !== '' && !examples.some((example) => example.query.trim() === written)) addTab();

    const subject = about && (await findSubject(client, about));
    queryEditor.setValue(query);
    variableEditor.setValue(subject ? JSON.stringify({ id: subject.id ?? '' }, null, 2) : '');
    const documentAST = parse(query);
    const operations = documentAST.definitions.filter(
      (definition) => definition.kind === Kind.OPERATION_DEFINITION,
    );
    // The editor finds these out too, but only after a moment; running must not wait for it.
    const operationName = operations[0]?.name?.value;
    setOperationFacts({ documentAST, operations, ...(operationName && { operationName }) });

    if (subject && subject.id === undefined) {
      const note = `For the purpose ${purpose.label.toLowerCase()}, ${persona.label} is given no list of people, so there is no id of a ${about} to fill in.`;
      // The answer to another question must not stand below this one.
      responseEditor.setValue('');
      tell({ shortcomings: subject.shortcomings, note });
      return;
    }
    tell({ shortcomings: noShortcomings, note: undefined });
    await run();
  };
}

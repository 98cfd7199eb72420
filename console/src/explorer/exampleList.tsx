import { type GraphQLSchema, parse, validate } from 'graphql';
import { useMemo, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { useTranslation } from 'react-i18next';
import { type Example, examples } from '../examples/examples.js';
import { useSession } from '../session/session.js';
import { useFormat } from '../texts/useFormat.js';
import { findSubject } from './exampleSubject.js';
import type { ExplorerReport, WrittenOperation } from './operation.js';

interface ExampleListProps {
  /** What the user may see for the purpose. Examples that do not fit it are left out. */
  readonly schema: GraphQLSchema;
  /** undefined: the editor is not ready. */
  readonly onRun: ((operation: WrittenOperation) => Promise<void>) | undefined;
  readonly onReport: ExplorerReport;
}

/** The examples that policy opens to the user for the purpose. One is filled in and run when it is chosen. */
export function ExampleList({ schema, onRun, onReport }: ExampleListProps) {
  const { t } = useTranslation('explorer');
  const { client, purpose } = useSession();
  const { label, language } = useFormat();
  const [busy, setBusy] = useState<Example>();
  const open = useMemo(
    () => examples.filter(({ query }) => validate(schema, parse(query)).length === 0),
    [schema],
  );

  const choose = async (example: Example, run: (operation: WrittenOperation) => Promise<void>) => {
    setBusy(example);
    try {
      const subject = example.about && (await findSubject(client, example.about, language));
      if (subject && subject.id === undefined) {
        const note = t('nobody', { purpose: label(purpose.label) });
        onReport({ shortcomings: subject.shortcomings, note });
        return;
      }
      const variables = subject ? JSON.stringify({ id: subject.id }, null, 2) : '';
      await run({ query: example.query, variables });
    } finally {
      setBusy(undefined);
    }
  };

  return (
    <section className="explorer-panel" aria-label={t('examplesTab')}>
      <p>{t('examplesLead')}</p>
      <ul className="example-list">
        {open.map((example) => (
          <li key={example.id}>
            <Button
              isDisabled={!onRun || busy !== undefined}
              onPress={() => onRun && void choose(example, onRun)}
            >
              <strong>{t(`examples.${example.id}.title`)}</strong>
              <span>{t(`examples.${example.id}.explanation`)}</span>
            </Button>
          </li>
        ))}
      </ul>
      {open.length < examples.length && (
        <p>{t('examplesHidden', { count: examples.length - open.length })}</p>
      )}
    </section>
  );
}

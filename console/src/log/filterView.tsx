import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { Form } from 'react-aria-components/Form';
import { useTranslation } from 'react-i18next';
import { Choice } from '../parts/choice.js';
import { TextBox } from '../parts/textBox.js';
import { useAnswer } from '../session/useAnswer.js';
import { daysAgo, type LoggedEntry, type LogFilter, endOf, startOf } from './decision.js';
import { DecisionResults } from './decisionResults.js';
import { ExportButton } from './exportButton.js';
import { type DayRange, PeriodFields } from './periodFields.js';
import { TermField } from './termField.js';
import { useDecisions } from './useDecisions.js';
import { codeWritten, type VocabularyAnswer, vocabularyQuery } from './vocabulary.js';

interface FilterViewProps {
  /** The filter that the view begins with. */
  readonly by: 'reader' | 'purpose' | 'export';
}

type OutcomeChoice = LoggedEntry['outcome'] | 'ANY' | 'BROKE_GLASS';

const USUAL_DAYS = 30;

/** Decisions by reader, or by purpose and organisation. */
export function FilterView({ by }: FilterViewProps) {
  const { t } = useTranslation('log');
  const search = useDecisions();
  const { data } = useAnswer<VocabularyAnswer>(vocabularyQuery, undefined, { enabled: by !== 'reader' });
  const { purposes = [], recipients = [] } = data?.policyVocabulary ?? {};
  const [reader, setReader] = useState('');
  const [purpose, setPurpose] = useState('');
  const [recipient, setRecipient] = useState('');
  const [outcome, setOutcome] = useState<OutcomeChoice>('ANY');
  const [period, setPeriod] = useState<DayRange>({ from: daysAgo(USUAL_DAYS), until: daysAgo(0) });
  const filter: LogFilter = {
    reader: codeWritten(reader, []),
    purpose: codeWritten(purpose, purposes),
    recipient: codeWritten(recipient, recipients),
    outcome: outcome === 'ANY' || outcome === 'BROKE_GLASS' ? undefined : outcome,
    brokeGlass: outcome === 'BROKE_GLASS' ? true : undefined,
    from: startOf(period.from),
    until: endOf(period.until),
  };
  const outcomes: readonly OutcomeChoice[] = ['ANY', 'ANSWERED', 'REFUSED', 'FAILED', 'BROKE_GLASS'];
  return (
    <>
      <p className="page-lead">{t(`${by}.lead`)}</p>
      <Form
        className="log-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (by !== 'export') search.search(filter);
        }}
      >
        {by !== 'purpose' && (
          <TextBox
            label={t('filter.reader')}
            hint={t('filter.readerHint')}
            value={reader}
            onChange={setReader}
          />
        )}
        {by !== 'reader' && (
          <>
            <TermField
              label={t('filter.purpose')}
              hint={t('filter.purposeHint')}
              terms={purposes}
              text={purpose}
              onChange={setPurpose}
            />
            <TermField
              label={t('filter.recipient')}
              hint={t('filter.recipientHint')}
              terms={recipients}
              text={recipient}
              onChange={setRecipient}
            />
          </>
        )}
        <Choice
          label={t('filter.outcome')}
          value={outcome}
          onChange={setOutcome}
          options={outcomes.map((id) => ({ id, label: t(`outcome.${id}`) }))}
        />
        <PeriodFields period={period} onChange={setPeriod} />
        {by === 'export' ? (
          <ExportButton filter={filter} isMain />
        ) : (
          <Button type="submit" className="react-aria-Button main-action">
            {t('search')}
          </Button>
        )}
      </Form>
      {by !== 'export' && <DecisionResults caption={t('results.caption')} search={search} />}
    </>
  );
}

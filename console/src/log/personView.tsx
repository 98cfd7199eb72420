import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { Form } from 'react-aria-components/Form';
import { useTranslation } from 'react-i18next';
import { Notice } from '../parts/notice.js';
import { ProblemNotice } from '../parts/problemNotice.js';
import { TextBox } from '../parts/textBox.js';
import { ShortcomingsBanner } from '../refusals/shortcomingsBanner.js';
import type { Shortcomings } from '../refusals/readShortcomings.js';
import { useAsk } from '../session/useAnswer.js';
import { endOf, startOf } from './decision.js';
import { DecisionResults } from './decisionResults.js';
import { type DayRange, PeriodFields } from './periodFields.js';
import personOfCode from './personOfCode.graphql';
import { useDecisions } from './useDecisions.js';

interface PersonAnswer {
  readonly personByIdentityCode: { readonly id: string } | null;
}

/** Who has read the data of one person. The code is sent once and forgotten; an id stays in the page. */
export function PersonView() {
  const { t } = useTranslation('log');
  const ask = useAsk<PersonAnswer>();
  const search = useDecisions();
  const [code, setCode] = useState('');
  const [period, setPeriod] = useState<DayRange>({ from: '', until: '' });
  const [miss, setMiss] = useState<'unknown' | 'invalid'>();
  const [problem, setProblem] = useState<unknown>();
  const [shortcomings, setShortcomings] = useState<Shortcomings>();

  const lookUp = async (): Promise<void> => {
    setCode('');
    setMiss(undefined);
    setProblem(undefined);
    setShortcomings(undefined);
    search.clear();
    try {
      const answer = await ask(personOfCode, { code });
      const person = answer.data?.personByIdentityCode?.id;
      if (person !== undefined)
        search.search({ person, from: startOf(period.from), until: endOf(period.until) });
      else if (answer.shortcomings.faults[0]?.code === 'IDENTITY_CODE_INVALID') setMiss('invalid');
      else if (answer.shortcomings.faults.length + answer.shortcomings.refusals.length > 0)
        setShortcomings(answer.shortcomings);
      else setMiss('unknown');
    } catch (fault) {
      setProblem(fault);
    }
  };
  return (
    <>
      <p className="page-lead">{t('person.lead')}</p>
      <Form
        className="log-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (code !== '') void lookUp();
        }}
      >
        <TextBox label={t('person.code')} value={code} onChange={setCode} isSecret />
        <PeriodFields period={period} onChange={setPeriod} />
        <Button type="submit" className="react-aria-Button main-action">
          {t('search')}
        </Button>
      </Form>
      {miss && (
        <Notice kind="information">{miss === 'unknown' ? t('person.unknown') : t('person.invalid')}</Notice>
      )}
      {problem !== undefined && <ProblemNotice problem={problem} />}
      {shortcomings && <ShortcomingsBanner {...shortcomings} />}
      <DecisionResults caption={t('person.caption')} search={search} />
    </>
  );
}

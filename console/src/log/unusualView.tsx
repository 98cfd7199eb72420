import { useEffect, useRef, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { Form } from 'react-aria-components/Form';
import { useTranslation } from 'react-i18next';
import { Modal } from '../parts/modal.js';
import { Notice } from '../parts/notice.js';
import { ProblemNotice } from '../parts/problemNotice.js';
import { Waiting } from '../parts/waiting.js';
import { useAsk } from '../session/useAnswer.js';
import { useFormat } from '../texts/useFormat.js';
import { daysAgo, type LogFilter, endOf, startOf } from './decision.js';
import { DecisionResults } from './decisionResults.js';
import { type DayRange, PeriodFields } from './periodFields.js';
import unusualAccess from './unusualAccess.graphql';
import { useDecisions } from './useDecisions.js';

interface Finding {
  readonly rule:
    'MANY_PEOPLE' | 'UNUSUAL_HOURS' | 'OWN_PEOPLE' | 'MANY_READERS' | 'REPEATED_BREAK_GLASS' | 'PROBING';
  readonly day: string;
  readonly reader: string | null;
  readonly recipient: string | null;
  readonly mark: string | null;
  readonly count: number;
  readonly limit: number;
  readonly usual: number | null;
  readonly usualOf: 'READER' | 'ROLE' | null;
  readonly basis: readonly string[];
}

interface UnusualAnswer {
  readonly unusualAccess: {
    readonly decisions: number;
    readonly isCut: boolean;
    readonly findings: readonly Finding[];
  } | null;
}

const USUAL_DAYS = 7;

/** What the rules find over a period, each with its rule in words. */
export function UnusualView() {
  const { t } = useTranslation('log');
  const ask = useAsk<UnusualAnswer>();
  const [period, setPeriod] = useState<DayRange>({ from: daysAgo(USUAL_DAYS), until: daysAgo(0) });
  const [found, setFound] = useState<UnusualAnswer['unusualAccess']>();
  const [problem, setProblem] = useState<unknown>();
  const [isWaiting, setIsWaiting] = useState(false);
  const [opened, setOpened] = useState<LogFilter>();
  const running = useRef<AbortController>(undefined);
  useEffect(() => () => running.current?.abort(), []);

  const search = async (): Promise<void> => {
    const { signal } = (running.current = new AbortController());
    setProblem(undefined);
    setFound(undefined);
    setIsWaiting(true);
    try {
      setFound((await ask(unusualAccess, { ...period }, signal)).data?.unusualAccess ?? null);
    } catch (fault) {
      if (!signal.aborted) setProblem(fault);
    } finally {
      setIsWaiting(false);
    }
  };
  return (
    <>
      <p className="page-lead">{t('unusual.lead')}</p>
      <Form
        className="log-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (period.from !== '' && period.until !== '') void search();
        }}
      >
        <PeriodFields period={period} onChange={setPeriod} />
        <Button type="submit" className="react-aria-Button main-action">
          {t('unusual.search')}
        </Button>
      </Form>
      {isWaiting && <Waiting />}
      {problem !== undefined && <ProblemNotice problem={problem} />}
      {found === null && <Notice kind="problem">{t('unusual.refused')}</Notice>}
      {found && (
        <>
          <p role="status">
            {t('unusual.count', { count: found.findings.length })}{' '}
            {t('unusual.decisions', { count: found.decisions })} {found.isCut && t('unusual.cut')}
          </p>
          <ul className="log-findings">
            {found.findings.map((finding, index) => (
              <li key={index} className="card">
                <FindingText {...finding} />
                <Button onPress={() => setOpened(filterOf(finding))}>{t('unusual.show')}</Button>
              </li>
            ))}
          </ul>
        </>
      )}
      {opened && <FindingDecisions filter={opened} onClose={() => setOpened(undefined)} />}
    </>
  );
}

function FindingText({ rule, day, reader, recipient, count, limit, usual, usualOf, basis }: Finding) {
  const { t } = useTranslation('log');
  const { date, number, list } = useFormat();
  return (
    <div>
      <h2>{t(`rule.${rule}.title`)}</h2>
      <p>
        {t(`rule.${rule}.found`, { reader, recipient, day: date(day), count, number: number(count) })}{' '}
        {usual !== null &&
          t(usualOf === 'READER' ? 'unusual.usualReader' : 'unusual.usualRole', { usual: number(usual) })}
      </p>
      <p className="log-rule">
        {t(`rule.${rule}.words`, { limit: number(limit) })} {t('unusual.basis', { basis: list(basis) })}
      </p>
    </div>
  );
}

/** The decisions behind a finding. */
function filterOf({ day, reader, recipient, mark, rule }: Finding): LogFilter {
  const period = { from: startOf(day), until: endOf(day) };
  if (mark !== null) return { mark, ...period };
  const only = rule === 'REPEATED_BREAK_GLASS' ? { brokeGlass: true } : {};
  return { reader: reader ?? undefined, recipient: recipient ?? undefined, ...only, ...period };
}

interface FindingDecisionsProps {
  readonly filter: LogFilter;
  readonly onClose: () => void;
}

function FindingDecisions({ filter, onClose }: FindingDecisionsProps) {
  const { t } = useTranslation('log');
  const search = useDecisions();
  const isAsked = useRef(false);
  useEffect(() => {
    if (isAsked.current) return;
    isAsked.current = true;
    search.search(filter);
  });
  return (
    <Modal title={t('unusual.decisionsTitle')} isOpen onClose={onClose}>
      <DecisionResults caption={t('results.caption')} search={search} />
    </Modal>
  );
}

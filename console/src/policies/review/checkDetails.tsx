import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { DataTable } from '../../parts/dataTable.js';
import { Notice } from '../../parts/notice.js';
import { useColumnNames } from '../matrix/useColumnNames.js';
import { YamlDifference } from '../revisions/yamlDifference.js';
import { countWidening, type DraftCheck } from './draftCheck.js';

interface CheckProps {
  readonly check: DraftCheck;
}

/** Texts of more files fold away: the first revision sets all of them. */
const FILES_AT_ONCE = 3;

/** What a change means: sentences first, then stored operations, examples and tests, and the texts. */
export function CheckDetails({ check }: CheckProps) {
  return (
    <>
      <Problems check={check} />
      {check.compiles && (
        <>
          <Differences check={check} />
          <Operations check={check} />
          <Examples check={check} />
          <Tests check={check} />
        </>
      )}
      <Texts check={check} />
    </>
  );
}

function Part({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className="policy-section">
      <h2>{title}</h2>
      {children}
    </section>
  );
}

function Problems({ check: { problems } }: CheckProps) {
  const { t } = useTranslation('policies');
  if (problems.length === 0) return null;
  const isWrong = problems.some(({ severity }) => severity === 'ERROR');
  return (
    <Notice kind={isWrong ? 'problem' : 'warning'}>
      <p>{t(isWrong ? 'check.doesNotCompile' : 'check.warnings')}</p>
      <ul lang="en">
        {problems.map(({ file, line, message, fix }, index) => (
          <li key={index}>
            <code>
              {file}:{line}
            </code>{' '}
            {message} {fix}
          </li>
        ))}
      </ul>
    </Notice>
  );
}

/** Each difference as a sentence. What lets somebody see more is marked by a word and comes first. */
function Differences({ check }: CheckProps) {
  const { t } = useTranslation('policies');
  const { differences, omittedDifferences } = check;
  const widening = countWidening(check);
  return (
    <Part title={t('check.differences')}>
      <p>
        {differences.length === 0
          ? t('check.noDifferences')
          : t('check.differenceCount', { count: differences.length, widening })}
      </p>
      <ul className="changes">
        {differences.map(({ sentence, effect }, index) => (
          <li key={index} className={`change-${effect.toLowerCase()}`}>
            <span className="change-mark">{t(`check.effect.${effect}`)}</span>
            {sentence}
          </li>
        ))}
      </ul>
      {omittedDifferences > 0 && <p>{t('check.omitted', { count: omittedDifferences })}</p>}
    </Part>
  );
}

function Operations({ check: { operations } }: CheckProps) {
  const { t } = useTranslation('policies');
  return (
    <Part title={t('check.operations')}>
      {operations.length === 0 ? (
        <p>{t('check.noOperations')}</p>
      ) : (
        <ul className="changes">
          {operations.map(({ name, outcome, changes }) => (
            <li key={name} className={`outcome-${outcome.toLowerCase()}`}>
              <span className="change-mark">{t(`check.outcome.${outcome}`)}</span>
              <code>{name}</code>
              <ul>
                {changes.map((change, index) => (
                  <li key={index}>{change}</li>
                ))}
              </ul>
            </li>
          ))}
        </ul>
      )}
    </Part>
  );
}

function Examples({ check: { examples } }: CheckProps) {
  const { t } = useTranslation('policies');
  const nameOf = useColumnNames();
  if (examples.length === 0) return null;
  return (
    <Part title={t('check.examples')}>
      <p>{t('check.examplesLead')}</p>
      <DataTable
        caption={t('check.examplesCaption')}
        rows={examples}
        rowKey={(_, index) => index}
        columns={[
          {
            id: 'field',
            heading: t('matrix.field'),
            isRowHeading: true,
            cell: ({ coordinate }) => <code>{coordinate}</code>,
          },
          { id: 'who', heading: t('matrix.column'), cell: ({ purpose, role }) => nameOf(purpose, role) },
          { id: 'value', heading: t('check.value'), cell: ({ value }) => value },
          { id: 'before', heading: t('check.before'), cell: ({ before }) => before ?? t('effect.DENY') },
          { id: 'after', heading: t('check.after'), cell: ({ after }) => after ?? t('effect.DENY') },
        ]}
      />
    </Part>
  );
}

function Tests({ check: { tests, failingTests } }: CheckProps) {
  const { t } = useTranslation('policies');
  const failed = tests.filter(({ passed }) => !passed);
  return (
    <Part title={t('check.tests')}>
      <p>{t('check.testCount', { count: tests.length, failing: failingTests.length })}</p>
      {failed.length > 0 && (
        <ul className="changes">
          {failed.map(({ name, file, line, message }) => (
            <li key={name} className="change-widens">
              <span className="change-mark">{t('check.failed')}</span>
              {name} <code>{`${file}:${line}`}</code>
              <pre lang="en">{message}</pre>
            </li>
          ))}
        </ul>
      )}
    </Part>
  );
}

function Texts({ check: { files } }: CheckProps) {
  const { t } = useTranslation('policies');
  return (
    <Part title={t('check.texts')}>
      {files.map(({ name, before, after }) => (
        <details key={name} className="file-difference" open={files.length <= FILES_AT_ONCE}>
          <summary>{name}</summary>
          {before === after ? (
            <p>{t('check.renewed')}</p>
          ) : (
            <YamlDifference file={name} before={before ?? ''} after={after ?? ''} />
          )}
        </details>
      ))}
    </Part>
  );
}

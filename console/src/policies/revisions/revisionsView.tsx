import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { DataTable } from '../../parts/dataTable.js';
import { Notice } from '../../parts/notice.js';
import { PageHeading } from '../../parts/pageHeading.js';
import { ProblemNotice } from '../../parts/problemNotice.js';
import { Waiting } from '../../parts/waiting.js';
import { ShortcomingsBanner } from '../../refusals/shortcomingsBanner.js';
import { useAnswer } from '../../session/useAnswer.js';
import { useFormat } from '../../texts/useFormat.js';
import {
  filesInForce,
  type ShownRevision,
  type ShownSigning,
  revisionsQuery,
  signingQuery,
} from './policyRevisions.js';

/** Every revision, what waits for signatures, and what will expire. */
export function RevisionsView() {
  const { t } = useTranslation('policies');
  const signing = useAnswer<{ policySigning: ShownSigning | null }>(signingQuery);
  const isSigned = signing.data?.policySigning?.isNeeded;
  const { data, shortcomings, problem, isWaiting, retry } = useAnswer<{
    policyRevisions: readonly ShownRevision[] | null;
  }>(revisionsQuery, undefined, { enabled: isSigned === true });
  const revisions = data?.policyRevisions;
  const fault = problem ?? signing.problem;
  return (
    <>
      <PageHeading title={t('revisions.title')} lead={t('revisions.lead')} />
      {fault !== undefined && (
        <ProblemNotice problem={fault} retry={signing.problem === undefined ? retry : signing.retry} />
      )}
      <ShortcomingsBanner {...signing.shortcomings} />
      <ShortcomingsBanner {...shortcomings} />
      {(isWaiting || signing.isWaiting) && <Waiting />}
      {isSigned === false && <Notice kind="information">{t('revisions.dev')}</Notice>}
      {revisions && (
        <>
          <WaitingRevisions revisions={revisions} />
          <FilesInForce revisions={revisions} />
          <History revisions={revisions} />
        </>
      )}
    </>
  );
}

interface RevisionsProps {
  readonly revisions: readonly ShownRevision[];
}

/** What somebody has to decide. It comes first. */
function WaitingRevisions({ revisions }: RevisionsProps) {
  const { t } = useTranslation('policies');
  const { moment } = useFormat();
  const waiting = revisions.filter(({ standing }) => standing === 'WAITING');
  return (
    <section className="policy-section">
      <h2>{t('revisions.waiting')}</h2>
      {waiting.length === 0 && <p>{t('revisions.noneWaiting')}</p>}
      <ul className="waiting-revisions">
        {waiting.map((revision) => (
          <li key={revision.sequence} className="card">
            <h3>
              <Link to={`/policies/revisions/${revision.sequence}`}>
                {t('revisions.number', { sequence: revision.sequence })}: {revision.comment}
              </Link>
            </h3>
            <p>
              {t('revisions.by', { author: revision.author, time: moment(revision.proposedAt) })}{' '}
              {revision.files.join(', ')}
            </p>
            <p>
              <MissingWords revision={revision} />
            </p>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** "1 signature of health is missing" */
export function MissingWords({ revision: { missing } }: { readonly revision: ShownRevision }) {
  const { t } = useTranslation('policies');
  const { list } = useFormat();
  if (missing.length === 0) return <>{t('revisions.noneMissing')}</>;
  return <>{list(missing.map(({ registry, count }) => t('revisions.missing', { count, registry })))}</>;
}

/** Which revision each registry's rules are of, and when they end. */
function FilesInForce({ revisions }: RevisionsProps) {
  const { t } = useTranslation('policies');
  const { date } = useFormat();
  const files = filesInForce(revisions, new Date());
  return (
    <section className="policy-section">
      <h2>{t('revisions.inForce')}</h2>
      <p>{t('revisions.inForceLead')}</p>
      <DataTable
        caption={t('revisions.filesCaption')}
        rows={files}
        rowKey={({ file }) => file}
        columns={[
          { id: 'file', heading: t('revisions.file'), isRowHeading: true, cell: ({ file }) => file },
          {
            id: 'revision',
            heading: t('revisions.revision'),
            cell: ({ sequence }) => (
              <Link to={`/policies/revisions/${sequence}`}>{t('revisions.number', { sequence })}</Link>
            ),
          },
          {
            id: 'expires',
            heading: t('revisions.expires'),
            cell: ({ expiresAt, ending }) => (
              <>
                {date(expiresAt)} {ending && <strong className="soon">{t(`ending.${ending}`)}</strong>}
              </>
            ),
          },
        ]}
      />
    </section>
  );
}

function History({ revisions }: RevisionsProps) {
  const { t } = useTranslation('policies');
  const { date, moment } = useFormat();
  return (
    <section className="policy-section">
      <h2>{t('revisions.history')}</h2>
      <DataTable
        caption={t('revisions.historyCaption')}
        rows={revisions}
        rowKey={({ sequence }) => sequence}
        empty={t('revisions.none')}
        columns={[
          {
            id: 'sequence',
            heading: t('revisions.revision'),
            isRowHeading: true,
            cell: ({ sequence }) => (
              <Link to={`/policies/revisions/${sequence}`}>{t('revisions.number', { sequence })}</Link>
            ),
          },
          {
            id: 'standing',
            heading: t('revisions.standing'),
            cell: ({ standing }) => <Standing standing={standing} />,
          },
          { id: 'comment', heading: t('revisions.comment'), cell: ({ comment }) => comment },
          { id: 'author', heading: t('revisions.author'), cell: ({ author }) => author },
          { id: 'proposed', heading: t('revisions.proposed'), cell: (row) => moment(row.proposedAt) },
          { id: 'files', heading: t('revisions.files'), cell: ({ files }) => files.join(', ') },
          { id: 'expires', heading: t('revisions.expires'), cell: ({ expiresAt }) => date(expiresAt) },
        ]}
      />
    </section>
  );
}

/** The state of a revision in words. */
export function Standing({ standing }: Pick<ShownRevision, 'standing'>) {
  const { t } = useTranslation('policies');
  return <span className={`standing standing-${standing.toLowerCase()}`}>{t(`standing.${standing}`)}</span>;
}

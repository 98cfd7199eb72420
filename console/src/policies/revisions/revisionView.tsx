import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { Notice } from '../../parts/notice.js';
import { PageHeading } from '../../parts/pageHeading.js';
import { ProblemNotice } from '../../parts/problemNotice.js';
import { Waiting } from '../../parts/waiting.js';
import { ShortcomingsBanner } from '../../refusals/shortcomingsBanner.js';
import { useAnswer } from '../../session/useAnswer.js';
import { useFormat } from '../../texts/useFormat.js';
import { CheckDetails } from '../review/checkDetails.js';
import { DRAFT_CHECK, type DraftCheck } from '../review/draftCheck.js';
import { type RevisionDecision, DecideRevision } from './decideRevision.js';
import { type ShownSigning, type SignedText, REVISION, SIGNING } from './policyRevisions.js';
import { MissingWords, Standing } from './revisionsView.js';

interface RevisionAnswer {
  readonly policyRevisions: readonly SignedText[] | null;
  readonly policySigning: ShownSigning | null;
}

const checkQuery = `query RevisionCheck($sequence: Int!) { revisionCheck(sequence: $sequence) { ${DRAFT_CHECK} } }`;
const query = `query PolicyRevisionTexts {
  policyRevisions ${REVISION.replace('{', '{ payload')}
  policySigning ${SIGNING}
}`;

/** One revision: what it changes, and what the user may decide about it. */
export function RevisionView() {
  const { t } = useTranslation('policies');
  const sequence = Number(useParams()['sequence']);
  const { data, shortcomings, problem, isWaiting, retry } = useAnswer<RevisionAnswer>(query);
  const revisions = data?.policyRevisions;
  const revision = revisions?.find((one) => one.sequence === sequence);
  return (
    <>
      <PageHeading title={t('revision.title', { sequence })} lead={revision?.comment}>
        <Link to="/policies/revisions">{t('revision.back')}</Link>
      </PageHeading>
      {problem !== undefined && <ProblemNotice problem={problem} retry={retry} />}
      <ShortcomingsBanner {...shortcomings} />
      {isWaiting && <Waiting />}
      {revisions && !revision && <Notice kind="information">{t('revision.unknown')}</Notice>}
      {revisions && revision && data.policySigning && (
        <RevisionDetails revision={revision} signing={data.policySigning} onDecided={retry} />
      )}
    </>
  );
}

interface RevisionDetailsProps {
  readonly revision: SignedText;
  readonly signing: ShownSigning;
  readonly onDecided: () => void;
}

function RevisionDetails({ revision, signing, onDecided }: RevisionDetailsProps) {
  const { t } = useTranslation('policies');
  const { sequence, standing } = revision;
  const { data, shortcomings, problem, isWaiting, retry } = useAnswer<{ revisionCheck: DraftCheck | null }>(
    checkQuery,
    {
      sequence,
    },
  );
  const check = data?.revisionCheck;
  return (
    <>
      <Facts revision={revision} />
      {problem !== undefined && <ProblemNotice problem={problem} retry={retry} />}
      <ShortcomingsBanner {...shortcomings} />
      {isWaiting && <Waiting />}
      {check && <CheckDetails check={check} />}
      <Comments revision={revision} />
      {standing === 'WAITING' && check && (
        <Decide revision={revision} signing={signing} check={check} onDecided={onDecided} />
      )}
      {standing === 'SUPERSEDED' && (
        <p className="policy-section">
          <Link to={`/policies/revisions/${sequence}/back`}>{t('rollback.open')}</Link>
        </p>
      )}
    </>
  );
}

interface DecideProps extends RevisionDetailsProps {
  readonly check: DraftCheck;
}

/** What can be done about a waiting revision. It appears below the difference, so that this is read first. */
function Decide({ revision, signing, check, onDecided }: DecideProps) {
  const { t } = useTranslation('policies');
  const [decision, setDecision] = useState<RevisionDecision>();
  return (
    <section className="policy-section" aria-labelledby="decide">
      <h2 id="decide">{t('decide.title')}</h2>
      <p>{t('decide.lead')}</p>
      <div className="decide-bar">
        <Button
          className="react-aria-Button main-action"
          isDisabled={!check.compiles}
          onPress={() => setDecision('approve')}
        >
          {t('decide.approve')}
        </Button>
        <Button onPress={() => setDecision('reject')}>{t('decide.reject')}</Button>
        <Button onPress={() => setDecision('comment')}>{t('decide.comment')}</Button>
        <Button onPress={() => setDecision('withdraw')}>{t('decide.withdraw')}</Button>
      </div>
      {decision && (
        <DecideRevision
          decision={decision}
          revision={revision}
          signing={signing}
          check={check}
          onDecided={onDecided}
          onClose={() => setDecision(undefined)}
        />
      )}
    </section>
  );
}

/** What people of the owners said about the revision. */
function Comments({ revision: { comments } }: { readonly revision: SignedText }) {
  const { t } = useTranslation('policies');
  const { moment } = useFormat();
  if (comments.length === 0) return null;
  return (
    <section className="policy-section">
      <h2>{t('revision.comments')}</h2>
      <ul className="changes">
        {comments.map(({ person, time, comment }) => (
          <li key={`${person} ${time}`}>
            <span className="change-mark">
              {person}, {moment(time)}
            </span>
            {comment}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Facts({ revision }: { readonly revision: SignedText }) {
  const { t } = useTranslation('policies');
  const { moment, date } = useFormat();
  const { standing, author, proposedAt, expiresAt, files, signers } = revision;
  const { closedBy, closedBecause, overruled } = revision;
  return (
    <dl className="revision-facts">
      <dt>{t('revisions.standing')}</dt>
      <dd>
        <Standing standing={standing} />
      </dd>
      <dt>{t('revisions.author')}</dt>
      <dd>
        {author}, {moment(proposedAt)}
      </dd>
      <dt>{t('revisions.files')}</dt>
      <dd>{files.join(', ')}</dd>
      <dt>{t('revision.signers')}</dt>
      <dd>{signers.join(', ')}</dd>
      {standing === 'WAITING' && (
        <>
          <dt>{t('revision.lacks')}</dt>
          <dd>
            <MissingWords revision={revision} />
          </dd>
        </>
      )}
      {closedBy !== null && (
        <>
          <dt>{t('revision.closed')}</dt>
          <dd>
            {closedBy}: {closedBecause}
          </dd>
        </>
      )}
      {overruled && (
        <>
          <dt>{t('revision.overruled')}</dt>
          <dd>
            {overruled.tests.join('; ')}: {overruled.reason}
          </dd>
        </>
      )}
      <dt>{t('revisions.expires')}</dt>
      <dd>{date(expiresAt)}</dd>
    </dl>
  );
}

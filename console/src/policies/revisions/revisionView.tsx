import { useState } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { Notice } from '../../parts/notice.js';
import { PageHeading } from '../../parts/pageHeading.js';
import { ProblemNotice } from '../../parts/problemNotice.js';
import { Waiting } from '../../parts/waiting.js';
import { useAnswer } from '../../session/useAnswer.js';
import { useFormat } from '../../texts/useFormat.js';
import { type RevisionDecision, DecideRevision } from './decideRevision.js';
import { type ShownSigning, REVISION, SIGNING } from './policyRevisions.js';
import { MissingWords, Standing } from './revisionsView.js';
import { changedFiles, type SignedText } from './revisionTexts.js';
import { YamlDifference } from './yamlDifference.js';

interface RevisionAnswer {
  readonly policyRevisions: readonly SignedText[] | null;
  readonly policySigning: ShownSigning | null;
}

const query = `query PolicyRevisionTexts {
  policyRevisions ${REVISION.replace('}', 'payload }')}
  policySigning ${SIGNING}
}`;

/** One revision: what it changes, and what the user may decide about it. */
export function RevisionView() {
  const { t } = useTranslation('policies');
  const sequence = Number(useParams()['sequence']);
  const { data, problem, isWaiting, retry } = useAnswer<RevisionAnswer>(query);
  const revisions = data?.policyRevisions;
  const revision = revisions?.find((one) => one.sequence === sequence);
  return (
    <>
      <PageHeading title={t('revision.title', { sequence })} lead={revision?.comment}>
        <Link to="/policies/revisions">{t('revision.back')}</Link>
      </PageHeading>
      {problem !== undefined && <ProblemNotice problem={problem} retry={retry} />}
      {isWaiting && <Waiting />}
      {revisions && !revision && <Notice kind="information">{t('revision.unknown')}</Notice>}
      {revisions && revision && data.policySigning && (
        <RevisionDetails
          revision={revision}
          revisions={revisions}
          signing={data.policySigning}
          onDecided={retry}
        />
      )}
    </>
  );
}

interface RevisionDetailsProps {
  readonly revision: SignedText;
  readonly revisions: readonly SignedText[];
  readonly signing: ShownSigning;
  readonly onDecided: () => void;
}

function RevisionDetails({ revision, revisions, signing, onDecided }: RevisionDetailsProps) {
  const { t } = useTranslation('policies');
  const [decision, setDecision] = useState<RevisionDecision>();
  const { standing } = revision;
  return (
    <>
      <Facts revision={revision} />
      <section className="policy-section">
        <h2>{t('revision.yaml')}</h2>
        {changedFiles(revision, revisions).map((texts) => (
          <YamlDifference key={texts.file} {...texts} />
        ))}
      </section>
      {standing === 'WAITING' && (
        <section className="policy-section" aria-labelledby="decide">
          <h2 id="decide">{t('decide.title')}</h2>
          <p>{t('decide.lead')}</p>
          <div className="decide-bar">
            <Button className="react-aria-Button main-action" onPress={() => setDecision('approve')}>
              {t('decide.approve')}
            </Button>
            <Button onPress={() => setDecision('reject')}>{t('decide.reject')}</Button>
            <Button onPress={() => setDecision('withdraw')}>{t('decide.withdraw')}</Button>
          </div>
        </section>
      )}
      {decision && (
        <DecideRevision
          decision={decision}
          revision={revision}
          signing={signing}
          onDecided={onDecided}
          onClose={() => setDecision(undefined)}
        />
      )}
    </>
  );
}

function Facts({ revision }: { readonly revision: SignedText }) {
  const { t } = useTranslation('policies');
  const { moment, date } = useFormat();
  const { standing, author, proposedAt, expiresAt, files, signers, closedBy, closedBecause } = revision;
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
      <dt>{t('revisions.expires')}</dt>
      <dd>{date(expiresAt)}</dd>
    </dl>
  );
}

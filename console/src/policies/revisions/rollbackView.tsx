import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { PageHeading } from '../../parts/pageHeading.js';
import { ProblemNotice } from '../../parts/problemNotice.js';
import { Waiting } from '../../parts/waiting.js';
import { ShortcomingsBanner } from '../../refusals/shortcomingsBanner.js';
import { CheckDetails } from '../review/checkDetails.js';
import { DRAFT_CHECK, type DraftCheck } from '../review/draftCheck.js';
import { type DraftToSign, ProposalForm, type ProposalTerms } from '../review/proposalForm.js';
import { useAnswer, useAsk } from '../../session/useAnswer.js';
import { StepRefused } from './faultNotice.js';
import { type ShownSigning, SIGNING } from './policyRevisions.js';

const checkQuery = `query RollbackCheck($sequence: Int!) {
  rollbackCheck(sequence: $sequence) { ${DRAFT_CHECK} }
  policySigning ${SIGNING}
}`;
const payloadQuery = `query RollbackToSign(
  $sequence: Int!, $author: String!, $comment: String!, $days: Int!, $overrule: String
) {
  rollbackCheck(sequence: $sequence) {
    comparedWith
    payload(author: $author, comment: $comment, days: $days, overruleFailingTests: $overrule)
  }
}`;

interface RollbackAnswer {
  readonly rollbackCheck: DraftCheck | null;
  readonly policySigning: ShownSigning | null;
}

/** Proposes the policies of an earlier revision again, after showing what that changes. */
export function RollbackView() {
  const { t } = useTranslation('policies');
  const sequence = Number(useParams()['sequence']);
  const ask = useAsk<{ readonly rollbackCheck: DraftToSign | null }>();
  const { data, shortcomings, problem, isWaiting, retry } = useAnswer<RollbackAnswer>(checkQuery, {
    sequence,
  });
  const check = data?.rollbackCheck;
  const signing = data?.policySigning;

  async function toSign(terms: ProposalTerms): Promise<DraftToSign | null> {
    const answer = await ask(payloadQuery, { sequence, ...terms });
    const refused = StepRefused.of(answer.shortcomings);
    if (refused) throw refused;
    return answer.data?.rollbackCheck ?? null;
  }

  return (
    <>
      <PageHeading title={t('rollback.title', { sequence })} lead={t('rollback.lead')}>
        <Link to={`/policies/revisions/${sequence}`}>{t('revision.title', { sequence })}</Link>
      </PageHeading>
      {problem !== undefined && <ProblemNotice problem={problem} retry={retry} />}
      <ShortcomingsBanner {...shortcomings} />
      {isWaiting && <Waiting />}
      {check && <CheckDetails check={check} />}
      {check && signing && (
        <ProposalForm check={check} signing={signing} isReady={check.compiles} toSign={toSign} />
      )}
    </>
  );
}

import { useTranslation } from 'react-i18next';
import { Notice } from '../../parts/notice.js';
import { useAsk } from '../../session/useAnswer.js';
import { useFormat } from '../../texts/useFormat.js';
import { FaultNotice, StepRefused } from '../revisions/faultNotice.js';
import type { ShownSigning } from '../revisions/policyRevisions.js';
import { CheckDetails } from './checkDetails.js';
import { countWidening } from './draftCheck.js';
import { type DraftToSign, ProposalForm, type ProposalTerms } from './proposalForm.js';
import { type DraftChecking, type EditedDraft, useDraftCheck } from './useDraftCheck.js';

const payloadQuery = `query DraftToSign(
  $files: [PolicyFileInput!]!, $renew: [String!]!
  $author: String!, $comment: String!, $days: Int!, $overrule: String
) {
  checkPolicyDraft(files: $files, renew: $renew) {
    comparedWith
    payload(author: $author, comment: $comment, days: $days, overruleFailingTests: $overrule)
  }
}`;

interface DraftReviewProps {
  readonly draft: EditedDraft;
  readonly signing: ShownSigning;
}

/** Shows what a draft means while it is edited, and proposes it. */
export function DraftReview({ draft, signing }: DraftReviewProps) {
  const { t } = useTranslation('policies');
  const { list } = useFormat();
  const ask = useAsk<{ readonly checkPolicyDraft: DraftToSign | null }>();
  const checking = useDraftCheck(draft);
  const { check, isCurrent, problem, retry } = checking;

  async function toSign(terms: ProposalTerms): Promise<DraftToSign | null> {
    const { data, shortcomings } = await ask(payloadQuery, { ...draft, ...terms });
    const refused = StepRefused.of(shortcomings);
    if (refused) throw refused;
    return data?.checkPolicyDraft ?? null;
  }

  return (
    <>
      <DraftStatus {...checking} />
      {problem !== undefined && <FaultNotice problem={problem} retry={retry} />}
      {check && (
        <>
          <div aria-busy={!isCurrent} className={isCurrent ? undefined : 'draft-outdated'}>
            <CheckDetails check={check} />
          </div>
          <section className="policy-section">
            <h2>{t('propose.sign')}</h2>
            {signing.isNeeded ? (
              <ProposalForm
                check={check}
                signing={signing}
                isReady={isCurrent && check.compiles}
                toSign={toSign}
              />
            ) : (
              <Notice kind="information">
                {t('propose.dev', { file: list(check.files.map(({ name }) => name)) })}
              </Notice>
            )}
          </section>
        </>
      )}
    </>
  );
}

/** One sentence about the draft, which screen readers read when it changes. */
function DraftStatus({ check, isCurrent, isChecking, problem }: DraftChecking) {
  const { t } = useTranslation('policies');
  const words = () => {
    if (isChecking) return t('propose.checking');
    if (problem !== undefined) return '';
    if (!check || !isCurrent) return t('propose.unchanged');
    if (!check.compiles) return t('check.problemCount', { count: check.problems.length });
    return [
      t('check.differenceCount', {
        count: check.differences.length + check.omittedDifferences,
        widening: countWidening(check),
      }),
      t('check.testCount', { count: check.tests.length, failing: check.failingTests.length }),
    ].join(' ');
  };
  return (
    <p className="draft-status" role="status">
      {words()}
    </p>
  );
}

import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { useTranslation } from 'react-i18next';
import { ProblemNotice } from '../../parts/problemNotice.js';
import { Waiting } from '../../parts/waiting.js';
import { ShortcomingsBanner } from '../../refusals/shortcomingsBanner.js';
import { CheckDetails } from '../review/checkDetails.js';
import { DRAFT_CHECK, type DraftCheck } from '../review/draftCheck.js';
import { ProposalForm, type ProposalTerms } from '../review/proposalForm.js';
import { useAnswer, useAsk } from '../../session/useAnswer.js';
import { StepRefused } from './faultNotice.js';
import type { ShownSigning } from './policyRevisions.js';

const checkQuery = `query RollbackCheck($sequence: Int!) { rollbackCheck(sequence: $sequence) { ${DRAFT_CHECK} } }`;
const payloadQuery = `query RollbackToSign(
  $sequence: Int!, $author: String!, $comment: String!, $days: Int!, $overrule: String
) {
  rollbackCheck(sequence: $sequence) {
    payload(author: $author, comment: $comment, days: $days, overruleFailingTests: $overrule)
  }
}`;

interface RollbackProps {
  readonly sequence: number;
  readonly signing: ShownSigning;
}

/** Proposes the policies of an earlier revision again, after showing what that changes. */
export function RollbackSection({ sequence, signing }: RollbackProps) {
  const { t } = useTranslation('policies');
  const [isOpen, setOpen] = useState(false);
  return (
    <section className="policy-section">
      <h2>{t('rollback.title')}</h2>
      <p>{t('rollback.lead')}</p>
      {isOpen ? (
        <Rollback sequence={sequence} signing={signing} />
      ) : (
        <Button onPress={() => setOpen(true)}>{t('rollback.open')}</Button>
      )}
    </section>
  );
}

function Rollback({ sequence, signing }: RollbackProps) {
  const ask = useAsk<{ rollbackCheck: { payload: string | null } | null }>();
  const { data, shortcomings, problem, isWaiting, retry } = useAnswer<{ rollbackCheck: DraftCheck | null }>(
    checkQuery,
    {
      sequence,
    },
  );
  const check = data?.rollbackCheck;

  async function payload(terms: ProposalTerms): Promise<string | null> {
    const answer = await ask(payloadQuery, { sequence, ...terms });
    const refused = StepRefused.of(answer.shortcomings);
    if (refused) throw refused;
    return answer.data?.rollbackCheck?.payload ?? null;
  }

  return (
    <>
      {problem !== undefined && <ProblemNotice problem={problem} retry={retry} />}
      <ShortcomingsBanner {...shortcomings} />
      {isWaiting && <Waiting />}
      {check && <CheckDetails check={check} />}
      {check?.compiles && <ProposalForm check={check} signing={signing} payload={payload} />}
    </>
  );
}

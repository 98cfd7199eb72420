import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { useQueryClient } from '@tanstack/react-query';
import { Choice } from '../../parts/choice.js';
import { Notice } from '../../parts/notice.js';
import { TextBox } from '../../parts/textBox.js';
import { useAsk } from '../../session/useAnswer.js';
import { FaultNotice, StepRefused } from '../revisions/faultNotice.js';
import { signText } from '../revisions/passkeys.js';
import { type ShownSigning, signersFor } from '../revisions/policyRevisions.js';
import type { DraftCheck } from './draftCheck.js';

/** What the author adds to a draft. */
export interface ProposalTerms {
  /** Id of the author in owners.yaml. */
  readonly author: string;
  readonly comment: string;
  /** For how many days the files are in force. */
  readonly days: number;
  /** Why failing tests do not matter; null: none fails. */
  readonly overrule: string | null;
}

/** The exact text to sign, and the revision that it was compared with. */
export interface DraftToSign extends Pick<DraftCheck, 'comparedWith'> {
  /** null: there is nothing to propose. */
  readonly payload: string | null;
}

interface ProposalFormProps {
  readonly check: DraftCheck;
  readonly signing: ShownSigning;
  /** false: the check is not of the present draft, or the draft cannot be proposed. */
  readonly isReady: boolean;
  readonly toSign: (terms: ProposalTerms) => Promise<DraftToSign | null>;
}

const PROPOSE = `mutation ProposePolicy($payload: String!, $person: String!, $signature: String!) {
  proposePolicy(payload: $payload, person: $person, signature: $signature) { sequence }
}`;

const periods = ['90', '180', '365', '730'] as const;

/** Takes the reason of a change, has it signed with a passkey, and proposes it. */
export function ProposalForm({ check, signing, isReady, toSign }: ProposalFormProps) {
  const { t } = useTranslation('policies');
  const ask = useAsk<{ proposePolicy: { sequence: number } | null }>({ partial: false });
  const navigate = useNavigate();
  const answers = useQueryClient();
  const registries = check.ownersNeeded.map(({ registry }) => registry);
  const today = new Date().toISOString().slice(0, 10);
  const authors = signersFor(signing, registries, today).filter(({ passkeys }) => passkeys.length > 0);
  const [author, setAuthor] = useState<string | null>(authors.length === 1 ? authors[0]!.id : null);
  const [comment, setComment] = useState('');
  const [overrule, setOverrule] = useState('');
  const [days, setDays] = useState<string>('365');
  const [problem, setProblem] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  const mustOverrule = check.failingTests.length > 0;
  const isComplete = comment.trim() !== '' && (!mustOverrule || overrule.trim() !== '');

  async function propose(): Promise<void> {
    const draft = await toSign({
      author: author!,
      comment: comment.trim(),
      days: Number(days),
      overrule: mustOverrule ? overrule.trim() : null,
    });
    const text = draft?.payload ?? null;
    if (text === null) throw new StepRefused('BAD_USER_INPUT', '');
    // What was read was compared with another revision than what would be signed.
    if (draft!.comparedWith !== check.comparedWith) throw new StepRefused('POLICY_STALE', '');
    const { passkeys } = authors.find(({ id }) => id === author)!;
    const { signature } = await signText(text, signing.relyingParty!, passkeys);
    const { data, shortcomings } = await ask(PROPOSE, { payload: text, person: author, signature });
    const refused = StepRefused.of(shortcomings);
    if (refused) throw refused;
    await answers.invalidateQueries();
    await navigate(`/policies/revisions/${data!.proposePolicy!.sequence}`);
  }

  if (authors.length === 0) return <Notice kind="warning">{t('decide.noPasskey')}</Notice>;
  return (
    <div className="proposal">
      <Choice
        label={t('propose.author')}
        placeholder={t('propose.choose')}
        value={author}
        onChange={setAuthor}
        options={authors.map(({ id, office }) => ({ id, label: `${office} (${id})` }))}
      />
      <Choice
        label={t('propose.days')}
        value={days}
        onChange={setDays}
        options={periods.map((period) => ({ id: period, label: t('propose.period', { days: period }) }))}
      />
      <TextBox
        label={t('decide.reason')}
        hint={t('decide.reasonHint')}
        value={comment}
        onChange={setComment}
        isLong
        isRequired
      />
      {mustOverrule && (
        <TextBox
          label={t('propose.overrule')}
          hint={t('propose.overruleHint', { tests: check.failingTests.join('; ') })}
          value={overrule}
          onChange={setOverrule}
          isLong
          isRequired
        />
      )}
      {problem !== undefined && <FaultNotice problem={problem} />}
      <div className="dialog-actions">
        <Button
          className="react-aria-Button main-action"
          isDisabled={isBusy || !isReady || author === null || !isComplete}
          onPress={() => {
            setBusy(true);
            setProblem(undefined);
            propose()
              .catch(setProblem)
              .finally(() => setBusy(false));
          }}
        >
          {t('propose.now')}
        </Button>
      </div>
    </div>
  );
}

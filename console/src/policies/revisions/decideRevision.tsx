import { useTranslation } from 'react-i18next';
import { useAsk } from '../../session/useAnswer.js';
import { countWidening, type DraftCheck } from '../review/draftCheck.js';
import { DecideDialog } from './decideDialog.js';
import { StepRefused } from './faultNotice.js';
import { signText } from './passkeys.js';
import { type ShownSigning, type ShownSigner, type SignedText, signersFor } from './policyRevisions.js';
import { closureText, commentText } from './signedText.js';

/** What a person may do about a waiting revision. */
export type RevisionDecision = 'approve' | 'reject' | 'withdraw' | 'comment';

const mutations: Readonly<Record<RevisionDecision, string>> = {
  approve: `mutation ApprovePolicy($sequence: Int!, $person: String!, $signature: String!) {
    approvePolicy(sequence: $sequence, person: $person, signature: $signature) { sequence }
  }`,
  reject: `mutation RejectPolicy($sequence: Int!, $person: String!, $signature: String!, $comment: String!) {
    rejectPolicy(sequence: $sequence, person: $person, signature: $signature, comment: $comment) { sequence }
  }`,
  withdraw: `mutation WithdrawPolicy($sequence: Int!, $person: String!, $signature: String!, $comment: String!) {
    withdrawPolicy(sequence: $sequence, person: $person, signature: $signature, comment: $comment) { sequence }
  }`,
  comment: `mutation CommentPolicy(
    $sequence: Int!, $person: String!, $signature: String!, $comment: String!, $time: String!
  ) {
    commentPolicy(
      sequence: $sequence, person: $person, signature: $signature, comment: $comment, time: $time
    ) { sequence }
  }`,
};

interface DecideRevisionProps {
  readonly decision: RevisionDecision;
  readonly revision: SignedText;
  readonly signing: ShownSigning;
  /** What the revision changes, as the user has seen it. */
  readonly check: DraftCheck;
  readonly onDecided: () => void;
  readonly onClose: () => void;
}

/** Approves, rejects or withdraws a revision with a passkey. */
export function DecideRevision(props: DecideRevisionProps) {
  const { decision, revision, signing, check, onDecided, onClose } = props;
  const { t } = useTranslation('policies');
  const ask = useAsk<Readonly<Record<string, object | null>>>({ partial: false });
  const { sequence, author, comment, files, payload } = revision;
  const signers = signersOf(decision, revision, signing);

  async function decide(reason: string): Promise<void> {
    const time = new Date().toISOString();
    const text = await textToSign(decision, payload, reason, time);
    const passkeys = signers.flatMap((person) => person.passkeys);
    const { signature, passkey } = await signText(text, signing.relyingParty!, passkeys);
    const person = signers.find((one) => one.passkeys.includes(passkey))?.id;
    const { shortcomings } = await ask(mutations[decision], {
      sequence,
      person,
      signature,
      ...(decision !== 'approve' && { comment: reason }),
      ...(decision === 'comment' && { time }),
    });
    const refused = StepRefused.of(shortcomings);
    if (refused) throw refused;
    onDecided();
  }

  return (
    <DecideDialog
      title={t(`decide.${decision}Title`, { sequence })}
      action={t(`decide.${decision}Now`)}
      needsReason={decision !== 'approve'}
      signers={signers}
      decide={decide}
      onClose={onClose}
    >
      <p>{t(`decide.${decision}Lead`, { sequence, author, comment, files: files.join(', ') })}</p>
      {decision === 'approve' && (
        <p>
          <strong>
            {t('check.differenceCount', {
              count: check.differences.length + check.omittedDifferences,
              widening: countWidening(check),
            })}
          </strong>
        </p>
      )}
    </DecideDialog>
  );
}

function textToSign(
  decision: RevisionDecision,
  payload: string,
  reason: string,
  time: string,
): string | Promise<string> {
  switch (decision) {
    case 'approve':
      return payload;
    case 'comment':
      return commentText(payload, reason, time);
    case 'reject':
      return closureText('rejected', payload, reason);
    case 'withdraw':
      return closureText('withdrawn', payload, reason);
  }
}

/** Whose passkeys may sign the decision. The gateway decides; this spares people a refusal. */
function signersOf(
  decision: RevisionDecision,
  { author, signers, missing }: SignedText,
  signing: ShownSigning,
): readonly ShownSigner[] {
  const today = new Date().toISOString().slice(0, 10);
  if (decision === 'withdraw') return signing.people.filter(({ id }) => id === author);
  const registries = missing.map(({ registry }) => registry);
  return signersFor(signing, registries, today).filter(({ id }) => {
    if (decision === 'comment') return true;
    return decision === 'approve' ? !signers.includes(id) : id !== author;
  });
}

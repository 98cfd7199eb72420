import { useTranslation } from 'react-i18next';
import { useAsk } from '../../session/useAnswer.js';
import { DecideDialog } from './decideDialog.js';
import { StepRefused } from './faultNotice.js';
import { signText } from './passkeys.js';
import { type ShownSigning, type ShownSigner, signersFor } from './policyRevisions.js';
import type { SignedText } from './revisionTexts.js';
import { closureText } from './signedText.js';

/** What a person may decide about a waiting revision. */
export type RevisionDecision = 'approve' | 'reject' | 'withdraw';

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
};

interface DecideRevisionProps {
  readonly decision: RevisionDecision;
  readonly revision: SignedText;
  readonly signing: ShownSigning;
  readonly onDecided: () => void;
  readonly onClose: () => void;
}

/** Approves, rejects or withdraws a revision with a passkey. */
export function DecideRevision(props: DecideRevisionProps) {
  const { decision, revision, signing, onDecided, onClose } = props;
  const { t } = useTranslation('policies');
  const ask = useAsk<Readonly<Record<string, object | null>>>({ partial: false });
  const { sequence, author, comment, files, payload } = revision;
  const signers = signersOf(decision, revision, signing);

  async function decide(reason: string): Promise<void> {
    const closure = decision === 'reject' ? 'rejected' : 'withdrawn';
    const text = decision === 'approve' ? payload : await closureText(closure, payload, reason);
    const passkeys = signers.flatMap((person) => person.passkeys);
    const { signature, passkey } = await signText(text, signing.relyingParty!, passkeys);
    const person = signers.find((one) => one.passkeys.includes(passkey))?.id;
    const { shortcomings } = await ask(mutations[decision], {
      sequence,
      person,
      signature,
      ...(decision !== 'approve' && { comment: reason }),
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
    </DecideDialog>
  );
}

/** Whose passkeys may sign the decision. The gateway decides; this spares people a refusal. */
function signersOf(
  decision: RevisionDecision,
  { author, signers, missing }: SignedText,
  signing: ShownSigning,
): readonly ShownSigner[] {
  const today = new Date().toISOString().slice(0, 10);
  if (decision === 'withdraw') return signing.people.filter(({ id }) => id === author);
  const concerned = signersFor(
    signing,
    missing.map(({ registry }) => registry),
    today,
  );
  return concerned.filter(({ id }) => (decision === 'approve' ? !signers.includes(id) : id !== author));
}

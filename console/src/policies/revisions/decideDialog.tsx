import { type ReactNode, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { useTranslation } from 'react-i18next';
import { Modal } from '../../parts/modal.js';
import { Notice } from '../../parts/notice.js';
import { TextBox } from '../../parts/textBox.js';
import { Waiting } from '../../parts/waiting.js';
import { FaultNotice } from './faultNotice.js';
import type { ShownSigner } from './policyRevisions.js';

interface DecideDialogProps {
  readonly title: string;
  /** What is signed, in words. */
  readonly children: ReactNode;
  /** Who may sign this. */
  readonly signers: readonly ShownSigner[];
  /** The button that signs. */
  readonly action: string;
  /** Whether a reason is asked for; it is signed, too. */
  readonly needsReason: boolean;
  /** Signs and sends; throws what went wrong. */
  readonly decide: (reason: string) => Promise<void>;
  readonly onClose: () => void;
}

/** Names what is signed, takes a reason, and asks for the passkey. */
export function DecideDialog(props: DecideDialogProps) {
  const { t } = useTranslation('policies');
  const { title, children, signers, action, needsReason, decide, onClose } = props;
  const [reason, setReason] = useState('');
  const [problem, setProblem] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  const withPasskey = signers.filter(({ passkeys }) => passkeys.length > 0);

  async function sign(): Promise<void> {
    setBusy(true);
    setProblem(undefined);
    try {
      await decide(reason.trim());
      onClose();
    } catch (error) {
      setProblem(error);
      setBusy(false);
    }
  }

  return (
    <Modal title={title} isOpen onClose={onClose}>
      {children}
      {needsReason && (
        <TextBox
          label={t('decide.reason')}
          hint={t('decide.reasonHint')}
          value={reason}
          onChange={setReason}
          isLong
          isRequired
        />
      )}
      {withPasskey.length === 0 ? (
        <Notice kind="warning">{t('decide.noPasskey')}</Notice>
      ) : (
        <p>
          {t('decide.whoMaySign')} {withPasskey.map(({ id, office }) => `${office} (${id})`).join(', ')}.
        </p>
      )}
      {problem !== undefined && <FaultNotice problem={problem} />}
      {isBusy && <Waiting />}
      <div className="dialog-actions">
        <Button onPress={onClose}>{t('decide.cancel')}</Button>
        <Button
          className="react-aria-Button main-action"
          isDisabled={isBusy || withPasskey.length === 0 || (needsReason && reason.trim() === '')}
          onPress={() => void sign()}
        >
          {action}
        </Button>
      </div>
    </Modal>
  );
}

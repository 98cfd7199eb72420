import { type FormEvent, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { useTranslation } from 'react-i18next';
import { Choice } from '../parts/choice.js';
import { Modal } from '../parts/modal.js';
import { Notice } from '../parts/notice.js';
import { ProblemNotice } from '../parts/problemNotice.js';
import { TextBox } from '../parts/textBox.js';
import { PasskeyFault, signText } from '../policies/revisions/passkeys.js';
import { type ShownSigning, signingQuery } from '../policies/revisions/policyRevisions.js';
import { noShortcomings, type Shortcomings } from '../refusals/readShortcomings.js';
import { ShortcomingsBanner } from '../refusals/shortcomingsBanner.js';
import { useAnswer, useAsk } from '../session/useAnswer.js';
import {
  type DraftAnswer,
  draftQuery,
  type ModelOrder,
  type ModelRegister,
  orderMutation,
  type SignedAnswer,
  signersOf,
} from './register.js';

interface OrderDialogProps {
  readonly order: ModelOrder;
  readonly register: ModelRegister;
  readonly onClose: (isDone: boolean) => void;
}

const ALL = 'all';

/**
 * Asks for the reason and the person, shows the exact text, and has it signed with a passkey. Nothing changes
 * before that.
 */
export function OrderDialog({ order, register, onClose }: OrderDialogProps) {
  const { t } = useTranslation(['models', 'policies']);
  const ask = useAsk<DraftAnswer & SignedAnswer>({ partial: false });
  const isSigned = register.isSigned !== false;
  const signing = useAnswer<{ policySigning: ShownSigning | null }>(signingQuery, undefined, {
    enabled: isSigned,
  });
  const [reason, setReason] = useState('');
  const [version, setVersion] = useState(ALL);
  const [person, setPerson] = useState<string | null>(null);
  const [fault, setFault] = useState<string>();
  const [draft, setDraft] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  const [shortcomings, setShortcomings] = useState<Shortcomings>(noShortcomings);

  const known = signing.data?.policySigning;
  const stoppedBy =
    order.order === 'RESUME'
      ? (register.stops?.find(({ sequence }) => sequence === order.stop)?.person ?? null)
      : null;
  const signers = known ? signersOf(known, order.order, stoppedBy) : [];
  const signer = signers.find(({ id }) => id === person);
  const relyingParty = known?.relyingParty ?? null;
  const living = (register.versions ?? []).filter(({ standing }) => standing !== 'RETIRED');

  async function attempt(work: () => Promise<Shortcomings>): Promise<void> {
    if (isBusy) return;
    setBusy(true);
    setProblem(undefined);
    setShortcomings(noShortcomings);
    try {
      setShortcomings(await work());
    } catch (thrown) {
      setProblem(thrown);
    } finally {
      setBusy(false);
    }
  }

  function makeDraft(event: FormEvent): void {
    event.preventDefault();
    if (reason.trim() === '') return setFault(t('reasonMissing'));
    if (isSigned && !signer) return setFault(t('personMissing'));
    setFault(undefined);
    void attempt(async () => {
      const answer = await ask(draftQuery, {
        order: order.order,
        reason: reason.trim(),
        person: isSigned ? person : null,
        version: order.order === 'APPROVE' ? order.version : version === ALL ? null : version,
        stop: order.order === 'RESUME' ? order.stop : null,
      });
      setDraft(answer.data?.riskRegisterDraft?.payload);
      return answer.shortcomings;
    });
  }

  function signDraft(payload: string): void {
    void attempt(async () => {
      const signature =
        isSigned && signer && relyingParty !== null
          ? (await signText(payload, relyingParty, signer.passkeys)).signature
          : null;
      const answer = await ask(orderMutation(order.order), { payload, signature });
      if (answer.data?.done) onClose(true);
      return answer.shortcomings;
    });
  }

  return (
    <Modal title={t(`dialog.${order.order}`)} isOpen onClose={() => onClose(false)}>
      <p>{t(`explained.${order.order}`)}</p>
      {order.order === 'APPROVE' && <p>{t('approves', { version: order.version })}</p>}
      {draft === undefined ? (
        <form className="order-form" onSubmit={makeDraft}>
          {order.order === 'STOP' && living.length > 1 && (
            <Choice
              label={t('whatStops')}
              value={version}
              options={[
                { id: ALL, label: t('everyVersion') },
                ...living.map((one) => ({ id: one.version, label: one.version })),
              ]}
              onChange={setVersion}
            />
          )}
          <TextBox
            label={t('reason')}
            hint={t('reasonHint')}
            value={reason}
            onChange={(text) => {
              setReason(text);
              setFault(undefined);
            }}
            fault={fault}
            isLong
          />
          {isSigned && (
            <Choice
              label={t('person')}
              value={person}
              placeholder={t('choosePerson')}
              options={signers.map(({ id, office }) => ({ id, label: `${id} (${office})` }))}
              onChange={(id) => {
                setPerson(id);
                setFault(undefined);
              }}
            />
          )}
          {signer?.passkeys.length === 0 && <Notice kind="warning">{t('noPasskey')}</Notice>}
          {isSigned && signing.data && relyingParty === null && (
            <Notice kind="warning">{t('noRelyingParty')}</Notice>
          )}
          {!isSigned && <Notice kind="information">{t('unsigned')}</Notice>}
          <Button type="submit" className="react-aria-Button main-action">
            {t('toText')}
          </Button>
        </form>
      ) : (
        <div className="order-form">
          <h3>{t(isSigned ? 'textToSign' : 'textToWrite')}</h3>
          <pre tabIndex={0}>{draft}</pre>
          <div className="order-buttons">
            <Button className="react-aria-Button main-action" onPress={() => signDraft(draft)}>
              {t(isSigned ? `sign.${order.order}` : `write.${order.order}`)}
            </Button>
            <Button onPress={() => setDraft(undefined)}>{t('back')}</Button>
          </div>
        </div>
      )}
      <ShortcomingsBanner {...shortcomings} />
      {problem instanceof PasskeyFault ? (
        <Notice kind="problem">
          <p>{t(`policies:passkey.fault.${problem.kind}`)}</p>
          <p>{t('notSigned')}</p>
        </Notice>
      ) : (
        problem !== undefined && <ProblemNotice problem={problem} />
      )}
    </Modal>
  );
}

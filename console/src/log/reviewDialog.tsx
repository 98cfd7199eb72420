import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { Form } from 'react-aria-components/Form';
import { Label } from 'react-aria-components/Label';
import { Radio, RadioGroup } from 'react-aria-components/RadioGroup';
import { useTranslation } from 'react-i18next';
import { Modal } from '../parts/modal.js';
import { Notice } from '../parts/notice.js';
import { ProblemNotice } from '../parts/problemNotice.js';
import { TextBox } from '../parts/textBox.js';
import { useAsk } from '../session/useAnswer.js';
import { useFormat } from '../texts/useFormat.js';
import type { GlassUse } from './decision.js';
import { DecisionFacts } from './decisionDetails.js';
import reviewBreakGlass from './reviewBreakGlass.graphql';

interface ReviewDialogProps {
  readonly use: GlassUse;
  readonly onClose: () => void;
  readonly onReviewed: () => void;
}

type Verdict = 'JUSTIFIED' | 'NOT_JUSTIFIED';

const SHORTEST = 10;

/** A use with its reviews, and the place to sign off. */
export function ReviewDialog({ use, onClose, onReviewed }: ReviewDialogProps) {
  const { t } = useTranslation('log');
  const { moment } = useFormat();
  const { decision, reviews, isOwn } = use;
  return (
    <Modal title={t('review.title')} isOpen onClose={onClose}>
      <DecisionFacts decision={decision} />
      {reviews.map(({ verdict, comment, reviewer, at }) => (
        <Notice key={at} kind="information">
          <p>{t('glass.by', { verdict: t(`verdict.${verdict}`), reviewer, at: moment(at) })}</p>
          <p>{comment}</p>
        </Notice>
      ))}
      {isOwn ? (
        <Notice kind="warning">{t('review.own')}</Notice>
      ) : (
        <ReviewForm decisionId={decision.id} onReviewed={onReviewed} />
      )}
    </Modal>
  );
}

interface ReviewFormProps {
  readonly decisionId: string;
  readonly onReviewed: () => void;
}

function ReviewForm({ decisionId, onReviewed }: ReviewFormProps) {
  const { t } = useTranslation('log');
  const ask = useAsk();
  const [verdict, setVerdict] = useState<Verdict | null>(null);
  const [comment, setComment] = useState('');
  const [problem, setProblem] = useState<unknown>();
  const [refusal, setRefusal] = useState<'code' | 'other'>();
  const [isSending, setIsSending] = useState(false);
  const isComplete = verdict !== null && comment.trim().length >= SHORTEST;

  const send = async (): Promise<void> => {
    setIsSending(true);
    setProblem(undefined);
    setRefusal(undefined);
    try {
      const { shortcomings } = await ask(reviewBreakGlass, { id: decisionId, verdict, comment });
      const { faults, refusals } = shortcomings;
      if (faults.length + refusals.length === 0) return onReviewed();
      setRefusal(faults[0]?.code === 'IDENTITY_CODE_LITERAL' ? 'code' : 'other');
    } catch (fault) {
      setProblem(fault);
    } finally {
      setIsSending(false);
    }
  };
  return (
    <Form
      className="log-review"
      onSubmit={(event) => {
        event.preventDefault();
        if (isComplete) void send();
      }}
    >
      <RadioGroup value={verdict} onChange={(value) => setVerdict(value as Verdict)}>
        <Label>{t('review.verdict')}</Label>
        <Radio value="JUSTIFIED">
          <span className="radio-mark" />
          {t('review.JUSTIFIED')}
        </Radio>
        <Radio value="NOT_JUSTIFIED">
          <span className="radio-mark" />
          {t('review.NOT_JUSTIFIED')}
        </Radio>
      </RadioGroup>
      <TextBox
        label={t('review.comment')}
        hint={t('review.hint')}
        value={comment}
        onChange={setComment}
        isLong
      />
      {refusal && (
        <Notice kind="problem">{refusal === 'code' ? t('review.code') : t('review.refused')}</Notice>
      )}
      {problem !== undefined && <ProblemNotice problem={problem} />}
      <Button type="submit" className="react-aria-Button main-action" isDisabled={!isComplete || isSending}>
        {t('review.sign')}
      </Button>
    </Form>
  );
}

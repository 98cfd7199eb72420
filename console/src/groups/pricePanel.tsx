import { Button } from 'react-aria-components/Button';
import { Label } from 'react-aria-components/Label';
import { Meter } from 'react-aria-components/Meter';
import { Notice } from '../parts/notice.js';
import { ProblemNotice } from '../parts/problemNotice.js';
import { criterionLabel, fieldLabel } from './criterionEditor.js';
import type { QuestionFault } from './question.js';
import type { Words } from './sentences.js';
import type { LeftBudget, Price, usePrice } from './usePrice.js';

interface PricePanelProps {
  readonly words: Words;
  readonly faults: readonly QuestionFault[];
  readonly price: ReturnType<typeof usePrice>;
  /** Shown before a question has a price. */
  readonly budget: LeftBudget | undefined;
  readonly isAsking: boolean;
  readonly onAsk: () => void;
}

/** The price, the budget, and the button that asks. Nothing else asks. */
export function PricePanel({ words, faults, price, budget, isAsking, onAsk }: PricePanelProps) {
  const { t } = words;
  const { price: found, shortcomings, problem, retry } = price;
  const left = found?.budget ?? budget;
  const isUsedUp = found !== undefined && found.least > (found.budget?.left ?? 0);
  const refused = [
    ...shortcomings.refusals.map(({ reason }) => reason),
    ...shortcomings.faults.map(({ message }) => message),
  ];
  const reason =
    faults.length > 0
      ? t('why.incomplete')
      : isUsedUp
        ? t('why.budget', { most: found.most, left: found.budget?.left ?? 0 })
        : found === undefined && problem === undefined && refused.length === 0
          ? t('why.waiting')
          : undefined;
  return (
    <div className="groups-price">
      {left && <BudgetMeter budget={left} words={words} />}
      <div className="groups-price-text" aria-live="polite">
        {found ? (
          <p data-testid="price">
            <PriceWords price={found} words={words} />
          </p>
        ) : (
          faults.length > 0 && <p>{t('price.incomplete')}</p>
        )}
        <p className="groups-note">{t('price.free')}</p>
      </div>
      {problem !== undefined && <ProblemNotice problem={problem} retry={retry} />}
      {refused.length > 0 && (
        <Notice kind="problem">
          {refused.map((message) => (
            <p key={message}>{message}</p>
          ))}
        </Notice>
      )}
      <Button
        className="react-aria-Button main-action"
        isDisabled={!found || isUsedUp || isAsking}
        aria-describedby="groups-why"
        onPress={onAsk}
      >
        {t('ask')}
      </Button>
      <div id="groups-why" className="groups-why">
        {reason && <p>{reason}</p>}
        {faults.length > 0 && (
          <ul>
            {[...new Set(faults.map((fault) => faultText(fault, words)))].map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
        )}
      </div>
    </div>
  );
}

function PriceWords({ price, words }: { readonly price: Price; readonly words: Words }) {
  const { t } = words;
  const { least, most, askedBefore } = price;
  if (askedBefore) return t('price.again', { most });
  return least === most ? t('price.exact', { count: most }) : t('price.range', { least, most });
}

function BudgetMeter({ budget, words }: { readonly budget: LeftBudget; readonly words: Words }) {
  const { t, format } = words;
  const { left, limit, resetsOn } = budget;
  const text = t('budget.value', { left: format.number(left), limit: format.number(limit) });
  return (
    <Meter value={left} maxValue={limit} valueLabel={text}>
      {({ percentage }) => (
        <>
          <div className="groups-meter-text">
            <Label>{t('budget.label')}</Label>
            <strong data-testid="budget">{text}</strong>
          </div>
          <div className="groups-meter">
            <div style={{ width: `${percentage}%` }} />
          </div>
          <p className="groups-note">{t('budget.resets', { date: format.date(resetsOn) })}</p>
        </>
      )}
    </Meter>
  );
}

function faultText(fault: QuestionFault, words: Words): string {
  const { t } = words;
  const criterion = 'criterion' in fault ? criterionLabel(fault.criterion, words) : '';
  const field = 'field' in fault ? fieldLabel(fault.criterion, fault.field, words) : '';
  return t(`fault.${fault.kind}`, { criterion, field });
}

import { useTranslation } from 'react-i18next';
import { measures, type PlacedBar } from './layout.js';
import { usePathWords } from './pathWords.js';
import { sectorClass } from './servicePath.js';

const TOOLTIP_WIDTH = 280;

interface StepTooltipProps {
  readonly bar: PlacedBar;
  /** Width of the picture; the tooltip stays inside. */
  readonly width: number;
}

/** The details of a step. Hidden from screen readers, because the label of the step says the same. */
export function StepTooltip({ bar: { step, x, y, width: barWidth, extent }, width }: StepTooltipProps) {
  const { t } = useTranslation('paths');
  const words = usePathWords();
  const left = Math.max(0, Math.min(x + barWidth / 2 - TOOLTIP_WIDTH / 2, width - TOOLTIP_WIDTH));
  return (
    <div
      className="tooltip"
      aria-hidden="true"
      style={{ left, top: y + measures.bar + 8, width: TOOLTIP_WIDTH }}
    >
      <p className="tooltip-title">
        <i className={`dot ${sectorClass(step.sector)}`} />
        {words.service(step)}
      </p>
      <p>{words.sector(step.sector)}</p>
      <p>{words.period(step)}</p>
      <p>{words.contacts(step)}</p>
      {extent.isMasked && <p className="tooltip-note">{t('datesMasked')}</p>}
    </div>
  );
}

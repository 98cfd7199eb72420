import { useTranslation } from 'react-i18next';
import { useFormat } from '../texts/useFormat.js';
import { ofThousand, scaleEnd } from './assessment.js';

interface RangeMarkProps {
  /** Shares from 0 to 1. */
  readonly value: number;
  readonly from: number;
  readonly until: number;
  readonly baseRate: number | undefined;
}

const WIDTH = 600;
const LEFT = 12;
const LINE = 34;
const along = (share: number, end: number) => LEFT + (share / end) * (WIDTH - 2 * LEFT);

/**
 * A number with its interval on a plain line from 0, and the base rate below it. There is one colour, because
 * no number is good or bad.
 */
export function RangeMark({ value, from, until, baseRate }: RangeMarkProps) {
  const { t } = useTranslation('needs');
  const { number } = useFormat();
  const end = scaleEnd([value, until, baseRate ?? 0]);
  const at = (share: number) => along(share, end);
  const ticks = [0, end / 2, end];
  return (
    <figure className="range-mark">
      <svg viewBox={`0 0 ${WIDTH} 92`} role="img" aria-label={t('rangePicture')}>
        <line className="range-scale" x1={at(0)} x2={at(end)} y1={LINE} y2={LINE} />
        {ticks.map((tick, index) => (
          <g key={tick}>
            <line className="range-scale" x1={at(tick)} x2={at(tick)} y1={LINE - 5} y2={LINE + 5} />
            <text
              x={at(tick)}
              y={LINE + 24}
              textAnchor={index === 0 ? 'start' : index === 1 ? 'middle' : 'end'}
            >
              {number(ofThousand(tick))}
            </text>
          </g>
        ))}
        <line className="range-interval" x1={at(from)} x2={at(until)} y1={LINE} y2={LINE} />
        <circle className="range-value" cx={at(value)} cy={LINE} r="8" />
        {baseRate !== undefined && (
          <path className="range-base" d={`M${at(baseRate)} ${LINE + 30}l8 14h-16z`} />
        )}
      </svg>
      <figcaption>
        <span className="legend-value">{t('legend.value')}</span>
        <span className="legend-interval">{t('legend.interval')}</span>
        <span className="legend-base">{t('legend.base')}</span>
        <span>{t('legend.scale')}</span>
      </figcaption>
    </figure>
  );
}

import type { CurveInterval } from './results.js';
import type { Words } from './sentences.js';

const WIDTH = 640;
const HEIGHT = 300;
const LEFT = 56;
const RIGHT = 16;
const TOP = 16;
const BOTTOM = 250;
const SHARES = [0, 0.25, 0.5, 0.75, 1];
/** At most so many numbers stand below the curve. */
const MOST_MARKS = 8;

interface SurvivalPictureProps {
  readonly intervals: readonly CurveInterval[];
  readonly words: Words;
}

/** The share without the event over time (Kaplan-Meier), with the numbers at risk below. */
export function SurvivalPicture({ intervals, words }: SurvivalPictureProps) {
  const { t, format } = words;
  const last = intervals.at(-1)?.months ?? 1;
  const x = (months: number): number => LEFT + ((WIDTH - LEFT - RIGHT) * months) / last;
  const y = (share: number): number => BOTTOM - (BOTTOM - TOP) * share;
  const ended = intervals.findIndex(({ survival }) => survival === null);
  const known = ended < 0 ? intervals : intervals.slice(0, ended);
  // The curve falls at the end of an interval: only then is it known how many had the event in it.
  const curve = known.map(({ months, survival }) => `H${x(months)} V${y(survival ?? 0)}`).join(' ');
  const starts = intervals.map(({ months, atRisk }, index) => ({
    months: index === 0 ? 0 : intervals[index - 1]!.months,
    until: months,
    atRisk,
  }));
  const every = Math.ceil(starts.length / MOST_MARKS);
  return (
    <figure className="groups-figure">
      <figcaption>{t('picture.survival')}</figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={t('picture.survival')}>
        {SHARES.map((share) => (
          <g key={share}>
            <line className="groups-grid" x1={LEFT} x2={WIDTH - RIGHT} y1={y(share)} y2={y(share)} />
            <text x={LEFT - 8} y={y(share) + 4} textAnchor="end">
              {format.percent(share)}
            </text>
          </g>
        ))}
        <path className="groups-curve" d={`M${x(0)} ${y(1)} ${curve}`} />
        {starts
          .filter((_, index) => index % every === 0)
          .map(({ months, atRisk }) => (
            <g key={months}>
              <line className="groups-axis" x1={x(months)} x2={x(months)} y1={BOTTOM} y2={BOTTOM + 5} />
              <text x={x(months)} y={BOTTOM + 20} textAnchor={months === 0 ? 'start' : 'middle'}>
                {format.number(months)}
              </text>
              <text
                className="groups-at-risk"
                x={x(months)}
                y={BOTTOM + 42}
                textAnchor={months === 0 ? 'start' : 'middle'}
              >
                {atRisk === null ? t('suppressed') : format.number(atRisk)}
              </text>
            </g>
          ))}
        <text x={LEFT - 8} y={BOTTOM + 20} textAnchor="end">
          {t('picture.months')}
        </text>
      </svg>
      {ended >= 0 && <p className="groups-note">{t('curveEnds')}</p>}
    </figure>
  );
}

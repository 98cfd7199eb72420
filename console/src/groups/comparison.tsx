import type { PublishedTable } from './publishedTable.js';
import type { Words } from './sentences.js';

interface ComparisonProps {
  readonly table: PublishedTable;
  readonly words: Words;
}

/** The widest ratios are drawn at the edge. */
const MOST_RATIO = 8;

/** Where a ratio stands on a logarithmic scale, 0 to 100; 50 is equally frequent. */
function placeOf(ratio: number): number {
  const place = 50 + (50 * Math.log(ratio)) / Math.log(MOST_RATIO);
  return Math.min(100, Math.max(0, place));
}

/** The comparison with another group: a table whose last column draws each ratio with its interval. */
export function Comparison({ table, words }: ComparisonProps) {
  const { t, format } = words;
  const { title, columns, rows } = table;
  const decimal = (value: number): string => format.number(value, { maximumFractionDigits: 2 });
  return (
    <div className="data-table" tabIndex={0} role="region" aria-label={title}>
      <table>
        <caption>{title}</caption>
        <thead>
          <tr>
            {columns.map(({ label, kind }) => (
              <th key={label} scope="col" className={kind === 'text' ? undefined : 'number'}>
                {label}
              </th>
            ))}
            <th scope="col">{t('column.interval')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.length === 0 && (
            <tr>
              <td colSpan={columns.length + 1}>{t('nothingCompared')}</td>
            </tr>
          )}
          {rows.map(([name, share, otherShare, ...interval]) => {
            const [ratio = 1, low = 1, high = 1] = interval.map(Number);
            return (
              <tr key={String(name)}>
                <th scope="row">{name}</th>
                <td className="number">{format.percent(Number(share), 1)}</td>
                <td className="number">{format.percent(Number(otherShare), 1)}</td>
                <td className="number">{decimal(ratio)}</td>
                <td className="number">{decimal(low)}</td>
                <td className="number">{decimal(high)}</td>
                <td>
                  <svg
                    className="groups-interval"
                    viewBox="0 0 100 16"
                    preserveAspectRatio="none"
                    role="img"
                    aria-label={t('picture.interval', {
                      ratio: decimal(ratio),
                      low: decimal(low),
                      high: decimal(high),
                    })}
                  >
                    <line className="groups-equal" x1="50" x2="50" y1="0" y2="16" />
                    <line x1={placeOf(low)} x2={placeOf(high)} y1="8" y2="8" />
                    <rect x={placeOf(ratio) - 1.5} y="4" width="3" height="8" />
                  </svg>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

import { measures } from './layout.js';
import type { Tick } from './ticks.js';

interface TimeAxisProps {
  readonly ticks: readonly Tick[];
  readonly height: number;
}

/** Lines of years, and of quarters where there is room for them. */
export function TimeAxis({ ticks, height }: TimeAxisProps) {
  return (
    <g aria-hidden="true">
      {ticks.map(({ x, label, isYear }) => (
        <g key={x} className={isYear ? 'tick' : 'tick tick-quarter'}>
          <line x1={x} x2={x} y1={measures.axis - 6} y2={height} />
          {label && (
            <text x={x + 4} y={measures.axis - 12}>
              {label}
            </text>
          )}
        </g>
      ))}
    </g>
  );
}

import type { KeyboardEventHandler } from 'react';
import { measures, type PlacedBar } from './layout.js';
import { sectorClass } from './sectors.js';

interface BarMarkProps {
  readonly bar: PlacedBar;
  readonly label: string;
  /** Whether the tab key stops here. */
  readonly isStop: boolean;
  readonly keep: (mark: SVGGElement | null) => void;
  readonly onReach: () => void;
  readonly onShow: () => void;
  readonly onLeave: () => void;
  readonly onKeyDown: KeyboardEventHandler;
}

/** One step. Where dates are masked, what may have been is light and what is certain is solid. */
export function BarMark({ bar, label, isStop, keep, onReach, onShow, onLeave, onKeyDown }: BarMarkProps) {
  const { x, y, width, certain, extent, step } = bar;
  const contacts = step.contacts === null ? '' : String(step.contacts);
  return (
    <g
      ref={keep}
      className={`bar ${sectorClass(step.sector)}${extent.isMasked ? ' bar-masked' : ''}`}
      role="img"
      aria-label={label}
      tabIndex={isStop ? 0 : -1}
      onFocus={onReach}
      onBlur={onLeave}
      onMouseEnter={onShow}
      onMouseLeave={onLeave}
      onKeyDown={onKeyDown}
    >
      <rect x={x} y={y} width={width} height={measures.bar} rx={3.5} />
      {extent.isMasked && certain && (
        <rect className="bar-certain" x={certain.x} y={y} width={certain.width} height={measures.bar} />
      )}
      {(!extent.isMasked || !certain) && width > contacts.length * 7 + 10 && (
        <text x={x + width / 2} y={y + measures.bar / 2 + 0.5} textAnchor="middle" dominantBaseline="central">
          {contacts}
        </text>
      )}
    </g>
  );
}

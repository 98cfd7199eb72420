import type { KeyboardEventHandler } from 'react';
import type { Lane } from './lanes.js';
import { measures, type PlacedBar, type PlacedLane } from './layout.js';
import { sectorClass } from './servicePath.js';

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

/** One step. If dates are masked, the possible period is light and the certain period is solid. */
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

interface LaneGroundProps {
  readonly placed: PlacedLane;
  readonly width: number;
  readonly hatch: string;
}

/** The background of a lane, hatched if it is withheld. */
export function LaneGround({ placed: { lane, y, height }, width, hatch }: LaneGroundProps) {
  return (
    <>
      <rect className="lane" x={0.5} y={y} width={width - 1} height={height} rx={8} />
      {lane.isWithheld && <rect x={0.5} y={y} width={width - 1} height={height} rx={8} fill={hatch} />}
    </>
  );
}

interface LaneHeadProps {
  readonly placed: PlacedLane;
  /** Whether the summary fits next to the title. */
  readonly hasRoom: boolean;
}

/** The title of a lane, and a summary of its steps. */
export function LaneHead({ placed: { lane, y, height }, hasRoom }: LaneHeadProps) {
  const middle = lane.isWithheld ? y + height / 2 : y + measures.laneHead / 2 + 2;
  return (
    <>
      {lane.sector && (
        <circle className={`lane-dot ${sectorClass(lane.sector)}`} cx={20} cy={middle} r={5.5} />
      )}
      <text className="lane-title" x={lane.sector ? 33 : 14} y={middle} dominantBaseline="central">
        {lane.title}
        {(hasRoom || lane.isWithheld) && (
          <tspan className="lane-subtitle" dx={10}>
            {lane.subtitle}
          </tspan>
        )}
      </text>
    </>
  );
}

/** A lane in one line, for screen readers. */
export function describeLane(lane: Lane): string {
  return `${lane.title}: ${lane.subtitle}`;
}

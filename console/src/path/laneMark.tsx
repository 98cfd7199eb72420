import type { Lane } from './lanes.js';
import { measures, type PlacedLane } from './layout.js';
import { sectorClass } from './sectors.js';

interface LaneGroundProps {
  readonly placed: PlacedLane;
  readonly width: number;
  readonly hatch: string;
}

/** The ground of a lane, hatched where it is withheld. */
export function LaneGround({ placed: { lane, y, height }, width, hatch }: LaneGroundProps) {
  return (
    <>
      <rect className="lane" x={0.5} y={y} width={width - 1} height={height} rx={8} />
      {lane.isWithheld && <rect x={0.5} y={y} width={width - 1} height={height} rx={8} fill={hatch} />}
    </>
  );
}

/** Whose lane it is, and what is in it. */
export function LaneHead({ placed: { lane, y, height } }: { readonly placed: PlacedLane }) {
  const middle = lane.isWithheld ? y + height / 2 : y + measures.laneHead / 2 + 2;
  return (
    <>
      {lane.sector && (
        <circle className={`lane-dot ${sectorClass(lane.sector)}`} cx={20} cy={middle} r={5.5} />
      )}
      <text className="lane-title" x={lane.sector ? 33 : 14} y={middle} dominantBaseline="central">
        {lane.title}
        <tspan className="lane-subtitle" dx={10}>
          {lane.isWithheld ? 'withheld by policy' : lane.subtitle}
        </tspan>
      </text>
    </>
  );
}

/** A lane in one line, for those who hear it. */
export function describeLane(lane: Lane): string {
  return `${lane.title}: ${lane.isWithheld ? 'withheld by policy' : lane.subtitle}`;
}

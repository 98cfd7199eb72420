import { type KeyboardEvent, type RefObject, useId, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { Lane } from './lanes.js';
import { layOut, measures, type PlacedBar, type Tick } from './layout.js';
import { BarMark, describeLane, LaneGround, LaneHead } from './marks.js';
import { usePathWords } from './pathWords.js';
import { StepTooltip } from './stepTooltip.js';
import { useFormat } from '../texts/useFormat.js';
import { locales } from '../texts/languages.js';

interface TimelineProps {
  readonly title: string;
  readonly lanes: readonly Lane[];
  readonly years: { readonly from: number; readonly until: number };
}

const ROOM_FOR_SUMMARIES = 480;

/**
 * The path as swim lanes over years. It is one stop of the tab key. The arrow keys move from step to step and
 * from row to row (WAI-ARIA APG, roving tabindex).
 */
export function Timeline({ title, lanes, years }: TimelineProps) {
  const [frame, width] = useWidth();
  const hatch = useId();
  const words = usePathWords();
  const { language } = useFormat();
  const layout = useMemo(() => {
    const months = new Intl.DateTimeFormat(locales[language], { month: 'short', timeZone: 'UTC' });
    return layOut(lanes, years, width, (month) => months.format(Date.UTC(2000, month)));
  }, [lanes, years, width, language]);
  const rows = useMemo(() => layout.lanes.flatMap((lane) => lane.rows.map((row) => row.bars)), [layout]);
  const marks = useRef(new Map<object, SVGGElement>());
  const [reached, setReached] = useState<object>();
  const [shown, setShown] = useState<PlacedBar>();
  const stop = rows.flat().find(({ step }) => step === reached) ?? rows[0]?.[0];

  const walk = (event: KeyboardEvent, bar: PlacedBar): void => {
    if (event.key === 'Escape') setShown(undefined);
    const next = neighbour(rows, bar, event.key);
    if (!next) return;
    event.preventDefault();
    marks.current.get(next.step)?.focus();
  };

  return (
    <div className="timeline" ref={frame}>
      {width > 0 && (
        <svg width={width} height={layout.height} role="group" aria-label={title}>
          <defs>
            <pattern
              id={hatch}
              width="8"
              height="8"
              patternUnits="userSpaceOnUse"
              patternTransform="rotate(45)"
            >
              <line className="hatch-line" y2="8" />
            </pattern>
          </defs>
          {layout.lanes.map((placed) => (
            <LaneGround key={placed.lane.key} placed={placed} width={width} hatch={`url(#${hatch})`} />
          ))}
          <TimeAxis ticks={layout.ticks} height={layout.height} />
          {layout.lanes.map((placed) => (
            <g key={placed.lane.key} role="group" aria-label={describeLane(placed.lane)}>
              <LaneHead placed={placed} hasRoom={width > ROOM_FOR_SUMMARIES} />
              {placed.rows.map((row) => (
                <g key={row.y}>
                  {row.label && (
                    <text
                      className="row-label"
                      x={14}
                      y={row.y + measures.row / 2}
                      dominantBaseline="central"
                    >
                      {row.label}
                    </text>
                  )}
                  {row.bars.map((bar, index) => (
                    <BarMark
                      key={index}
                      bar={bar}
                      label={words.step(bar.step)}
                      isStop={bar.step === stop?.step}
                      keep={(mark) => {
                        if (mark) marks.current.set(bar.step, mark);
                        else marks.current.delete(bar.step);
                      }}
                      onReach={() => {
                        setReached(bar.step);
                        setShown(bar);
                      }}
                      onShow={() => setShown(bar)}
                      onLeave={() => setShown(undefined)}
                      onKeyDown={(event) => walk(event, bar)}
                    />
                  ))}
                </g>
              ))}
            </g>
          ))}
        </svg>
      )}
      {shown && <StepTooltip bar={shown} width={width} />}
    </div>
  );
}

/** The target of an arrow key: along the row, or the step of another row that is nearest in time. */
function neighbour(
  rows: readonly (readonly PlacedBar[])[],
  bar: PlacedBar,
  key: string,
): PlacedBar | undefined {
  const all = rows.flat();
  const index = all.findIndex(({ step }) => step === bar.step);
  const row = rows.findIndex((bars) => bars.some(({ step }) => step === bar.step));
  const nearest = (bars: readonly PlacedBar[] | undefined): PlacedBar | undefined =>
    bars?.toSorted((a, b) => Math.abs(a.x - bar.x) - Math.abs(b.x - bar.x))[0];
  switch (key) {
    case 'ArrowRight':
      return all[index + 1];
    case 'ArrowLeft':
      return all[index - 1];
    case 'ArrowDown':
      return nearest(rows[row + 1]);
    case 'ArrowUp':
      return nearest(rows[row - 1]);
    case 'Home':
      return all[0];
    case 'End':
      return all.at(-1);
    default:
      return undefined;
  }
}

/** The width of an element, now and after every change. */
function useWidth(): [RefObject<HTMLDivElement | null>, number] {
  const element = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    if (!element.current) return;
    const observer = new ResizeObserver(([entry]) => setWidth(entry?.contentRect.width ?? 0));
    observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  return [element, width];
}

interface TimeAxisProps {
  readonly ticks: readonly Tick[];
  readonly height: number;
}

/** Lines for years, and for quarters if there is room. */
function TimeAxis({ ticks, height }: TimeAxisProps) {
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

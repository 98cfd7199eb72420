import type { Bar, Lane } from './lanes.js';

/** The mean width of a letter in the label of a row. */
const LETTER = 6.4;
/** The room before and after the label of a row. */
const LABEL_MARGIN = 28;

/** Measures of the picture, in pixels. */
export const measures = {
  axis: 30,
  laneHead: 30,
  row: 20,
  bar: 13,
  lanePad: 10,
  laneGap: 8,
  hatched: 46,
  leastBar: 7,
};

/** A bar with its place in the picture. */
export interface PlacedBar extends Bar {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  /** The part that is certain although dates are masked. */
  readonly certain: { readonly x: number; readonly width: number } | undefined;
}

interface PlacedRow {
  readonly label: string | undefined;
  readonly y: number;
  readonly bars: readonly PlacedBar[];
}

export interface PlacedLane {
  readonly lane: Lane;
  readonly y: number;
  readonly height: number;
  readonly rows: readonly PlacedRow[];
}

interface Layout {
  readonly lanes: readonly PlacedLane[];
  readonly ticks: readonly Tick[];
  readonly height: number;
}

/** Places lanes below each other and time from left to right. */
export function layOut(
  lanes: readonly Lane[],
  years: { from: number; until: number },
  width: number,
  monthName: (month: number) => string,
): Layout {
  const longest = Math.max(0, ...lanes.flatMap(({ rows }) => rows.map(({ label }) => label?.length ?? 0)));
  const letters = Math.min(longest, Math.max(1, Math.floor((width * 0.4 - LABEL_MARGIN) / LETTER)));
  const left = letters * LETTER + LABEL_MARGIN;
  const from = Date.UTC(years.from, 0);
  const scale = (width - left - 12) / (Date.UTC(years.until, 0) - from);
  const place = (time: number): number => left + (time - from) * scale;

  const placeBar = (bar: Bar, y: number): PlacedBar => {
    const { extent } = bar;
    const wide = (extent.until - extent.from) * scale;
    return {
      ...bar,
      y,
      x: wide < measures.leastBar ? place(extent.from) + (wide - measures.leastBar) / 2 : place(extent.from),
      width: Math.max(wide - 1, measures.leastBar),
      certain: extent.certain && {
        x: place(extent.certain.from),
        width: (extent.certain.until - extent.certain.from) * scale,
      },
    };
  };

  let y = measures.axis;
  const placed = lanes.map((lane): PlacedLane => {
    const top = y;
    const rows = lane.rows.map(({ label, bars }, index) => {
      const rowY = top + measures.laneHead + index * measures.row;
      return {
        label: label && shortened(label, letters),
        y: rowY,
        bars: bars.map((bar) => placeBar(bar, rowY + (measures.row - measures.bar) / 2)),
      };
    });
    const height = lane.isWithheld
      ? measures.hatched
      : measures.laneHead + lane.rows.length * measures.row + (lane.rows.length > 0 ? measures.lanePad : 4);
    y += height + measures.laneGap;
    return { lane, y: top, height, rows };
  });

  return {
    lanes: placed,
    ticks: placeTicks(years, place, monthName),
    height: y - measures.laneGap,
  };
}

/** A label that ends before the marks of its row. Every mark and the table have the whole name. */
function shortened(label: string, letters: number): string {
  return label.length <= letters ? label : `${label.slice(0, letters - 1).trimEnd()}…`;
}

/** A line at a point in time. */
export interface Tick {
  readonly x: number;
  /** undefined if there is no room for a label. */
  readonly label: string | undefined;
  readonly isYear: boolean;
}

/** The first month of each quarter but the first, from 0. */
const QUARTERS = [3, 6, 9];
const ROOM_FOR_A_YEAR = 38;
const ROOM_FOR_QUARTERS = 160;

/**
 * Lines for years, to the end of the last, and for quarters if a year is wide enough.
 * @param place the x of a moment
 * @param monthName the short name of a month from 0
 */
function placeTicks(
  years: { from: number; until: number },
  place: (time: number) => number,
  monthName: (month: number) => string,
): Tick[] {
  const yearWidth =
    (place(Date.UTC(years.until, 0)) - place(Date.UTC(years.from, 0))) / (years.until - years.from);
  const every = [1, 2, 5].find((step) => yearWidth * step > ROOM_FOR_A_YEAR) ?? 10;
  const ticks: Tick[] = [];
  for (let year = years.from; year <= years.until; year += 1) {
    const isNamed = year < years.until && (year - years.from) % every === 0;
    ticks.push({ x: place(Date.UTC(year, 0)), label: isNamed ? String(year) : undefined, isYear: true });
    if (yearWidth > ROOM_FOR_QUARTERS && year < years.until) {
      const quarters = QUARTERS.map((month) => ({
        x: place(Date.UTC(year, month)),
        label: monthName(month),
        isYear: false,
      }));
      ticks.push(...quarters);
    }
  }
  return ticks;
}

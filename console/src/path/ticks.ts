/** A line at a point of time. */
export interface Tick {
  readonly x: number;
  /** undefined where there is no room for one. */
  readonly label: string | undefined;
  readonly isYear: boolean;
}

const QUARTERS = ['Apr', 'Jul', 'Oct'];
const ROOM_FOR_A_YEAR = 38;
const ROOM_FOR_QUARTERS = 160;

/**
 * Lines for years, from the first to the end of the last, and for quarters where a year is wide.
 * @param place the x of a moment
 */
export function placeTicks(years: { from: number; until: number }, place: (time: number) => number): Tick[] {
  const yearWidth =
    (place(Date.UTC(years.until, 0)) - place(Date.UTC(years.from, 0))) / (years.until - years.from);
  const every = [1, 2, 5].find((step) => yearWidth * step > ROOM_FOR_A_YEAR) ?? 10;
  const ticks: Tick[] = [];
  for (let year = years.from; year <= years.until; year += 1) {
    const isNamed = year < years.until && (year - years.from) % every === 0;
    ticks.push({ x: place(Date.UTC(year, 0)), label: isNamed ? String(year) : undefined, isYear: true });
    if (yearWidth > ROOM_FOR_QUARTERS && year < years.until) {
      const quarters = QUARTERS.map((label, index) => ({
        x: place(Date.UTC(year, 3 * (index + 1))),
        label,
        isYear: false,
      }));
      ticks.push(...quarters);
    }
  }
  return ticks;
}

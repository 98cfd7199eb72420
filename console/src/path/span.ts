/** A stretch of time in milliseconds, from its first moment up to but without `until`. */
export interface Span {
  readonly from: number;
  readonly until: number;
}

/**
 * What a date of reduced precision can mean: `2012` is the whole year, `2012-05` the month.
 * undefined where it is no date.
 */
export function spanOf(date: string): Span | undefined {
  const [year, month, day] = date.split('-').map(Number);
  if (year === undefined || Number.isNaN(year)) return undefined;
  if (month === undefined) return { from: Date.UTC(year, 0), until: Date.UTC(year + 1, 0) };
  if (day === undefined) return { from: Date.UTC(year, month - 1), until: Date.UTC(year, month) };
  return { from: Date.UTC(year, month - 1, day), until: Date.UTC(year, month - 1, day + 1) };
}

const WHOLE_DATE = 'YYYY-MM-DD'.length;

/** How long a step lasted: at most, and, where its dates are masked, for certain. */
export interface Extent extends Span {
  /** undefined where masked dates leave nothing certain. */
  readonly certain: Span | undefined;
  readonly isMasked: boolean;
}

/** @param endedAt null where all of it was on one date */
export function extentOf(startedAt: string | null, endedAt: string | null): Extent | undefined {
  const start = startedAt === null ? undefined : spanOf(startedAt);
  const end = endedAt === null ? start : spanOf(endedAt);
  if (!start || !end) return undefined;
  const isMasked = [startedAt, endedAt].some((date) => date !== null && date.length < WHOLE_DATE);
  // A masked start may have been as late as its last day, a masked end as early as its first.
  const certain = isMasked ? { from: start.until, until: end.from } : { from: start.from, until: end.until };
  return {
    from: start.from,
    until: end.until,
    certain: certain.from < certain.until ? certain : undefined,
    isMasked,
  };
}

/** The whole years around some dates. */
export function yearsAround(dates: readonly string[]): { from: number; until: number } | undefined {
  const spans = dates.flatMap((date) => spanOf(date) ?? []);
  if (spans.length === 0) return undefined;
  return {
    from: new Date(Math.min(...spans.map(({ from }) => from))).getUTCFullYear(),
    until: new Date(Math.max(...spans.map(({ until }) => until)) - 1).getUTCFullYear() + 1,
  };
}

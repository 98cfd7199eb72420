import type { PathWords } from './pathWords.js';
import { type DrawnMember, type DrawnStep, orderSectors, type Pictured } from './servicePath.js';

/** A step with its place in time. */
export interface Bar {
  readonly step: DrawnStep;
  readonly extent: Extent;
}

/** Bars that do not overlap. */
interface LaneRow {
  /**
   * The name of the service, or the sector in the lane of a member; undefined in all but the first of its
   * rows.
   */
  readonly label: string | undefined;
  readonly bars: readonly Bar[];
}

/** One sector of a person, or one member of a family. */
export interface Lane {
  readonly key: string;
  readonly title: string;
  /** Set if the lane belongs to one sector. */
  readonly sector: string | undefined;
  readonly subtitle: string;
  readonly rows: readonly LaneRow[];
  readonly isWithheld: boolean;
}

/** Arranges steps in lanes: by sector for a person, by member for a family. Withheld sectors come last. */
export function arrangeLanes({ members, path }: Pictured, words: PathWords): readonly Lane[] {
  const bars = (path.steps ?? []).flatMap((step): Bar[] => {
    const extent = extentOf(step.startedAt, step.endedAt);
    return extent ? [{ step, extent }] : [];
  });
  bars.sort((a, b) => a.extent.from - b.extent.from);
  return [
    ...(members ? memberLanes(members, bars, words) : sectorLanes(bars, words)),
    ...orderSectors(path.withheld).map((sector) => withheldLane(sector, words)),
  ];
}

function sectorLanes(bars: readonly Bar[], words: PathWords): Lane[] {
  return orderSectors(bars.map(({ step }) => step.sector)).map((sector) => {
    const own = bars.filter(({ step }) => step.sector === sector);
    const services = [...new Set(own.map(({ step }) => words.service(step)))];
    const rows = services.flatMap((service) =>
      labelFirst(service, pack(own.filter(({ step }) => words.service(step) === service))),
    );
    return {
      key: sector,
      title: words.sector(sector),
      sector,
      subtitle: words.summary(own.map(({ step }) => step)),
      rows,
      isWithheld: false,
    };
  });
}

function memberLanes(members: readonly DrawnMember[], bars: readonly Bar[], words: PathWords): Lane[] {
  const byId = new Map(
    members.flatMap((member) => (member.person ? [[member.person.id, member] as const] : [])),
  );
  for (const { step } of bars) {
    const id = step.person?.id;
    if (id && !byId.has(id)) byId.set(id, { person: { id, birthYear: null, sex: null }, role: null });
  }
  const eldestFirst = [...byId].sort(([, a], [, b]) => birthYearOf(a).localeCompare(birthYearOf(b)));
  return eldestFirst.map(([id, member]) => {
    const own = bars.filter(({ step }) => step.person?.id === id);
    const rows = orderSectors(own.map(({ step }) => step.sector)).flatMap((sector) =>
      labelFirst(words.sector(sector), pack(own.filter(({ step }) => step.sector === sector))),
    );
    return {
      key: id,
      title: words.member(member),
      sector: undefined,
      subtitle: words.summary(own.map(({ step }) => step)),
      rows,
      isWithheld: false,
    };
  });
}

function withheldLane(sector: string, words: PathWords): Lane {
  return {
    key: `withheld ${sector}`,
    title: words.sector(sector),
    sector,
    subtitle: words.withheld,
    rows: [],
    isWithheld: true,
  };
}

/** The birth year for sorting. An unknown year sorts last. */
function birthYearOf({ person }: DrawnMember): string {
  return String(person?.birthYear ?? '9999');
}

function labelFirst(label: string, rows: readonly Bar[][]): LaneRow[] {
  return rows.map((bars, index) => ({ label: index === 0 ? label : undefined, bars }));
}

/** Distributes bars, sorted by start, over as few rows as possible without overlap. */
function pack(bars: readonly Bar[]): Bar[][] {
  const rows: Bar[][] = [];
  for (const bar of bars) {
    const free = rows.find((row) => row.at(-1)!.extent.until <= bar.extent.from);
    if (free) free.push(bar);
    else rows.push([bar]);
  }
  return rows;
}

/** A period in milliseconds: `from` is inside, `until` is not. */
interface Span {
  readonly from: number;
  readonly until: number;
}

/**
 * The period of a date of reduced precision: `2012` is the whole year, `2012-05` the month. undefined if the
 * text is not a date.
 */
export function spanOf(date: string): Span | undefined {
  const [year, month, day] = date.split('-').map(Number);
  if (year === undefined || Number.isNaN(year)) return undefined;
  if (month === undefined) return { from: Date.UTC(year, 0), until: Date.UTC(year + 1, 0) };
  if (day === undefined) return { from: Date.UTC(year, month - 1), until: Date.UTC(year, month) };
  return { from: Date.UTC(year, month - 1, day), until: Date.UTC(year, month - 1, day + 1) };
}

const WHOLE_DATE = 'YYYY-MM-DD'.length;

/**
 * The longest period that a step can have lasted and, if its dates are masked, the period that is certain.
 */
interface Extent extends Span {
  /** undefined if masked dates leave nothing certain. */
  readonly certain: Span | undefined;
  readonly isMasked: boolean;
}

/** @param endedAt null if the step was on one date */
export function extentOf(startedAt: string | null, endedAt: string | null): Extent | undefined {
  const start = startedAt === null ? undefined : spanOf(startedAt);
  const end = endedAt === null ? start : spanOf(endedAt);
  if (!start || !end) return undefined;
  const isMasked = [startedAt, endedAt].some((date) => date !== null && date.length < WHOLE_DATE);
  // A masked start may be as late as its last day, and a masked end as early as its first.
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

import {
  capitalise,
  describePerson,
  type DrawnMember,
  orderSectors,
  type Pictured,
  sectorName,
  type DrawnStep,
} from './servicePath.js';

/** A step with its place in time. */
export interface Bar {
  readonly step: DrawnStep;
  readonly extent: Extent;
}

/** Bars that do not overlap. */
interface LaneRow {
  /**
   * The code of the service, or the sector in the lane of a member; undefined in all but the first of its
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
export function arrangeLanes({ members, path }: Pictured): readonly Lane[] {
  const bars = (path.steps ?? []).flatMap((step): Bar[] => {
    const extent = extentOf(step.startedAt, step.endedAt);
    return extent ? [{ step, extent }] : [];
  });
  bars.sort((a, b) => a.extent.from - b.extent.from);
  return [
    ...(members ? memberLanes(members, bars) : sectorLanes(bars)),
    ...orderSectors(path.withheld).map(withheldLane),
  ];
}

function sectorLanes(bars: readonly Bar[]): Lane[] {
  return orderSectors(bars.map(({ step }) => step.sector)).map((sector) => {
    const own = bars.filter(({ step }) => step.sector === sector);
    const services = [...new Set(own.map(({ step }) => serviceOf(step)))];
    const rows = services.flatMap((service) =>
      labelFirst(service, pack(own.filter(({ step }) => serviceOf(step) === service))),
    );
    return {
      key: sector,
      title: sectorName(sector),
      sector,
      subtitle: summarise(own),
      rows,
      isWithheld: false,
    };
  });
}

function memberLanes(members: readonly DrawnMember[], bars: readonly Bar[]): Lane[] {
  const byId = new Map(
    members.flatMap((member) => (member.person ? [[member.person.id, member] as const] : [])),
  );
  for (const { step } of bars) {
    const id = step.person?.id;
    if (id && !byId.has(id)) byId.set(id, { person: { id, birthYear: null, sex: null }, role: null });
  }
  const eldestFirst = [...byId].sort(([, a], [, b]) => birthYearOf(a).localeCompare(birthYearOf(b)));
  return eldestFirst.map(([id, { person, role }]) => {
    const own = bars.filter(({ step }) => step.person?.id === id);
    const rows = orderSectors(own.map(({ step }) => step.sector)).flatMap((sector) =>
      labelFirst(sectorName(sector), pack(own.filter(({ step }) => step.sector === sector))),
    );
    const who = person ? describePerson(person) : 'a person';
    const title = role ? `${capitalise(role.toLowerCase().replaceAll('_', ' '))}, ${who}` : capitalise(who);
    return { key: id, title, sector: undefined, subtitle: summarise(own), rows, isWithheld: false };
  });
}

function withheldLane(sector: string): Lane {
  return {
    key: `withheld ${sector}`,
    title: sectorName(sector),
    sector,
    subtitle: '',
    rows: [],
    isWithheld: true,
  };
}

/** The birth year for sorting. An unknown year sorts last. */
function birthYearOf({ person }: DrawnMember): string {
  return String(person?.birthYear ?? '9999');
}

function serviceOf({ service }: DrawnStep): string {
  return service ?? 'service withheld';
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

/** `12 episodes, 80 contacts`. */
export function summarise(bars: readonly Bar[]): string {
  const contacts = bars.reduce((sum, { step }) => sum + (step.contacts ?? 0), 0);
  const episodes = writeCount(bars.length, 'episode');
  return bars.every(({ step }) => step.contacts === null)
    ? episodes
    : `${episodes}, ${writeCount(contacts, 'contact')}`;
}

export function writeCount(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
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

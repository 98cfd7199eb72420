import type { Coding } from '../texts/coding.js';

/** An episode of a service path in an answer of the gateway. Withheld values are null. */
export interface DrawnStep {
  readonly person?: { readonly id: string } | null;
  readonly sector: string;
  readonly service: Coding | null;
  /** ISO 8601, possibly of reduced precision: `2012`, `2012-05`, `2012-05-14`. */
  readonly startedAt: string | null;
  /** null if the step was on one date. */
  readonly endedAt: string | null;
  readonly contacts: number | null;
}

/** A service path in an answer of the gateway. */
export interface DrawnPath {
  readonly steps: readonly DrawnStep[] | null;
  /** Sectors that policy withholds, whether or not they contain anything. */
  readonly withheld: readonly string[];
}

export interface DrawnMember {
  readonly person: DrawnPerson | null;
  readonly role: string | null;
}

/** What a reader may know of a person: no name. */
export interface DrawnPerson {
  readonly id: string;
  readonly birthYear: string | number | null;
  readonly sex: Coding | null;
}

/** The content of the picture: one person, or one family with its members. */
export interface Pictured {
  readonly members: readonly DrawnMember[] | undefined;
  readonly path: DrawnPath;
}

/** The fields of a step to ask for. */
export const stepFields = 'sector service { code label } startedAt endedAt contacts';

const known = ['health', 'social', 'education'];

/** The CSS class for the colour of a sector. */
export function sectorClass(sector: string): string {
  const name = sector.toLowerCase();
  return `sector-${known.includes(name) ? name : 'other'}`;
}

/** Sectors in the same order everywhere: known ones first, then others by name. */
export function orderSectors(sectors: Iterable<string>): string[] {
  const rank = (sector: string): number => {
    const index = known.indexOf(sector.toLowerCase());
    return index === -1 ? known.length : index;
  };
  return [...new Set(sectors)].sort((a, b) => rank(a) - rank(b) || a.localeCompare(b));
}

/** The last year in which something of a step can have been; undefined if its dates are withheld. */
function lastYear({ startedAt, endedAt }: DrawnStep): number | undefined {
  const date = endedAt ?? startedAt;
  return date === null ? undefined : Number(date.slice(0, 4));
}

/** Years, both included. */
export interface YearRange {
  readonly first: number;
  readonly last: number;
}

/** The years of all steps; undefined if there are none with dates. */
export function yearsOf({ path }: Pictured): YearRange | undefined {
  const dated = (path.steps ?? []).filter(({ startedAt }) => startedAt !== null);
  if (dated.length === 0) return undefined;
  return {
    first: Math.min(...dated.map(({ startedAt }) => Number(startedAt!.slice(0, 4)))),
    last: Math.max(...dated.map((step) => lastYear(step)!)),
  };
}

/** Only the steps that touch some of these years. */
export function withinYears({ members, path }: Pictured, { first, last }: YearRange): Pictured {
  const steps = (path.steps ?? []).filter(
    (step) =>
      step.startedAt !== null && Number(step.startedAt.slice(0, 4)) <= last && lastYear(step)! >= first,
  );
  return { members, path: { ...path, steps } };
}

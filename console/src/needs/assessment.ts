import type { DrawnPerson } from '../paths/servicePath.js';

/** A prediction for one child in an answer of the gateway. Withheld values are null. */
export interface ChildAssessment {
  readonly child?: DrawnPerson | null;
  readonly status: string | null;
  readonly withheld: readonly string[] | null;
  readonly switchedOffBecause: string | null;
  readonly probability: number | null;
  readonly interval: ShareRange | null;
  readonly baseRate: number | null;
  readonly contributions: readonly ScorePart[] | null;
  /** How many factors that may be shown are unknown for the child. */
  readonly missing: number | null;
  readonly calibration: CalibratedBand | null;
  readonly model: { readonly version: string | null; readonly approvedAt: string | null } | null;
  readonly humanOversight: string | null;
  readonly limits: readonly string[] | null;
}

/** Shares from 0 to 1. */
interface ShareRange {
  readonly from: number | null;
  readonly until: number | null;
}

/** What became of children with about this probability. */
interface CalibratedBand extends ShareRange {
  readonly children: number | null;
  readonly predicted: number | null;
  readonly observed: number | null;
}

/** What a factor, an interaction of factors, or a total of hidden factors adds. */
export interface ScorePart {
  readonly registries: readonly string[] | null;
  /** Empty: a total of hidden factors. */
  readonly factors: readonly { readonly id: string | null; readonly label: string | null }[] | null;
  readonly logOdds: number | null;
}

const fields = `status withheld switchedOffBecause probability interval { from until } baseRate
  contributions { registries factors { id label } logOdds } missing
  calibration { from until children predicted observed } model { version approvedAt } humanOversight limits`;

export const personNeedQuery = `query PersonNeed($id: PersonID!, $asOf: Quarter!, $years: Int!) {
  person(id: $id) { childProtectionRisk(asOf: $asOf, horizonYears: $years) { ${fields} } }
}`;

export const familyNeedQuery = `query FamilyNeed($id: FamilyID!, $asOf: Quarter!, $years: Int!) {
  family(id: $id) { childProtectionRisks(asOf: $asOf, horizonYears: $years) {
    children { child { id birthYear sex { code label } } ${fields} }
  } }
}`;

export interface NeedAnswer {
  readonly person?: { readonly childProtectionRisk: ChildAssessment | null } | null;
  readonly family?: {
    readonly childProtectionRisks: { readonly children: readonly ChildAssessment[] | null } | null;
  } | null;
}

/** The children of an answer, the eldest first: an order that says nothing of their need. */
export function readAssessments({ person, family }: NeedAnswer): readonly ChildAssessment[] {
  if (person?.childProtectionRisk) return [person.childProtectionRisk];
  const yearOf = ({ child }: ChildAssessment) => Number(child?.birthYear ?? Infinity);
  return [...(family?.childProtectionRisks?.children ?? [])].sort((a, b) => yearOf(a) - yearOf(b));
}

/** How many of a thousand: whole numbers up to the precision of the share. */
export function ofThousand(share: number): number {
  return Math.round(share * 1000);
}

const scaleEnds = [0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1];

/** The end of the shortest scale from 0 that shows all shares. */
export function scaleEnd(shares: readonly number[]): number {
  const most = Math.max(...shares);
  return scaleEnds.find((end) => most <= end) ?? 1;
}

/** The parts that are shown by factor, and the totals of hidden factors, without parts that have no value. */
export function splitParts(parts: readonly ScorePart[]): {
  readonly single: readonly ScorePart[];
  readonly totals: readonly ScorePart[];
} {
  const valued = parts.filter(({ logOdds }) => logOdds !== null);
  return {
    single: valued.filter(({ factors }) => (factors?.length ?? 0) > 0),
    totals: valued.filter(({ factors }) => !factors?.length),
  };
}

/** The quarter of a day, such as `2012-Q1`. */
export function quarterOf(day: Date): string {
  return `${day.getFullYear()}-Q${Math.floor(day.getMonth() / 3) + 1}`;
}

/** The first year of the registers that can say anything about the years before it. */
const FIRST_YEAR = 2003;
const YEARS_OF_CHILDHOOD = 18;

/** The years in which a child may have been one, the latest first. */
export function yearsToAsk(birthYear: number | undefined, now: Date): readonly number[] {
  const last = Math.min(
    now.getFullYear(),
    birthYear === undefined ? Infinity : birthYear + YEARS_OF_CHILDHOOD,
  );
  const first = Math.min(last, Math.max(FIRST_YEAR, birthYear ?? FIRST_YEAR));
  return Array.from({ length: last - first + 1 }, (_, back) => last - back);
}

/** The quarters of a year that have begun. */
export function quartersOf(year: number, now: Date): readonly string[] {
  const all = [1, 2, 3, 4].map((quarter) => `${year}-Q${quarter}`);
  return all.filter((quarter) => quarter <= quarterOf(now));
}

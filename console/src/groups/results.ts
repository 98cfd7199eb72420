import type { Coding } from '../texts/coding.js';
import type { AskedKind, TableDimension } from './question.js';

/** How numbers were protected, as the gateway states it with each answer. */
export interface StatedProtection {
  readonly minimum: number;
  readonly families: number;
  readonly familyShare: number;
  readonly noiseMaximum: number;
  readonly noiseVariance: number;
  readonly smallestCount: number;
  readonly questionsLeft: number;
}

/** A published number; null: suppressed. */
export type Published = number | null;

export interface TableCell {
  readonly year: number | null;
  readonly sex: Coding | null;
  readonly district: Coding | null;
  readonly ageBand: string | null;
  readonly familyType: Coding | null;
  readonly count: Published;
}

export interface UsedService {
  readonly sector: string | null;
  readonly service: Coding | null;
}

export interface PathEdge {
  readonly step: number;
  readonly from: UsedService;
  readonly to: UsedService;
  readonly persons: number;
}

export interface ListedPath {
  readonly steps: readonly UsedService[];
  readonly persons: number;
  readonly share: number | null;
}

export interface ComparedItem {
  readonly characteristic: string;
  readonly sector: string | null;
  readonly category: Coding;
  readonly share: number;
  readonly otherShare: number;
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
}

export interface CurveInterval {
  readonly months: number;
  readonly atRisk: Published;
  readonly events: Published;
  readonly survival: number | null;
}

interface Results {
  readonly size: { readonly count: Published };
  readonly table: { readonly cells: readonly TableCell[] | null };
  readonly serviceUse: {
    readonly rows:
      readonly (UsedService & { readonly year: number | null; readonly persons: Published })[] | null;
  };
  readonly commonPaths: {
    readonly members: Published;
    readonly paths: readonly ListedPath[] | null;
    readonly transitions: readonly PathEdge[] | null;
  };
  readonly differences: { readonly items: readonly ComparedItem[] | null };
  readonly serviceDifferences: { readonly items: readonly ComparedItem[] | null };
  readonly timeToEvent: { readonly intervals: readonly CurveInterval[] | null };
}

/** What a kind of question publishes, with its protection. */
export type ResultOf<Kind extends AskedKind> = Results[Kind] & {
  readonly protection: StatedProtection | null;
};

/** An answer of any kind. */
export type AnyResult = {
  readonly [Kind in AskedKind]: { readonly kind: Kind; readonly result: ResultOf<Kind> };
}[AskedKind];

/** The fields of a cell of a table, by dimension. */
export const cellFields = {
  YEAR: 'year',
  SEX: 'sex',
  DISTRICT: 'district',
  AGE_BAND: 'ageBand',
  FAMILY_TYPE: 'familyType',
} as const satisfies Record<TableDimension, keyof TableCell>;

/** The names of dimensions in the list of differences. */
export function characteristicDimension(characteristic: string): TableDimension | undefined {
  const found = Object.entries(cellFields).find(([, field]) => field === characteristic);
  return found && (found[0] as TableDimension);
}

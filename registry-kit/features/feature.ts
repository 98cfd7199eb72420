import { type Day, formatDay, today } from '../../lib/calendar.js';
import { PolkuError } from '../../lib/errors.js';
import { Feed, type FeedColumns } from '../../schema/feed.js';
import type { PersonKey } from '../../schema/keys.js';

/** Whose rows a factor is made of: the child's own, those of the parents in the child's family, or of the other children in it. */
export type Whose = 'child' | 'parents' | 'siblings';

export interface Labels {
  readonly fi: string;
  readonly en: string;
  readonly sv: string;
}

/** Something that a registry knows of a child, as a number, as of the first day of a quarter and only from what began before it. */
export interface Factor {
  /** `health.parents.T60.36m`: unique in the city; it begins with the registry. */
  readonly id: string;
  readonly whose: Whose;
  readonly label: Labels;
  /** How it is reckoned, in words. */
  readonly formula: string;
  /** Months that it looks back; undefined: as far as the registry reaches. */
  readonly months: number | undefined;
  /** The coordinates that it tells of. */
  readonly reads: readonly string[];
}

/** The registry that a factor is of: its id begins with it. */
export function registryOf(factor: string): string {
  return factor.slice(0, factor.indexOf('.'));
}

/** Reckons all factors of a registry for one household, as of one day. */
interface FactorReader {
  /**
   * @param known whether a person's rows may be counted: what is summed over people of whom some are unknown is unknown (NaN)
   * @param into as many numbers as there are factors, in their order; single precision, so that columns for training and one child's numbers are the same
   */
  read(household: Household, known: (person: PersonKey) => boolean, into: Float32Array): void;
}

/**
 * A registry's factors. One reader answers for one child and, called again and again, for every child, so that what a model
 * is trained on and what it is asked with cannot differ.
 */
export interface FactorSource<Store> {
  readonly factors: readonly Factor[];
  /** @param before the first day of the quarter: what began on it or later does not count */
  reader(store: Store, before: Day): FactorReader;
}

/** Stands for a member of a family of whom nothing may be known. */
export const SOMEBODY: PersonKey = 0xffff_ffff;

/** A child with the others in the child's family, as the population register had it on the day before a quarter. */
export interface Household {
  readonly child: PersonKey;
  readonly parents: readonly PersonKey[];
  /** Under 18, without the child. */
  readonly siblings: readonly PersonKey[];
}

/** Households as they travel between registries: flat columns, whose rows of `relative` follow the order of children. */
export class Households {
  private constructor(private readonly columns: FeedColumns) {}

  static of(households: readonly Household[]): Households {
    const offset = new Uint32Array(households.length + 1);
    households.forEach(({ parents, siblings }, at) => {
      offset[at + 1] = offset[at]! + parents.length + siblings.length;
    });
    const relative = new Uint32Array(offset[households.length]!);
    const parents = new Uint8Array(households.length);
    households.forEach((household, at) => {
      relative.set(household.parents, offset[at]);
      relative.set(household.siblings, offset[at]! + household.parents.length);
      parents[at] = household.parents.length;
    });
    const child = Uint32Array.from(households, (household) => household.child);
    return new Households({ child, offset, relative, parents });
  }

  /** Reads them from a feed; undefined where it holds none. */
  static from({ state, columns }: Feed): Households | undefined {
    if (state !== 'data') return undefined;
    const { child, offset, relative, parents } = columns;
    const isWhole =
      child instanceof Uint32Array &&
      offset instanceof Uint32Array &&
      relative instanceof Uint32Array &&
      parents instanceof Uint8Array &&
      parents.length === child.length &&
      offset.length === child.length + 1;
    return isWhole ? new Households(columns) : undefined;
  }

  get feed(): Feed {
    return Feed.data(this.columns);
  }

  get children(): Uint32Array {
    return this.columns['child'] as Uint32Array;
  }

  at(index: number): Household {
    const offset = this.columns['offset'] as Uint32Array;
    const relative = this.columns['relative'] as Uint32Array;
    const [from, to] = [offset[index]!, offset[index + 1]!];
    const split = from + (this.columns['parents'] as Uint8Array)[index]!;
    return {
      child: this.children[index]!,
      parents: [...relative.subarray(from, split)],
      siblings: [...relative.subarray(split, to)],
    };
  }
}

/** Years after a quarter in which need is foreseen. */
export const HORIZON_YEARS = 5;

/** @throws PolkuError BAD_USER_INPUT where the horizon is out of range, or the quarter has not begun */
export function checkForesight(asOf: Day, horizonYears: number): void {
  if (horizonYears < 1 || horizonYears > HORIZON_YEARS)
    throw new PolkuError(
      'BAD_USER_INPUT',
      `horizonYears: expected 1 to ${HORIZON_YEARS}, got ${horizonYears}.`,
    );
  if (asOf > today())
    throw new PolkuError(
      'BAD_USER_INPUT',
      `asOf: expected a quarter that has begun, got one that begins on ${formatDay(asOf)}.`,
    );
}

/** Lower ends of bands of probability, the last band ending at 1: fixed, so that they tell nothing of data. */
export const RISK_BANDS = [0, 0.01, 0.02, 0.05, 0.1, 0.2] as const;

/** The number of the band that a probability lies in. */
export function bandOf(probability: number): number {
  return RISK_BANDS.findLastIndex((from) => from <= probability);
}

/** A registry that has factors of risk. */
export interface RiskSource {
  readonly registry: string;
  readonly factors: readonly Factor[];
}

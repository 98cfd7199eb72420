import { type Day, formatDay, today } from '../../lib/calendar.js';
import { PolkuError } from '../../lib/errors.js';
import { Feed, type FeedColumns } from '../../schema/feed.js';
import type { PersonKey } from '../../schema/keys.js';
import type { LocalizedText } from '../../schema/language.js';

/**
 * Whose rows a feature uses: those of the child, of the parents in the family, or of the other children in
 * it.
 */
export type HouseholdPart = 'child' | 'parents' | 'siblings';

/**
 * A number about a child that a registry computes for the first day of a quarter, only from what began before
 * that day.
 */
export interface Feature {
  /** Such as `health.parents.T60.36m`. It is unique in the city and begins with the registry. */
  readonly id: string;
  readonly part: HouseholdPart;
  readonly label: LocalizedText;
  /** The calculation in words. */
  readonly formula: string;
  /** The window in months. Undefined means all data of the registry. */
  readonly months: number | undefined;
  /** The coordinates that it reveals. */
  readonly reads: readonly string[];
}

/** Returns the registry of a feature, which is the beginning of its id. */
export function registryOfFeature(feature: string): string {
  return feature.slice(0, feature.indexOf('.'));
}

/** Computes all features of a registry for one household and one day. */
interface FeatureReader {
  /**
   * @param known says whether a person's rows may be counted; a sum over persons is NaN if one of them is
   * unknown
   * @param into receives one number for each feature, in their order. Single precision makes training columns
   * and the numbers of one child identical.
   */
  read(household: ChildHousehold, known: (person: PersonKey) => boolean, into: Float32Array): void;
}

/**
 * The features of a registry. The same reader serves one child and all children, so that the inputs for
 * training and for prediction cannot differ.
 */
export interface FeatureSource<Store> {
  readonly features: readonly Feature[];
  /** @param before the first day of the quarter; what began on or after it does not count */
  reader(store: Store, before: Day): FeatureReader;
}

/** The placeholder for a family member whose data may not be used. */
export const UNKNOWN_PERSON: PersonKey = 0xffff_ffff;

/** A child and the family of the child in the population register on the day before a quarter. */
export interface ChildHousehold {
  readonly child: PersonKey;
  readonly parents: readonly PersonKey[];
  /** The other members under 18. */
  readonly siblings: readonly PersonKey[];
}

/**
 * Households in the form that travels between registries: flat columns. `relative` follows the order of the
 * children.
 */
export class ChildHouseholds {
  private constructor(private readonly columns: FeedColumns) {}

  static of(households: readonly ChildHousehold[]): ChildHouseholds {
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
    return new ChildHouseholds({ child, offset, relative, parents });
  }

  /** Reads households from a feed. Returns undefined if the feed has none. */
  static from({ state, columns }: Feed): ChildHouseholds | undefined {
    if (state !== 'data') return undefined;
    const { child, offset, relative, parents } = columns;
    const isWhole =
      child instanceof Uint32Array &&
      offset instanceof Uint32Array &&
      relative instanceof Uint32Array &&
      parents instanceof Uint8Array &&
      parents.length === child.length &&
      offset.length === child.length + 1;
    return isWhole ? new ChildHouseholds(columns) : undefined;
  }

  get feed(): Feed {
    return Feed.data(this.columns);
  }

  get children(): Uint32Array {
    return this.columns['child'] as Uint32Array;
  }

  at(index: number): ChildHousehold {
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

/** The longest prediction horizon: years after a quarter. */
export const HORIZON_YEARS = 5;

/** @throws PolkuError BAD_USER_INPUT if the horizon is out of range, or the quarter has not begun */
export function checkPredictionArgs(asOf: Day, horizonYears: number): void {
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

/**
 * Lower bounds of the probability bands. The last band ends at 1. They are fixed, so that they reveal no
 * data.
 */
export const RISK_BANDS = [0, 0.01, 0.02, 0.05, 0.1, 0.2] as const;

/** Returns the index of the band of a probability. */
export function bandOf(probability: number): number {
  return RISK_BANDS.findLastIndex((from) => from <= probability);
}

/** A registry with features for risk models. */
export interface RiskSource {
  readonly registry: string;
  readonly features: readonly Feature[];
}

import { Feed, type FeedColumns } from '../../../schema/feed.js';
import type { PersonKey } from '../../../schema/keys.js';

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

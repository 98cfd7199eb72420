import { isAtLeastAsFine } from '../catalogue/masks.js';
import type { MaskName, Permission } from '../decision.js';
import type { GraphField } from '../parse/policyGraph.js';
import type { Classification, Grant, PolicyModel, Prohibition } from '../policyModel.js';

/** What a grant shows: the numbers of coordinates, and a permission for each. */
interface ShownFields {
  readonly numbers: Int32Array;
  /** All decisions share these lists; undefined: withheld as a quasi-identifier. */
  readonly permissions: readonly (readonly [Permission] | undefined)[];
}

export interface IndexedGrant {
  readonly grant: Grant;
  readonly identified: ShownFields;
  /** For pseudonymised purposes: quasi-identifiers under their masks, or not at all. */
  readonly pseudonymised: ShownFields;
  /** The permission for fields that it releases: without a mask. */
  readonly released: readonly [Permission];
}

interface IndexedProhibition {
  readonly prohibition: Prohibition;
  readonly fields: BitSet;
}

/**
 * Coordinates as small numbers, and rules as sets of these numbers. It is built once for a policy, so that a
 * decision needs only a few passes over typed arrays. Fields come first, in the order of the graph, then
 * arguments.
 */
export class PolicyIndex {
  readonly fields: readonly GraphField[];
  /** Arguments, each with the number of its field. */
  readonly arguments: readonly { readonly field: number; readonly tests: string | undefined }[];
  readonly coordinates: readonly string[];
  readonly numbers: ReadonlyMap<string, number>;
  readonly grants: readonly IndexedGrant[];
  readonly prohibitions: readonly IndexedProhibition[];
  /** Fields about individual people. */
  readonly personal: BitSet;

  constructor(model: PolicyModel) {
    this.fields = [...model.graph.fields.values()];
    const inputs = this.fields.flatMap((field, number) =>
      field.arguments.map(({ coordinate, tests }) => ({ coordinate, field: number, tests })),
    );
    this.arguments = inputs;
    this.coordinates = [...this.fields, ...inputs].map(({ coordinate }) => coordinate);
    this.numbers = new Map(this.coordinates.map((coordinate, number) => [coordinate, number]));
    const registries = [...model.registries.values()];
    this.grants = registries.flatMap(({ grants, fields }) =>
      grants.map((grant) => this.indexGrant(grant, fields)),
    );
    this.prohibitions = registries.flatMap(({ prohibitions }) =>
      prohibitions.map((prohibition) => ({ prohibition, fields: this.setOf(prohibition.fields) })),
    );
    this.personal = this.setOf(
      this.fields.filter(({ personal }) => personal).map(({ coordinate }) => coordinate),
    );
  }

  setOf(coordinates: Iterable<string>): BitSet {
    const numbers = [...coordinates].map((coordinate) => this.numbers.get(coordinate)!);
    return BitSet.of(this.coordinates.length, numbers);
  }

  /** Leaves out fields that are not classified, because they are denied. */
  private indexGrant(grant: Grant, classified: ReadonlyMap<string, Classification>): IndexedGrant {
    const shown = [...grant.show].filter(([coordinate]) => classified.has(coordinate));
    const numbers = Int32Array.from(shown, ([coordinate]) => this.numbers.get(coordinate)!);
    const permit = (mask: MaskName | undefined): readonly [Permission] => [
      { mask, conditions: grant.when, grant: grant.id },
    ];
    return {
      grant,
      identified: { numbers, permissions: shown.map(([, mask]) => permit(mask)) },
      pseudonymised: {
        numbers,
        permissions: shown.map(([coordinate, mask]) => {
          const capped = capQuasi(mask, classified.get(coordinate)!.quasi);
          return capped === 'withhold' ? undefined : permit(capped);
        }),
      },
      released: permit(undefined),
    };
  }
}

/** Pseudonymised purposes see a quasi-identifier at most under its mask. */
function capQuasi(
  mask: MaskName | undefined,
  quasi: Classification['quasi'],
): MaskName | 'withhold' | undefined {
  if (quasi === undefined) return mask;
  if (quasi === 'withhold') return 'withhold';
  if (isAtLeastAsFine(mask, quasi)) return quasi;
  return isAtLeastAsFine(quasi, mask) ? mask : 'withhold';
}

/** A set of small whole numbers, with one bit for each. */
export class BitSet {
  private readonly words: Uint32Array;

  /** @param size all members are smaller than this */
  constructor(size: number) {
    this.words = new Uint32Array((size + 31) >>> 5);
  }

  static of(size: number, members: Iterable<number>): BitSet {
    const set = new BitSet(size);
    for (const member of members) set.add(member);
    return set;
  }

  add(member: number): void {
    this.words[member >>> 5]! |= 1 << (member & 31);
  }

  has(member: number): boolean {
    return ((this.words[member >>> 5]! >>> (member & 31)) & 1) === 1;
  }

  addAll(other: BitSet): void {
    for (let word = 0; word < this.words.length; word++) this.words[word]! |= other.words[word]!;
  }
}

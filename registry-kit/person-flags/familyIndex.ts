import type { FamilyKey } from '../../schema/keys.js';
import type { Table } from '../columns/table.js';

/** Who was in which family, and when, from the population register. */
export type MembershipTable = Table & {
  readonly columns: {
    readonly family: Uint32Array;
    readonly start: Int32Array;
    readonly end: Int32Array;
  };
};

/** Finds the membership rows of a family. The table itself is sorted by person. */
class FamilyIndex {
  /** offsets[key] .. offsets[key + 1] is the range of a family in `rows`. */
  readonly #offsets: Uint32Array;
  readonly #rows: Uint32Array;

  constructor({ rows, columns: { family } }: MembershipTable) {
    const largest = family.reduce((max, key) => Math.max(max, key), 0);
    this.#offsets = new Uint32Array(largest + 2);
    for (const key of family) this.#offsets[key + 1]! += 1;
    for (let key = 0; key <= largest; key++) this.#offsets[key + 1]! += this.#offsets[key]!;
    const next = this.#offsets.slice();
    this.#rows = new Uint32Array(rows);
    for (let row = 0; row < rows; row++) {
      const key = family[row]!;
      this.#rows[next[key]!] = row;
      next[key]! += 1;
    }
  }

  rowsOf(family: FamilyKey): Uint32Array {
    if (family + 1 >= this.#offsets.length) return new Uint32Array();
    return this.#rows.subarray(this.#offsets[family], this.#offsets[family + 1]);
  }
}

const indexes = new WeakMap<MembershipTable, FamilyIndex>();

/** The index of a table, built once for each snapshot. */
export function familyIndexOf(memberships: MembershipTable): FamilyIndex {
  let index = indexes.get(memberships);
  if (!index) indexes.set(memberships, (index = new FamilyIndex(memberships)));
  return index;
}

import type { PersonSet } from '../../../schema/personSet.js';
import type { RecordTest } from '../groups/criterion.js';

/**
 * What a feed's resolver answers for a group: of everybody, whole, each part with the coordinates that it tells of.
 * Enforcement leaves out whose data may not be taken, and makes a Feed of it.
 */
export interface GroupAnswers {
  readonly leaves: readonly GroupLeaf[];
  readonly attributes?: readonly GroupAttribute[];
  /** Columns that are about nobody: dictionaries. */
  readonly texts?: Readonly<Record<string, readonly string[]>>;
}

/** Who meets a criterion, or when it was met. It is evaluated only where the owner lets it. */
export interface GroupLeaf {
  readonly name: string;
  readonly tests: readonly string[];
  readonly evaluate: (counts: RecordTest | undefined) => PersonSet | Promise<PersonSet | PersonRows>;
}

/** A column of numbers. */
export type Numbers = Uint8Array | Uint16Array | Int32Array | Uint32Array;

/** Rows, each of one person. */
export interface PersonRows {
  readonly person: Uint32Array;
  readonly [column: string]: Numbers;
}

/** A column of values of persons, who may stand in it several times. */
export interface GroupAttribute {
  readonly name: string;
  readonly tells: string;
  readonly subject: Uint32Array;
  readonly values: Numbers;
  /** Stands for a value that may not be taken; without it the column is given of everybody where it is released. */
  readonly nothing?: number;
}

import { editDistance } from '../../../lib/didYouMean.js';

/** A column name in the form that is compared: without surrounding blanks, in Unicode NFC. */
export function columnName(text: string): string {
  return text.normalize('NFC').trim();
}

/** Names are printed only if they are near enough to be a typo. */
const MAX_TYPOS = 2;
const LETTERS_PER_TYPO = 4;

const LETTERS = /^[\p{L}_]+$/u;

/** A name has few digits. A row about a person has a code, a day or a number, or a long text. */
const LIKE_A_NAME = /^(?=.{1,40}$)[\p{L}_](?!(?:.*\d){3})/u;

/** Whether a first line can only be names, and no row about a person. */
export function looksLikeNames(line: readonly string[]): boolean {
  return line.length > 1 && line.every((name) => LIKE_A_NAME.test(columnName(name)));
}

/**
 * The column names of a source file. They may be a row about a person, or contain one, so they never leave
 * this class. Messages contain only names of the mapping, counts, positions and code points. A name of the
 * file is repeated only if four conditions hold: it is at most two typos off a name of the mapping, it
 * consists of letters, half of the expected names are present, and all other fields look like names.
 */
export class SourceNames {
  readonly #names: readonly string[];

  constructor(names: readonly string[]) {
    this.#names = names.map(columnName);
  }

  get count(): number {
    return this.#names.length;
  }

  /** The positions of a column of the mapping, counted from 0. */
  positionsOf(column: string): readonly number[] {
    const wanted = columnName(column);
    return this.#names.flatMap((name, position) => (name === wanted ? [position] : []));
  }

  /** Quotes each missing column, with a hint at the column that may be meant. */
  describeMissing(missing: readonly string[], needed: readonly string[]): string {
    return missing.map((column) => `"${column}"${this.#hint(column, missing, needed)}`).join(', ');
  }

  #hint(column: string, missing: readonly string[], needed: readonly string[]): string {
    const wanted = columnName(column);
    const same = this.#names.findIndex((name) => lettersOf(name) === lettersOf(wanted));
    if (same !== -1) {
      const odd = oddCharacters(this.#names[same]!, wanted);
      const difference = odd.length > 0 ? `with ${odd.join(', ')} in it` : 'written in another way';
      return ` (column ${same + 1} has this name, ${difference})`;
    }
    const prefixed = this.#names.findIndex((name) => name.startsWith(wanted));
    if (prefixed !== -1) return ` (column ${prefixed + 1} begins with this name)`;
    const isHeader =
      2 * missing.length <= needed.length &&
      this.#names.every((name) => name === '' || LIKE_A_NAME.test(name));
    if (!isHeader) return '';
    const most = Math.min(MAX_TYPOS, Math.floor(wanted.length / LETTERS_PER_TYPO));
    const known = new Set(needed.map(columnName));
    const [nearest] = this.#names
      .filter((name) => LETTERS.test(name) && !known.has(name))
      .map((name) => ({ name, typos: editDistance(wanted.toLowerCase(), name.toLowerCase()) }))
      .filter(({ typos }) => typos <= most)
      .sort((a, b) => a.typos - b.typos);
    if (!nearest) return '';
    const odd = oddCharacters(nearest.name, wanted);
    return ` (did you mean "${nearest.name}"?${odd.length > 0 ? ` It has ${odd.join(', ')}.` : ''})`;
  }
}

/**
 * The letters and digits of a name. Two names that agree in them differ in characters that are hard to see.
 */
function lettersOf(name: string): string {
  return name
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '');
}

/** The code points of characters that the expected name lacks, except ASCII letters and digits. */
function oddCharacters(name: string, wanted: string): readonly string[] {
  const odd = [...name].filter((character) => !/[A-Za-z0-9]/.test(character) && !wanted.includes(character));
  return [...new Set(odd)].map(codePoint);
}

/** A character in Unicode notation: U+00A0. */
export function codePoint(character: string): string {
  return `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`;
}

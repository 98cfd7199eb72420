import { editDistance } from '../mapping/nearestName.js';

/** A name as columns are matched by it: blanks around it do not count, nor how Unicode composes its letters. */
export function columnName(text: string): string {
  return text.normalize('NFC').trim();
}

/** Names are printed only when they are near enough to be a slip of the pen. */
const MAX_TYPOS = 2;
const LETTERS_PER_TYPO = 4;

const LETTERS = /^[\p{L}_]+$/u;

/** A name has few digits; a row about somebody has a code, a day or a number, or a long text. */
const LIKE_A_NAME = /^(?=.{1,40}$)[\p{L}_](?!(?:.*\d){3})/u;

/**
 * The names that a source file gives to its columns. They may be a row about somebody, or hold one, so that they never leave:
 * what is said about them is made of the mapping's names, counts, positions and code points. One name is repeated where
 * all of these hold: it is at most two letters off a name of the mapping, it is made of letters alone, half of the names that are
 * looked for are there, and no other field looks like anything but a name.
 */
export class SourceNames {
  readonly #names: readonly string[];

  constructor(names: readonly string[]) {
    this.#names = names.map(columnName);
  }

  get count(): number {
    return this.#names.length;
  }

  /** Where a column of the mapping stands, from 0 on. */
  positionsOf(column: string): readonly number[] {
    const wanted = columnName(column);
    return this.#names.flatMap((name, position) => (name === wanted ? [position] : []));
  }

  /** Each column that is missing, quoted, with what may be meant. */
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
    const glued = this.#names.findIndex((name) => name.startsWith(wanted));
    if (glued !== -1) return ` (column ${glued + 1} begins with this name)`;
    const isHeader =
      2 * missing.length <= needed.length &&
      this.#names.every((name) => name === '' || LIKE_A_NAME.test(name));
    if (!isHeader) return '';
    const most = Math.min(MAX_TYPOS, Math.floor(wanted.length / LETTERS_PER_TYPO));
    const known = new Set(needed.map(columnName));
    const [nearest] = this.#names
      .filter((name) => LETTERS.test(name) && !known.has(name))
      .map((name) => ({ name, slips: editDistance(wanted.toLowerCase(), name.toLowerCase()) }))
      .filter(({ slips }) => slips <= most)
      .sort((a, b) => a.slips - b.slips);
    if (!nearest) return '';
    const odd = oddCharacters(nearest.name, wanted);
    return ` (did you mean "${nearest.name}"?${odd.length > 0 ? ` It has ${odd.join(', ')}.` : ''})`;
  }
}

/** What of a name is letters and digits: two names that agree in it differ in characters that are hard to see. */
function lettersOf(name: string): string {
  return name
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '');
}

/** The characters of a name that the wanted one lacks, but letters and digits of ASCII, as code points. */
function oddCharacters(name: string, wanted: string): readonly string[] {
  const odd = [...name].filter((character) => !/[A-Za-z0-9]/.test(character) && !wanted.includes(character));
  return [...new Set(odd)].map(codePoint);
}

/** A character as Unicode names it: U+00A0. */
export function codePoint(character: string): string {
  return `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`;
}

import { dayOf } from '../lib/calendar.js';

/** The index of the check character is the nine-digit number modulo 31 (Decree 128/2010 §2). */
const CHECK_CHARACTERS = '0123456789ABCDEFHJKLMNPRSTUVWXY';

/** Returns the check character for ddmmyy and the individual number. */
export function checkCharacter(nineDigits: string): string {
  return CHECK_CHARACTERS.charAt(Number(nineDigits) % 31);
}

/**
 * Checks whether a text contains something that a reader can recognise as a Finnish personal identity code.
 * It uses the text that `fold` returns, so that no other alphabet and no invisible character hides a code. A
 * code is
 *
 * 1. six digits, a century sign, three digits and a check character, even if its date or check character is
 *    wrong: a mistyped code still reveals the person;
 * 2. the same with blanks or other characters in place of the sign, if the date exists;
 * 3. the same ten characters without a sign, or with single characters between the digits, if the date exists
 *    and the check character is right.
 *
 * One in 800 random ten-digit numbers matches the third rule.
 */
export function holdsIdentityCode(text: string): boolean {
  return codesIn(fold(text)).length > 0;
}

/** Removes identity codes from an error text, because parsers quote unexpected input. */
export function withoutIdentityCodes(text: string): string {
  const folded = fold(text);
  let end = 0;
  let result = '';
  for (const [from, to] of codesIn(folded)) {
    result += `${text.slice(end, folded.at(from))}(identity code)`;
    end = folded.at(to);
  }
  return result + text.slice(end);
}

/** The length of a ten-digit number without its leading zero. */
const SHORTEST_NUMBER = 9;

/**
 * Checks whether a plain decimal number is an identity code that lost its sign and perhaps its leading zero,
 * or whose sign became a decimal point. The date and the check character must be right. One in 800 random
 * ten-digit numbers matches, and one in 250 with nine digits.
 */
export function isIdentityCodeNumber(plain: string): boolean {
  if (plain.length < SHORTEST_NUMBER) return false;
  const parts = /^[-+]?(?:0*(\d{9,10})(?:\.0*)?|0*(\d{5,6})\.(\d{4}))$/.exec(plain);
  if (!parts) return false;
  const digits = Number(parts[1] ?? `${parts[2]}${parts[3]}`);
  const nineDigits = Math.floor(digits / 10);
  return (
    isDate(Math.floor(nineDigits / 1000)) &&
    nineDigits % 1000 >= LEAST_INDIVIDUAL &&
    fitsCheck(nineDigits, String(digits % 10))
  );
}

/** A text in the alphabet of identity codes, and the original positions of its characters. */
interface Folded {
  readonly text: string;
  /** Returns the original position of the character at an index of the folded text. */
  at(index: number): number;
}

/** Replaces a letter of another alphabet. It may mean the sign or the check character. */
const FOREIGN_LETTER = '*';

/** Letters of other alphabets that look like letters typed for digits, and one that looks like a digit. */
const LIKE_LATIN: Readonly<Record<string, string>> = { О: 'O', Ο: 'O', І: 'I', Ι: 'I', З: '3' };

const ASCII = /^[\0-\x7f]*$/;
const INVISIBLE = /[\p{M}\p{Cf}\p{Default_Ignorable_Code_Point}]/u;
const DASH = /[\p{Pd}\u02d7\u2043\u2212]/u;

/**
 * Converts letters, digits and dashes of every alphabet to those of identity codes, and removes invisible
 * characters.
 */
function fold(text: string): Folded {
  if (ASCII.test(text)) {
    return { text: text.toUpperCase(), at: (index) => index };
  }
  const known = new Map<string, string>();
  let folded = '';
  const places: number[] = [];
  let place = 0;
  for (const character of text) {
    let plain = known.get(character);
    if (plain === undefined) {
      const parts = character.normalize('NFKD').toUpperCase().normalize('NFKD');
      known.set(character, (plain = Array.from(parts, plainCharacter).join('')));
    }
    folded += plain;
    for (let index = 0; index < plain.length; index++) places.push(place);
    place += character.length;
  }
  return { text: folded, at: (index) => places[index] ?? text.length };
}

function plainCharacter(character: string): string {
  if (INVISIBLE.test(character)) return '';
  const latin = LIKE_LATIN[character];
  if (latin !== undefined) return latin;
  if (ASCII.test(character)) return character;
  if (/\p{Nd}/u.test(character)) return String(digitOf(character.codePointAt(0)!));
  if (/\p{L}/u.test(character)) return FOREIGN_LETTER;
  return DASH.test(character) ? '-' : ' ';
}

/**
 * Returns the value of a digit. In Unicode, the digits of each alphabet are consecutive, from zero to nine.
 */
function digitOf(codePoint: number): number {
  let before = 0;
  while (/\p{Nd}/u.test(String.fromCodePoint(codePoint - before - 1))) before++;
  return before % 10;
}

const CODE_LENGTH = 10;
const LONGEST_GAP = 9;
/** 000 and 001 are never issued. */
const LEAST_INDIVIDUAL = 2;

const ZERO = 48;
const LETTER_Z = 90;
const NO_DIGIT = 255;

/** People type O for a zero, and I or a small L for a one. */
const DIGIT = '[0-9OIL]';
const TYPED_FOR: Readonly<Record<string, number>> = { O: 0, I: 1, L: 1 };
const GAP = '[^0-9A-Z*]';
const SIGN_LETTER = '[A-FU-Y*]';
const CHECK = '[0-9A-Y*]';

/** The beginning of every code. Most texts contain nothing like it, so this test is a fast filter. */
const SIX_DIGITS = new RegExp(`${DIGIT}(?:${GAP}?${DIGIT}){5}`);
const SIGNED = new RegExp(
  `${DIGIT}{6}${GAP}{0,4}(?:[-+]|${SIGN_LETTER})${GAP}{0,4}${SIGN_LETTER}?${GAP}{0,4}${DIGIT}{3}${CHECK}`,
  'g',
);

/** Generated ids: UUIDs and hashes. Their digits can look like a code by chance. */
const MADE_UP = /(?<![0-9A-Z])(?:[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}|[0-9A-F]{32,})(?![0-9A-Z])/g;

/** Returns the start and end of each code in a folded text, sorted and without overlap. */
function codesIn({ text }: Folded): [from: number, to: number][] {
  if (!SIX_DIGITS.test(text)) return [];
  const searched = text.replace(MADE_UP, (id) => 'Z'.repeat(id.length));
  const spans: [number, number][] = [];
  for (const { 0: code, index } of searched.matchAll(SIGNED)) spans.push([index, index + code.length]);
  return apart([...spans, ...new LooseCodes(searched).spans()]);
}

/**
 * Finds the codes in a folded text that have no sign, or have characters between their digits: rules 2 and 3.
 */
class LooseCodes {
  /** The letters and digits of the text. */
  private readonly characters: string;
  /** The position of each of them. */
  private readonly places: Uint32Array;
  /** The value of each of them as a digit, or NO_DIGIT. */
  private readonly digits: Uint8Array;

  constructor(text: string) {
    this.characters = text.replaceAll(/[^0-9A-Z*]+/g, '');
    this.places = new Uint32Array(this.characters.length + 1);
    this.digits = new Uint8Array(this.characters.length);
    let place = -1;
    for (let index = 0; index < this.characters.length; index++) {
      const code = this.characters.charCodeAt(index);
      do place++;
      while (text.charCodeAt(place) !== code);
      this.places[index] = place;
      this.digits[index] = isDecimal(code) ? code - ZERO : (TYPED_FOR[this.characters[index]!] ?? NO_DIGIT);
    }
    // The gap before the end of the text counts as very large.
    this.places[this.characters.length] = 2 ** 32 - 1;
  }

  *spans(): Generator<[from: number, to: number]> {
    const last = this.characters.length - CODE_LENGTH;
    for (let start = 0; start <= last; start++) {
      const end = this.endOf(start);
      if (end !== undefined) yield [this.places[start]!, this.places[end - 1]! + 1];
    }
  }

  /** Returns the index after the code that begins at an index, or undefined if none begins there. */
  private endOf(start: number): number | undefined {
    const { characters, places } = this;
    if (start > 0 && this.gapBefore(start) === 0 && isDecimal(characters.charCodeAt(start - 1)))
      return undefined;
    const date = this.number(start, 6);
    if (date === undefined || !isDate(date)) return undefined;
    const letter = isSignLetter(characters.charCodeAt(start + 6)) ? 1 : 0;
    const second = start + 6 + letter;
    const individual = this.number(second, 3);
    if (individual === undefined || individual < LEAST_INDIVIDUAL) return undefined;
    const gap = this.gapBefore(start + 6) + (letter === 1 ? this.gapBefore(second) : 0);
    const end = second + 4;
    if (gap > LONGEST_GAP || end > characters.length || this.gapBefore(end - 1) > 1) return undefined;
    if (!this.endsAt(end)) return undefined;
    const inOnePiece = places[start + 5]! - places[start]! === 5 && places[end - 1]! - places[second]! === 3;
    const hasSign = gap + letter > 0;
    return (inOnePiece && hasSign) || fitsCheck(date * 1000 + individual, characters[end - 1]!)
      ? end
      : undefined;
  }

  /**
   * Reads digits as a number, with at most one other character between two digits. Undefined if there is no
   * number.
   */
  private number(start: number, count: number): number | undefined {
    let number = 0;
    for (let index = start; index < start + count; index++) {
      const digit = this.digits[index] ?? NO_DIGIT;
      if (digit === NO_DIGIT || (index > start && this.gapBefore(index) > 1)) return undefined;
      number = 10 * number + digit;
    }
    return number;
  }

  /** Checks whether a word or number ends before an index and its last character can be a check character. */
  private endsAt(end: number): boolean {
    const check = this.characters.charCodeAt(end - 1);
    if (check === LETTER_Z) return false;
    return this.gapBefore(end) > 0 || (isDecimal(check) && !isDecimal(this.characters.charCodeAt(end)));
  }

  /** Returns the number of other characters directly before a letter or digit. */
  private gapBefore(index: number): number {
    return this.places[index]! - this.places[index - 1]! - 1;
  }
}

function apart(spans: readonly [number, number][]): [number, number][] {
  const sorted = [...spans].sort(([a], [b]) => a - b);
  const result: [number, number][] = [];
  for (const [from, to] of sorted) {
    const last = result.at(-1);
    if (last && from < last[1]) last[1] = Math.max(last[1], to);
    else result.push([from, to]);
  }
  return result;
}

/**
 * Checks whether ddmmyy is a date. It assumes a year from 2000 on, because 2000 is a leap year and 1900 is
 * not.
 */
function isDate(ddmmyy: number): boolean {
  const [day, month, year] = [(ddmmyy / 10_000) | 0, ((ddmmyy / 100) | 0) % 100, ddmmyy % 100];
  return dayOf(2000 + year, month, day) !== undefined;
}

function fitsCheck(nineDigits: number, check: string): boolean {
  return check === FOREIGN_LETTER || check === CHECK_CHARACTERS[nineDigits % 31];
}

function isDecimal(code: number): boolean {
  return code >= ZERO && code <= ZERO + 9;
}

/** Checks for A-F, U-Y, or a letter of another alphabet. */
function isSignLetter(code: number): boolean {
  return (code >= 65 && code <= 70) || (code >= 85 && code <= 89) || code === FOREIGN_LETTER.charCodeAt(0);
}

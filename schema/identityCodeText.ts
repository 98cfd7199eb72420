import { dayOf } from './calendar.js';

/** The check character is that of the nine digits modulo 31 (Decree 128/2010 §2). */
const CHECK_CHARACTERS = '0123456789ABCDEFHJKLMNPRSTUVWXY';

/** The check character of ddmmyy and the individual number. */
export function checkCharacter(nineDigits: string): string {
  return CHECK_CHARACTERS.charAt(Number(nineDigits) % 31);
}

/**
 * Whether a text holds something that a reader can recognise as a Finnish personal identity code. It looks at the text as
 * `fold` writes it, so that neither another alphabet nor an invisible character hides a code. A code is
 *
 * 1. six digits, a century sign, three digits and a check character, even if its date or check character is wrong: a
 *    mistyped code tells as much;
 * 2. the same with blanks or other characters in place of the sign, if the date exists;
 * 3. the same ten characters without a sign, or with single characters between the digits, if the check character fits too.
 *
 * One number in 800 of ten random digits fits the third rule.
 */
export function holdsIdentityCode(text: string): boolean {
  return codesIn(fold(text)).length > 0;
}

/** For texts that leave by an error: parsers quote what they did not expect. */
export function withoutIdentityCodes(text: string): string {
  const folded = fold(text);
  let end = 0;
  let kept = '';
  for (const [from, to] of codesIn(folded)) {
    kept += `${text.slice(end, folded.at(from))}(identity code)`;
    end = folded.at(to);
  }
  return kept + text.slice(end);
}

/** Ten digits, without a leading zero. */
const SHORTEST_NUMBER = 9;

/**
 * Whether a plain decimal number is an identity code that lost its sign, and perhaps its leading zero, or whose sign became a
 * decimal point. Date and check character must fit: one number in 800 of ten random digits, and one in 250 of nine, does.
 */
export function isIdentityCodeNumber(plain: string): boolean {
  if (plain.length < SHORTEST_NUMBER) return false;
  const parts = /^[-+]?(?:0*(\d{9,10})(?:\.0*)?|0*(\d{5,6})\.(\d{4}))$/.exec(plain);
  if (!parts) return false;
  const digits = (parts[1] ?? `${parts[2]}${parts[3]}`).padStart(10, '0');
  return hasDate(digits) && hasCheckCharacter(digits);
}

/** A text in the alphabet of identity codes, and where its characters stood. */
interface Folded {
  readonly text: string;
  /** Where the character at an index of the folded text stood. */
  at(index: number): number;
}

/** Any letter of an alphabet that codes are not written in: it may stand for the sign or the check character. */
const FOREIGN_LETTER = '*';

/** Letters that are typed for digits, in three alphabets. Codes have neither O nor I. */
const LIKE_DIGITS: Readonly<Record<string, string>> = {
  O: '0',
  О: '0',
  Ο: '0',
  I: '1',
  І: '1',
  Ι: '1',
  З: '3',
};

const ASCII = /^[\0-\x7f]*$/;
const INVISIBLE = /[\p{M}\p{Cf}\p{Default_Ignorable_Code_Point}]/u;
const DASH = /[\p{Pd}\u02d7\u2043\u2212]/u;

/** Brings letters, digits and dashes of every alphabet to those that codes are written in, and leaves out what is invisible. */
function fold(text: string): Folded {
  if (ASCII.test(text)) {
    return { text: text.toUpperCase().replaceAll('O', '0').replaceAll('I', '1'), at: (index) => index };
  }
  let folded = '';
  const places: number[] = [];
  let place = 0;
  for (const character of text) {
    for (const part of character.normalize('NFKD').toUpperCase().normalize('NFKD')) {
      const plain = plainCharacter(part);
      folded += plain;
      if (plain !== '') places.push(place);
    }
    place += character.length;
  }
  return { text: folded, at: (index) => places[index] ?? text.length };
}

function plainCharacter(character: string): string {
  if (INVISIBLE.test(character)) return '';
  const digit = LIKE_DIGITS[character];
  if (digit !== undefined) return digit;
  if (ASCII.test(character)) return character;
  if (/\p{Nd}/u.test(character)) return String(digitOf(character.codePointAt(0)!));
  if (/\p{L}/u.test(character)) return FOREIGN_LETTER;
  return DASH.test(character) ? '-' : ' ';
}

/** Unicode has the digits of each alphabet in one run, from zero to nine. */
function digitOf(codePoint: number): number {
  let before = 0;
  while (/\p{Nd}/u.test(String.fromCodePoint(codePoint - before - 1))) before++;
  return before % 10;
}

/** A small L is typed for a one. */
const DIGIT = '[0-9L]';
const GAP = '[^0-9A-Z*]';
const SIGN_LETTER = '[A-FU-Y*]';
const CHECK = '[0-9A-Y*]';

const SIGNED = new RegExp(
  `${DIGIT}{6}${GAP}{0,4}(?:[-+]|${SIGN_LETTER})${GAP}{0,4}${SIGN_LETTER}?${GAP}{0,4}${DIGIT}{3}${CHECK}`,
  'g',
);
const LOOSE = new RegExp(
  `(?<![0-9])(?=(?<date>(?:${DIGIT}${GAP}?){5}${DIGIT})(?<sign>${GAP}{0,9}${SIGN_LETTER}?${GAP}{0,9})` +
    `(?<number>(?:${DIGIT}${GAP}?){3}${CHECK})(?![0-9])(?:(?<=[0-9])|(?![A-Z*])))`,
  'g',
);

/** Ids that systems make up: UUIDs and hashes. Their digits may look like anything. */
const MADE_UP = /(?<![0-9A-Z])(?:[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}|[0-9A-F]{32,})(?![0-9A-Z])/g;

/** Where the codes of a folded text begin and end, in order and apart. */
function codesIn({ text }: Folded): [from: number, to: number][] {
  const searched = text.replace(MADE_UP, (id) => 'Z'.repeat(id.length));
  const spans: [number, number][] = [];
  for (const { 0: code, index } of searched.matchAll(SIGNED)) spans.push([index, index + code.length]);
  for (const { index, groups } of searched.matchAll(LOOSE)) {
    const { date, sign, number } = groups as Record<'date' | 'sign' | 'number', string>;
    const characters = (date + number).replaceAll('L', '1').replaceAll(/[^0-9A-Z*]/g, '');
    const inOnePiece = date.length === 6 && number.length === 4;
    if (hasDate(characters) && ((inOnePiece && sign !== '') || hasCheckCharacter(characters)))
      spans.push([index, index + date.length + sign.length + number.length]);
  }
  return apart(spans);
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

/** Of ddmmyy and an individual number. 2000 is a leap year; 000 and 001 are never issued. */
function hasDate(characters: string): boolean {
  const [day, month, year] = [0, 2, 4].map((start) => Number(characters.slice(start, start + 2)));
  return dayOf(2000 + year!, month!, day!) !== undefined && Number(characters.slice(6, 9)) >= 2;
}

function hasCheckCharacter(characters: string): boolean {
  const check = characters.charAt(9);
  return check === FOREIGN_LETTER || check === checkCharacter(characters.slice(0, 9));
}

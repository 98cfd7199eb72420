const LONGEST = 200;

/** What an id has, where its mapping declares no form: names, and most words for "nothing", have no digit. */
const HAS_A_DIGIT = /\p{Nd}/u;

/** What systems write where there is no id. */
const NULL_WORD =
  /^[^\p{L}\p{N}]*(?:null|nil|none|nan|n[/.]?a|undefined|unknown|missing|empty|blank|true|false|inf(?:inity)?|tuntematon|puuttuu|okänd|saknas)?[^\p{L}\p{N}]*$/iu;
const ALL_ZEROS_OR_NINES = /^[^\p{L}\p{N}]*(?:0[^\p{L}1-9]*|9{4,}[^\p{L}\p{N}]*)$/u;
const NEGATIVE = /^[-\u2212]\d/;

/** What spreadsheets make of an id. */
const ERROR_OR_FORMULA = /^(?:#(?!\d)|[='])|^-?1\.#/;
const EXPONENT = /^[+-]?\d+(?:[.,]\d*E[+-]?\d+|E[+-]\d+)$/i;
const DECIMAL = /^[+-]?\d+[.,]0*$/;
const GROUPS_OF_DIGITS = /^\d{1,3}(?:[ ,'’\u00a0\u2007\u2009\u202f]\d{3})+(?:[.,]\d+)?$/;
const MONTH =
  '(?:jan|feb|mar|apr|ma[yj]|jun|jul|aug|sep|o[ck]t|nov|de[cs]|(?:tammi|helmi|maalis|huhti|touko|kesä|heinä|elo|syys|loka|marras|joulu)(?:kuu)?)';
const DATE = new RegExp(
  `^(?:\\d{1,2}([-./])\\d{1,2}\\1(?:\\d{2}|\\d{4})|\\d{4}([-/])\\d{1,2}\\2\\d{1,2}` +
    `|\\d{1,2}[-. ]${MONTH}(?:[-. ](?:\\d{2}|\\d{4}))?|${MONTH}[-. ](?:\\d{2}|(?:19|20)\\d{2}))` +
    `(?:[T ,]+\\d{1,2}[:.]\\d{2}.*)?$`,
  'iu',
);
const TIME = /^\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?$/;

/** Characters that are not seen, and those that stand for damaged ones: two ids would look alike. */
const UNSEEN = /[\p{Cc}\p{Cf}\ufffd]/u;

const DAMAGE = [
  NULL_WORD,
  ALL_ZEROS_OR_NINES,
  NEGATIVE,
  ERROR_OR_FORMULA,
  EXPONENT,
  DECIMAL,
  GROUPS_OF_DIGITS,
  DATE,
  TIME,
  UNSEEN,
];

/**
 * Reads an id of one system: without blanks around it; undefined if it is none. A null, or what a spreadsheet made of an id, is
 * none: many rows have the same, and would become one person. Leading zeros that were lost are not seen in one id; a form that
 * fixes the length rejects them.
 * @param form that the whole id must have, where its mapping declares one
 */
export function readLocalId(text: string, form: RegExp = HAS_A_DIGIT): string | undefined {
  const id = text.trim();
  if (id.length === 0 || id.length > LONGEST || !form.test(id)) return undefined;
  return DAMAGE.some((damage) => damage.test(id)) ? undefined : id;
}

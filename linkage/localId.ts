import { PolkuError } from '../lib/errors.js';
import { readIdentityCode } from './identityCode.js';

const MAX_ID_LENGTH = 200;

/** The default form of an id. Names, and most words for "nothing", have no digit. */
const HAS_A_DIGIT = /\p{Nd}/u;

/** What systems write instead of a missing id. */
const NULL_WORD =
  /^[^\p{L}\p{N}]*(?:null|nil|none|nan|n[/.]?a|undefined|unknown|missing|empty|blank|true|false|inf(?:inity)?|tuntematon|puuttuu|okänd|saknas)?[^\p{L}\p{N}]*$/iu;
const ALL_ZEROS_OR_NINES = /^[^\p{L}\p{N}]*(?:0[^\p{L}1-9]*|9{4,}[^\p{L}\p{N}]*)$/u;
const NEGATIVE = /^[-\u2212]\d/;

/** What spreadsheets turn an id into. */
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

/** Invisible characters, and replacements of damaged ones. Two ids would look alike. */
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
 * Reads an id of one system, without blanks around it; undefined if it is not valid. A null, or an id that a
 * spreadsheet damaged, is not valid: many rows share it, and would become one person. Lost leading zeros
 * cannot be detected in a single id; a form with a fixed length rejects them.
 * @param form the pattern that the whole id must match, if its mapping declares one
 */
export function readLocalId(text: string, form: RegExp = HAS_A_DIGIT): string | undefined {
  const id = text.trim();
  if (id.length === 0 || id.length > MAX_ID_LENGTH || !form.test(id)) return undefined;
  return DAMAGE.some((damage) => damage.test(id)) ? undefined : id;
}

const NAMESPACE = /^[a-z][a-z0-9-]{0,63}$/;

/** A kind of code that departments use for people or families. */
export interface Scheme {
  readonly name: 'hetu' | 'local';
  /** The system of a `local` id, so that equal ids of two systems stay apart. Empty for `hetu`. */
  readonly namespace: string;
  /**
   * Whether several registries use this scheme. Then only the population register adds people, and the others
   * look them up.
   */
  readonly shared: boolean;
  /** The canonical spelling of a code; undefined if the text is not a code of this scheme. */
  normalise(text: string): string | undefined;
}

/** The Finnish personal identity code. */
export const hetu: Scheme = {
  name: 'hetu',
  namespace: '',
  shared: true,
  normalise: (text) => readIdentityCode(text).code,
};

interface LocalSchemeOptions {
  readonly shared?: boolean;
  /** The pattern that a whole id must match. */
  readonly form?: RegExp | undefined;
}

/**
 * Reads a scheme as mapping files write it: `hetu`, or `local:<name space>` for any opaque id.
 * @throws PolkuError SCHEME_UNKNOWN
 */
export function parseScheme(text: string, { shared = false, form }: LocalSchemeOptions = {}): Scheme {
  if (text === 'hetu') return hetu;
  const [name, namespace] = text.split(/:(.*)/s);
  if (name === 'local' && namespace !== undefined && NAMESPACE.test(namespace)) {
    return { name, namespace, shared, normalise: (id) => readLocalId(id, form) };
  }
  throw new PolkuError(
    'SCHEME_UNKNOWN',
    `There is no linkage scheme "${text}". Write "hetu" for Finnish personal identity codes, or "local:<name>" ` +
      `(such as local:social-client; small letters, digits and hyphens) for ids of one system.`,
  );
}

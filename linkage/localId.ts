import { PolkuError } from '../lib/errors.js';
import { readIdentityCode } from './identityCode.js';

const MAX_ID_LENGTH = 200;

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
  if (id.length === 0 || id.length > MAX_ID_LENGTH || !form.test(id)) return undefined;
  return DAMAGE.some((damage) => damage.test(id)) ? undefined : id;
}

const NAMESPACE = /^[a-z][a-z0-9-]{0,63}$/;

/** A kind of code by which departments name people or families. */
export interface Scheme {
  readonly name: 'hetu' | 'local';
  /** Of `local`: whose ids they are, so that equal ids of two systems stay apart. Empty for `hetu`. */
  readonly namespace: string;
  /** Several registries know people by it: the population register alone makes somebody known, the others find them. */
  readonly shared: boolean;
  /** The one spelling of a code; undefined where the text is not a code of this scheme. */
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
  /** That a whole id must have. */
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

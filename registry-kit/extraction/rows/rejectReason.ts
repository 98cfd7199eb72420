import type { LinkageReject } from '../../../linkage/linkage.js';
import type { JsonFault } from '../source/json/jsonPath.js';
import { CODE_RULE } from './codeDictionary.js';

/**
 * Why a row of a source is rejected. A report contains only this, the number of the row and the name of a
 * column.
 */
export type RejectReason =
  | LinkageReject
  | 'malformed-row'
  | 'wrong-encoding'
  | 'lone-quote'
  | 'missing-value'
  | 'invalid-date'
  | 'partial-date'
  | 'invalid-number'
  | 'invalid-value'
  | 'unknown-code'
  | 'unknown-record'
  | 'end-before-start'
  | 'duplicate-id'
  | 'duplicate-subject'
  | JsonFault;

/** A rejected row, and the source columns with faulty cells; none if the fault is in the row as a whole. */
export interface Reject {
  readonly reason: RejectReason;
  readonly columns: readonly string[];
}

/** The rule that a rejected row breaks, for people who correct the export or the mapping. */
export const rejectRules: Readonly<Record<RejectReason, string>> = {
  'malformed-row': 'A row has as many fields as the first line has names; a quote that opens also closes.',
  'lone-quote':
    'A quote that opens a field closes it, in the same row. Export texts without line breaks, or without the quotes in them.',
  'wrong-encoding': 'Every byte fits the encoding that the mapping names.',
  'missing-value':
    'The column is not optional: a cell is neither empty nor one of the texts under "missing".',
  'missing-code': 'A row names the person that it is about.',
  'invalid-code':
    'A code fits its scheme: date and check character of an identity code; an id of one system has a digit, ' +
    'or the form under "idForms", and is no null (NULL, 0, -) and nothing that a spreadsheet makes of an id (1.09E+16).',
  'unknown-person': 'The population register knows the person.',
  'unknown-family': 'The family is known.',
  'invalid-date': 'A day is written as "dates" says, and exists.',
  'partial-date':
    'A day has a year, a month and a day; a date such as 2012 or 2012-05 names no day. A column of kind partial-day takes it.',
  'invalid-number':
    'A number is a plain decimal (1234.50), or written as "decimal" says, and no identity code.',
  'invalid-value': CODE_RULE,
  'unknown-code': 'A code is in its list in codes.yaml, in the enumeration, or a key of "values".',
  'unknown-record':
    'A record of another table is one of those that were accepted, with its id written in the same way.',
  'end-before-start': 'The second day of "interval" is not before the first.',
  'duplicate-id': 'No two rows share what is "unique": the first was accepted.',
  'duplicate-subject': 'No two rows are about one person: the first was accepted.',
  'several-values':
    'A path leads to one value of an object, or to equal ones. Choose one: coding[system=...].code, or coding[0].code.',
  'not-a-value': 'A path leads to a text, a number, true or false, and not to an object around them.',
  'inexact-number': 'A number in JSON has at most 15 digits. Longer ones, such as ids, are texts in quotes.',
};

/**
 * @property extraction/protecting-lists
 */
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type ReadFile, RejectsReport } from '../../../registry-kit/extraction/rejectsReport.js';
import { type RejectReason, rejectRules } from '../../../registry-kit/extraction/rows/rejectReason.js';

let dir: string;
let report: RejectsReport;
const path = () => join(dir, 'rejects.csv');

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'polku-rejects-'));
  report = new RejectsReport(await open(path(), 'wx'), 'health', 5, 'the list');
});
afterEach(async () => {
  await report.close().catch(() => undefined);
  await rm(dir, { recursive: true });
});

/** A file with this many rows, of a table that protects nobody. */
function visits(read: number): ReadFile {
  return { file: 'visits.csv', table: 'contacts', read, protects: false, knowsPersons: false };
}

/** This many rejects, from a row number on, for one reason. */
function reject(from: number, rows: number, reason: RejectReason, ...columns: string[]): void {
  for (let row = from; row < from + rows; row++) report.add({ file: 'visits.csv', row }, { reason, columns });
}

describe('a report of rejects', () => {
  it('X16: names reason, columns and rule of a file that is rejected', () => {
    reject(1, 500, 'invalid-value', 'CODE');
    reject(501, 100, 'invalid-value', 'UNIT');
    reject(601, 4, 'end-before-start', 'START', 'STOP');
    reject(605, 1, 'malformed-row');
    const message = messageOf(() => report.closeFile(visits(605)));
    expect(message).toContain('Of the 605 rows of visits.csv, 605 were rejected (invalid-value 600, ');
    expect(message.split('\n').slice(1)).toEqual([
      '  invalid-value in CODE: 500 rows',
      '  invalid-value in UNIT: 100 rows',
      '  end-before-start in START+STOP: 4 rows',
      '  malformed-row: 1 row',
      'What a row must be:',
      '  invalid-value: A code without a list has 1 to 40 letters, digits and . _ : / + -, at least one ' +
        'digit, no blank, and does not look like an identity code.',
      `  end-before-start: ${rejectRules['end-before-start']}`,
      `  malformed-row: ${rejectRules['malformed-row']}`,
    ]);
  });

  it('X16: starts again with each file', () => {
    reject(1, 19, 'invalid-date', 'START');
    report.closeFile(visits(19));
    reject(1, 20, 'invalid-number', 'AMOUNT');
    const message = messageOf(() => report.closeFile({ ...visits(20), file: 'costs.csv' }));
    expect(message).toContain('invalid-number in AMOUNT: 20 rows');
    expect(message).not.toContain('invalid-date');
  });

  it.each([
    ['a stranger among people who are known', 1, 'unknown-person', false, undefined],
    ['strangers alone', 10, 'unknown-person', false, 'PROTECTION_LIST_INCOMPLETE'],
    [
      'a stranger in the register that says who is known',
      1,
      'unknown-person',
      true,
      'PROTECTION_LIST_INCOMPLETE',
    ],
    ['a date that is none', 1, 'invalid-date', false, 'PROTECTION_LIST_INCOMPLETE'],
    ['nothing rejected', 0, 'invalid-date', true, undefined],
  ] as const)(
    'X03: accepts a list that protects people only when no row is rejected: %s',
    (_what, rows, reason, knowsPersons, code) => {
      reject(1, rows, reason, 'START');
      const source = { ...visits(10), table: 'objections', protects: true, knowsPersons };
      if (code === undefined) expect(report.closeFile(source)).toMatchObject({ rejected: rows });
      else expect(() => report.closeFile(source)).toThrow(expect.objectContaining({ code }));
    },
  );

  it('X16: lists the columns, quoted where their names need it', async () => {
    reject(7, 1, 'invalid-date', 'START, "old"');
    reject(8, 1, 'wrong-encoding');
    await report.close();
    expect(await readFile(path(), 'utf8')).toBe(
      'file,row,reason,column\nvisits.csv,7,invalid-date,"START, ""old"""\nvisits.csv,8,wrong-encoding,\n',
    );
  });
});

function messageOf(call: () => void): string {
  try {
    call();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('Nothing was thrown.');
}

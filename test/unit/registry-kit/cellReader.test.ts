import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { formatDay, parseDay } from '../../../lib/calendar.js';
import { formatPartialDay } from '../../../lib/partialDate.js';
import { Linkage } from '../../../linkage/linkage.js';
import { hetu } from '../../../linkage/localId.js';
import type { ColumnMapping } from '../../../registry-kit/extraction/mapping/mapping.js';
import {
  type CellContext,
  cellReader,
  PersonLinker,
} from '../../../registry-kit/extraction/rows/cellReader.js';

let dir: string;
let context: CellContext;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'polku-cells-'));
  const linkage = await Linkage.open({ dir, secret: Buffer.alloc(32, 1), expectedPersons: 10 });
  const labels = { fi: 'a', en: 'a', sv: 'a' };
  context = {
    registry: 'health',
    table: 'contacts',
    linkage,
    persons: new PersonLinker(linkage),
    codeLists: new Map([['services', new Map([['T11', labels]])]]),
  };
});
afterAll(() => rm(dir, { recursive: true }));

const base = { name: 'x', from: 'X', optional: false } as const;
const day = { ...base, kind: 'day', dates: 'iso', lastDayOfMonth: false } as const;
const code = { ...base, kind: 'code', values: undefined, list: undefined } as const;
const read = (column: ColumnMapping, text: string) => cellReader(column, context).read(text);

describe('a cell of a source', () => {
  it.each([
    ['iso', '2012-05-14', '2012-05-14'],
    ['iso', ' 2012-05-14 ', '2012-05-14'],
    ['dd.mm.yyyy', '14.05.2012', '2012-05-14'],
    ['dd.mm.yyyy', '1.2.2012', '2012-02-01'],
    ['yyyy-mm', '2012-05', '2012-05-01'],
    ['iso-time', '2012-05-14T20:59:59Z', '2012-05-14'],
    // At nine in the evening by UTC it is midnight in Finland in summer, at ten in winter.
    ['iso-time', '2012-05-14T21:00:00Z', '2012-05-15'],
    ['iso-time', '2012-01-14T21:59:59.999Z', '2012-01-14'],
    ['iso-time', '2012-01-14T22:00Z', '2012-01-15'],
    ['iso-time', '2012-05-14T23:30:00+05:30', '2012-05-14'],
    ['iso-time', '2012-05-14T23:30:00-0400', '2012-05-15'],
    // As DuckDB writes what Parquet holds.
    ['iso-time', '2012-05-14 21:00:00.5+00', '2012-05-15'],
    ['iso-time', '2012-02-29 23:59:59', '2012-02-29'],
  ] as const)('is a day when it is written as %s: "%s"', (dates, text, expected) => {
    expect(formatDay(read({ ...day, dates }, text) as number)).toBe(expected);
  });

  it.each([
    ['iso', '2019', '2019'],
    ['iso', '2019-05', '2019-05'],
    ['iso', '2019-05-04', '2019-05-04'],
    ['typed', '2019-05', '2019-05'],
    ['typed', '2019-05-04T23:30:00Z', '2019-05-05'],
    ['iso-time', '2019', '2019'],
    ['yyyy-mm', '2019-05', '2019-05'],
    ['mm.yyyy', '05.2019', '2019-05'],
    ['dd.mm.yyyy', '4.5.2019', '2019-05-04'],
  ] as const)('keeps the precision of a date when it is written as %s: "%s"', (dates, text, expected) => {
    expect(formatPartialDay(read({ ...base, kind: 'partial-day', dates }, text) as number)).toBe(expected);
  });

  it.each([
    ['iso', '2019-13', 'invalid-date'],
    ['iso', '2019-05-32', 'invalid-date'],
    ['iso', '19', 'invalid-date'],
    ['dd.mm.yyyy', '2019', 'invalid-date'],
    ['iso', '9999', 'missing-value'],
    ['iso', '0001-01', 'missing-value'],
    ['iso', '', 'missing-value'],
  ] as const)('is no date, of any precision, when it is written as %s: "%s"', (dates, text, reason) => {
    expect(read({ ...base, kind: 'partial-day', dates }, text)).toBe(reason);
  });

  it.each([
    ['iso', '2012-02-30'],
    ['iso', '14.05.2012'],
    ['dd.mm.yyyy', '31.04.2012'],
    ['dd.mm.yyyy', '14.05.12'],
    ['yyyy-mm', '2012-13'],
    ['iso', '2012-05-14T12:00:00Z'],
    ['iso-time', '2012-05-14'],
    ['iso-time', '2002-02-30T12:00:00Z'],
    ['iso-time', '2002-02-28T24:30:00Z'],
  ] as const)('is no day when it is written as %s: "%s"', (dates, text) => {
    expect(read({ ...day, dates }, text)).toBe('invalid-date');
  });

  it('means the last day of its month when the mapping says so', () => {
    const column = { ...day, lastDayOfMonth: true };
    expect(read(column, '2012-02-01')).toBe(parseDay('2012-02-29'));
    expect(read(column, '2012-12-31')).toBe(parseDay('2012-12-31'));
  });

  it('may be empty only when the column is optional', () => {
    expect(read(day, ' ')).toBe('missing-value');
    expect(read({ ...day, optional: true }, ' ')).toBeNull();
  });

  it('must be a code of the list that the column names', () => {
    expect(read({ ...code, list: 'services' }, 'T11')).toBe(0);
    expect(read({ ...code, list: 'services' }, 'T99')).toBe('unknown-code');
    expect(() => read({ ...code, list: 'none' }, 'T11')).toThrow('has no list "none"');
  });

  it('is translated when the mapping says so', () => {
    const values = new Map([
      ['1', 'male'],
      ['2', 'female'],
      ['M', 'male'],
    ]);
    const reader = cellReader({ ...code, values }, context);
    expect(['1', '2', 'M', '3'].map((text) => reader.read(text))).toEqual([0, 1, 0, 'unknown-code']);
    expect(reader.dictionary?.texts).toEqual(['male', 'female']);
  });

  it.each([
    'Virtanen Matti',
    'Virtanen',
    '010190-999W',
    '010190-9991',
    'X010190-999W',
    '010190:999W',
    `a1${'a'.repeat(39)}`,
    "x'y1",
    'a,b1',
  ])('is no code when it may be a name, an identity code or free text: "%s"', (text) => {
    expect(read(code, text)).toBe('invalid-value');
  });

  it('is a code when it is a UUID, whatever its digits look like', () => {
    expect(read(code, '37c197b5-110f-339b-942e-272137f770b2')).toBe(0);
    expect(read(code, '272137f770b2')).toBe('invalid-value');
  });

  it('gives a record one key, in its own table and from another', () => {
    const own = read({ ...base, kind: 'record', of: undefined }, 'V-1');
    expect(read({ ...base, kind: 'record', of: 'contacts' }, 'V-1')).toBe(own);
    expect(read({ ...base, kind: 'record', of: 'diagnoses' }, 'V-1')).not.toBe(own);
  });

  it('is a number or is rejected', () => {
    expect(read({ ...base, kind: 'number' }, '412.50')).toBe(412.5);
    expect(read({ ...base, kind: 'number' }, 'many')).toBe('invalid-number');
    expect(read({ ...base, kind: 'number' }, 'Infinity')).toBe('invalid-number');
  });

  it('links only a person who is known', () => {
    const column = { ...base, kind: 'person', scheme: hetu } as const;
    expect(read(column, '010594Y9032')).toBe('unknown-person');
    const key = context.linkage.personKey(hetu, '010594Y9032');
    expect(read(column, '010594Y9032')).toBe(key);
    expect(read(column, '010190-999X')).toBe('invalid-code');
  });

  it('is empty when the source has no such column', () => {
    expect(read({ kind: 'absent', name: 'x', optional: true }, '')).toBeNull();
  });

  it('repeats a constant', () => {
    const reader = cellReader({ kind: 'constant', name: 'x', optional: false, code: 'T11' }, context);
    expect(reader.read('')).toBe(0);
    expect(reader.dictionary?.texts).toEqual(['T11']);
  });
});

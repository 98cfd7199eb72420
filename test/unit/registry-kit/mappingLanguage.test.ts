/**
 * @property extraction/code-recogniser
 * @property extraction/null-people
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { formatDay } from '../../../lib/calendar.js';
import { PolkuError } from '../../../lib/errors.js';
import { Linkage } from '../../../linkage/linkage.js';
import { parseScheme } from '../../../linkage/localId.js';
import type { RegistryDefinition } from '../../../registry-kit/columns/tableDefinition.js';
import { parseMapping } from '../../../registry-kit/extraction/mapping/readMapping.js';
import { PersonLinker } from '../../../registry-kit/extraction/rows/cellReader.js';
import { isReject, SourceRowReader } from '../../../registry-kit/extraction/rows/sourceRowReader.js';

// Long, because it has each form of a value in the mapping language once, with what is rejected and why.

/** A registry with a column of each kind. */
const registry: RegistryDefinition = {
  name: 'clinic',
  schemaVersion: 1,
  tables: {
    visits: {
      order: 'start',
      columns: {
        id: { kind: 'record', optional: true },
        start: { kind: 'day', optional: true },
        birth: { kind: 'day' },
        sex: { kind: 'code', values: ['female', 'male'], optional: true },
        service: { kind: 'code', list: 'services', optional: true },
        unit: { kind: 'code', optional: true },
        amount: { kind: 'number', optional: true },
      },
    },
  },
};

const labels = { fi: 'x', en: 'x', sv: 'x' };
const codeLists = new Map([
  [
    'services',
    new Map([
      ['T11', labels],
      ['T12', labels],
    ]),
  ],
]);

/** A mapping of these columns, with a constant for `birth` unless it is among them. */
function mappingOf(columns: string, format = ''): string {
  const birth = columns.includes('birth:') ? '' : '      birth: { constant: 2000-01-01 }\n';
  return `registry: clinic
scheme: local:patient
format: { type: csv, ${format} }
tables:
  visits:
    file: visits.csv
    subject: PATIENT
    columns:
      ${columns}
${birth}`;
}

let dir: string;
let linkage: Linkage;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'polku-mapping-'));
  linkage = await Linkage.open({ dir, secret: Buffer.alloc(32, 1), expectedPersons: 100 });
});
afterAll(() => rm(dir, { recursive: true }));

/** The result of a row, column by column: days and codes as texts; or why and where it is rejected. */
function read(columns: string, cells: Readonly<Record<string, string>>, format?: string): unknown {
  const mapping = parseMapping(mappingOf(columns, format), registry, 'mapping.yaml', { codeLists });
  const [table] = mapping.tables;
  const context = {
    registry: 'clinic',
    table: 'visits',
    linkage,
    persons: new PersonLinker(linkage),
    codeLists,
  };
  const reader = new SourceRowReader(table!, mapping, context);
  const row: Record<string, string> = { PATIENT: 'P1', ...cells };
  const batch = [
    ...new Set(['PATIENT', ...table!.columns.flatMap((column) => ('from' in column ? column.from : []))]),
  ].map((name) => [row[name]!]);
  const stored = reader.read(batch, 0);
  if (isReject(stored)) return `${stored.reason} in ${stored.columns.join('+')}`;
  return Object.fromEntries(
    table!.columns.flatMap(({ name }, index) => {
      const value = stored[index + 1];
      if (value == null || (name === 'birth' && !columns.includes('birth:'))) return [];
      const { kind } = registry.tables['visits']!.columns[name]!;
      const texts = reader.inputs[index]!.reader.dictionary?.texts;
      return [[name, kind === 'day' ? formatDay(value as number) : (texts?.[value as number] ?? value)]];
    }),
  );
}

/** The problems of a mapping of these columns, without the file's name. */
function faults(columns: string, format?: string): string[] {
  try {
    parseMapping(mappingOf(columns, format), registry, 'mapping.yaml', { codeLists });
  } catch (error) {
    if (error instanceof PolkuError && error.code === 'MAPPING_INVALID')
      return error.message.split('\n').map((line) => line.replace('mapping.yaml:', ''));
    throw error;
  }
  return [];
}

describe('codes that a mapping names', () => {
  it('X07: must be values of the enumeration', () => {
    expect(faults('sex: { from: S, values: { M: M, F: femal, X: male } }')).toEqual([
      '9:36: "M" is not a value of the enumeration. It must be one of: female, male.',
      '9:42: "femal" is not a value of the enumeration. Did you mean "female"? It must be one of: female, male.',
    ]);
    expect(faults('sex: { constant: man }')).toEqual([
      '9:24: "man" is not a value of the enumeration. It must be one of: female, male.',
    ]);
  });

  it('X07: must be in the list of the column', () => {
    expect(faults('service: { from: S, values: { 1: T1, 2: T12 } }')).toEqual([
      '9:40: "T1" is not a code of the list "services". codes.yaml lists 2 codes.',
    ]);
    expect(faults('service: { constant: T99 }')).toHaveLength(1);
  });

  it('X07, X10: must look like codes, and are not repeated when they may be an identity code', () => {
    const [fault, ...others] = faults('unit: { from: U, values: { A: 131052-9982, B: unit } }');
    expect(others).toEqual([]);
    expect(fault).toMatch(/^9:37: This is not a code\./);
    expect(fault).not.toContain('9982');
    expect(faults("unit: { constant: '' }")).toHaveLength(1);
  });

  it('X07: reject a source value that the enumeration lacks, when nothing is translated', () => {
    expect(read('sex: S', { S: 'male' })).toEqual({ sex: 'male' });
    expect(read('sex: S', { S: 'M' })).toBe('unknown-code in S');
  });
});

describe('keys of values', () => {
  it.each(['049', '1e3', '0x10', 'null', '~', 'true', '2015-01-01', '1_000', '.inf', '0o17', 'NO', '1.0'])(
    'X14: are texts as written: %s',
    (key) => {
      const columns = `service: { from: S, values: { ${key}: T11, other: T12 } }`;
      expect(read(columns, { S: key })).toEqual({ service: 'T11' });
      expect(read(columns, { S: String(Number(key)) })).toBe('unknown-code in S');
    },
  );

  it('X14: must be unique as texts', () => {
    expect(faults(`service: { from: S, values: { 049: T11, '049': T12 } }`)).toEqual([
      expect.stringMatching(/^9:47: .*unique/),
    ]);
    expect(faults(`service: { from: S, values: { 49: T11, ' 49 ': T12 } }`)).toEqual([
      '9:54: "49" is translated twice in "service".',
    ]);
    expect(faults('service: { from: S, values: { 049: T11, 49: T12 } }')).toEqual([]);
  });

  it('X14: do not include inherited properties of objects', () => {
    expect(faults('constructor: X')).toEqual([expect.stringContaining('"constructor" is not a column')]);
    expect(read('service: { from: S, values: { __proto__: T11 } }', { S: '__proto__' })).toEqual({
      service: 'T11',
    });
  });

  it('X17: may be empty', () => {
    const columns = "service: { from: S, values: { '': T11, x: T12 } }";
    expect(read(columns, { S: ' ' })).toEqual({ service: 'T11' });
    expect(read(columns, { S: 'x' })).toEqual({ service: 'T12' });
    expect(read('service: { from: S, values: { x: T12 } }', { S: '' })).toEqual({});
  });
});

describe('a day', () => {
  it.each([
    ['dd/mm/yyyy', '14/05/2012', '2012-05-14'],
    ['dd/mm/yyyy', '1/2/2012', '2012-02-01'],
    ['mm/dd/yyyy', '05/14/2012', '2012-05-14'],
    ['dd-mm-yyyy', '14-05-2012', '2012-05-14'],
    ['yyyy/mm/dd', '2012/5/14', '2012-05-14'],
    ['yyyymmdd', '20120514', '2012-05-14'],
    ['ddmmyyyy', '14052012', '2012-05-14'],
    ['dd mm yyyy', '14 5 2012', '2012-05-14'],
    ['mm/yyyy', '05/2012', '2012-05-01'],
    ['yyyymm', '201205', '2012-05-01'],
    ['dd.mm.yyyy hh:mm', '14.5.2012 23:59', '2012-05-14'],
    ['yyyymmdd hh:mm:ss', '20120514 23:59:59.999', '2012-05-14'],
  ])('X17: is accepted when written as %s: %s', (dates, text, expected) => {
    expect(read(`start: { from: S, dates: ${dates} }`, { S: text })).toEqual({ start: expected });
    expect(read('start: S', { S: text }, `dates: ${dates}`)).toEqual({ start: expected });
  });

  it.each([
    ['dd/mm/yyyy', '05/14/2012'],
    ['dd/mm/yyyy', '14.05.2012'],
    ['dd/mm/yyyy', '14/05/12'],
    ['dd.mm.yyyy', '14x05x2012'],
    ['yyyymmdd', '2012514'],
    ['yyyymmdd', '20120230'],
    ['dd.mm.yyyy hh:mm', '14.05.2012 24:00'],
    ['dd.mm.yyyy hh:mm', '14.05.2012'],
  ])('X17: is rejected when not written as %s: %s', (dates, text) => {
    expect(read(`start: { from: S, dates: ${dates} }`, { S: text })).toBe('invalid-date in S');
  });

  it.each([
    ['01.02.30', '1930-02-01'],
    ['01.02.99', '1999-02-01'],
    ['01.02.00', '2000-02-01'],
    ['01.02.29', '2029-02-01'],
  ])('X17: with a year of two digits is in the declared hundred years: %s', (text, expected) => {
    expect(read('start: { from: S, dates: dd.mm.yy, firstYear: 1930 }', { S: text })).toEqual({
      start: expected,
    });
    expect(read('start: S', { S: text }, 'dates: dd.mm.yy, firstYear: 1930')).toEqual({ start: expected });
  });

  it('X17: with a year of two digits needs declared hundred years', () => {
    expect(faults('start: { from: S, dates: dd.mm.yy }')).toEqual([
      '9:32: Years of two digits are ambiguous. Add "firstYear", the first of the hundred years that they stand ' +
        'for, such as 1930.',
    ]);
    expect(faults('start: S\n      birth: B', 'dates: yymmdd')).toHaveLength(1);
    expect(faults('start: { from: S, dates: dd.mm.yy, firstYear: 30 }')).toEqual([
      expect.stringContaining('firstYear is not written as expected. The first of the hundred years'),
    ]);
  });

  it.each(['dd/mm', 'iso8601', 'yyyy', 'd.m.yyyy', 'dd.dd.yyyy', 'yyyy-mm-ddThh:mm', 'dd.mm.yyy'])(
    'X17: cannot be declared as "%s"',
    (dates) => {
      expect(faults(`start: { from: S, dates: '${dates}' }`)).toEqual([
        expect.stringContaining('dates is not written as expected. The form of days'),
      ]);
    },
  );

  it.each([
    ['iso', '9999-12-31'],
    ['iso', '9999-01-01'],
    ['iso', '0001-01-01'],
    ['iso', '0000-00-00'],
    ['iso', '0999-06-01'],
    ['iso', '10000-01-01'],
    ['iso', '+12012-01-01'],
    ['iso', '-0044-03-15'],
    ['iso', '0044-03-15 (BC)'],
    ['iso', 'infinity'],
    ['iso', '-infinity'],
    ['iso-time', '9999-12-31T23:59:59Z'],
    ['iso-time', '9999-12-31T23:59:59.9999999+02:00'],
    ['iso-time', '0001-01-01T00:00:00Z'],
    ['iso-time', '0001-01-01 00:00:00'],
    ['iso-time', '0999-06-01T12:00:00Z'],
    ['iso-time', '10000-01-01T00:00:00Z'],
    ['iso-time', 'infinity'],
    ['dd.mm.yyyy', '31.12.9999'],
    ['dd.mm.yyyy', '1.1.0001'],
    ['yyyymmdd', '99991231'],
    ['yyyymmdd', '99999999'],
    ['yyyymmdd', '00000000'],
    ['yyyy-mm', '9999-12'],
  ])('X11: is empty when its year is outside the years of a register, written as %s: %s', (dates, text) => {
    const columns = `start: { from: S, dates: ${dates} }\n      unit: U`;
    expect(read(columns, { S: text, U: 'TK-1' })).toEqual({ unit: 'TK-1' });
    expect(read(`birth: { from: B, dates: ${dates} }`, { B: text })).toBe('missing-value in B');
    expect(read(`start: { from: S, dates: ${dates}, take: last-day-of-month }`, { S: text })).toEqual({});
  });

  it.each([
    ['iso', '1000-01-01', '1000-01-01'],
    ['iso', '9998-12-31', '9998-12-31'],
    ['iso-time', '9998-12-31T12:00:00Z', '9998-12-31'],
  ])('X11: is accepted in all other years, written as %s: %s', (dates, text, expected) => {
    expect(read(`start: { from: S, dates: ${dates} }`, { S: text })).toEqual({ start: expected });
  });

  it('X17: may be one constant for all rows', () => {
    expect(read('start: { constant: 2015-01-01 }', {})).toEqual({ start: '2015-01-01' });
    expect(faults('start: { constant: 2015-02-30 }')).toEqual([
      '9:26: "2015-02-30" is not a day such as 2012-05-14.',
    ]);
  });
});

describe('texts that mean empty', () => {
  it('X11: are declared for the export, for a column, or both', () => {
    const format = `missing: ['NULL', '\\N', 2099-12-31]`;
    const columns = "start: { from: S, missing: ['?'] }\n      unit: U\n      amount: A";
    for (const text of ['NULL', '\\N', '2099-12-31', '?', '', ' NULL ']) {
      expect(read(columns, { S: text, U: 'TK-1', A: '1' }, format)).toEqual({ unit: 'TK-1', amount: 1 });
    }
    expect(read(columns, { S: '', U: 'NULL', A: '\\N' }, format)).toEqual({});
    expect(read(columns, { S: '', U: '?', A: '' }, format)).toBe('invalid-value in U');
    expect(read('birth: B', { B: 'NULL' }, format)).toBe('missing-value in B');
    expect(read('unit: U', { U: '', PATIENT: 'NULL' }, format)).toBe('missing-code in PATIENT');
  });

  it('X11: do not override a translation of the same text', () => {
    const columns = 'sex: { from: S, values: { NULL: male }, missing: [NULL, x] }';
    expect(read(columns, { S: 'NULL' })).toEqual({ sex: 'male' });
    expect(read(columns, { S: 'x' })).toEqual({});
  });
});

describe('a number', () => {
  it.each([
    ['412.50', 412.5],
    ['-12', -12],
    ['0', 0],
    ['-0', 0],
    ['.5', 0.5],
    ['007', 7],
  ])('X15: is accepted as a plain decimal: %s', (text, expected) => {
    expect(read('amount: A', { A: text })).toEqual({ amount: expected });
  });

  it.each([
    '0x1F',
    '0b101',
    '0o17',
    '1e5',
    '1E+5',
    '+7',
    '123,45',
    '1 234.50',
    '1,234.50',
    '1_000',
    '12.',
    '--1',
    '1.2.3',
    '１２',
    '٣',
    '∞',
    'NaN',
    '12 €',
    '9'.repeat(400),
  ])('X15: is rejected when it is no plain decimal: %s', (text) => {
    expect(read('amount: A', { A: text })).toBe('invalid-number in A');
  });

  it.each([
    [',', '123,45', 123.45],
    [',', '1 234,50', 1234.5],
    [',', '1\u00a0234\u00a0567,5', 1234567.5],
    [',', '1\u2009234', 1234],
    [',', '1\u202f234,5', 1234.5],
    [',', '1.234,50', 1234.5],
    [',', '-1.234.567', -1234567],
    [',', ',5', 0.5],
    [',', '1234', 1234],
    ['.', '1,234.50', 1234.5],
    ['.', '1 234.5', 1234.5],
  ])('X15: is accepted with the declared sign "%s": %s', (decimal, text, expected) => {
    expect(read(`amount: { from: A, decimal: '${decimal}' }`, { A: text })).toEqual({ amount: expected });
    expect(read('amount: A', { A: text }, `decimal: '${decimal}'`)).toEqual({ amount: expected });
  });

  it.each([
    [',', '123.45'],
    [',', '1.23,4'],
    [',', '12 34,5'],
    [',', '1 234.567,8'],
    [',', '1,2,3'],
    [',', '1234 567'],
    [',', '+7'],
    [',', '1e5'],
    ['.', '123,45'],
  ])('X15: is rejected without the declared sign "%s": %s', (decimal, text) => {
    expect(read(`amount: { from: A, decimal: '${decimal}' }`, { A: text })).toBe('invalid-number in A');
  });

  it('X15: has a point or a comma as its sign', () => {
    expect(faults("amount: { from: A, decimal: ';' }")).toEqual(['9:35: decimal must be one of: ., ,.']);
    expect(faults("start: { from: A, decimal: ',' }")).toEqual([
      expect.stringContaining('"decimal" is not for a column of kind day ("start").'),
    ]);
  });

  it.each(['2402719502', '2402719502.0', '240271.9502', '502039508'])(
    'X10: is rejected when it is an identity code without its sign: %s',
    (text) => {
      expect(read('amount: A', { A: text })).toBe('invalid-number in A');
    },
  );

  it('X10: is rejected when it is an identity code with separators', () => {
    expect(read('amount: A', { A: '2 402 719 502' }, "decimal: ','")).toBe('invalid-number in A');
  });

  it('X17: may be one constant for all rows', () => {
    expect(read('amount: { constant: 7.5 }', {})).toEqual({ amount: 7.5 });
    expect(faults('amount: { constant: 1e5 }')).toEqual(['9:27: "1e5" is not a plain decimal such as 7.5.']);
  });
});

describe('a code without a list', () => {
  it.each([
    '2402719502',
    '240271--9502',
    '150302A960K',
    '150302А960K',
    '150302Ａ960K',
    '１３１０５２A9982',
    '131052_9982',
    '٠٢٠٥٠٣A٩٠٣٧',
    '131052/9982',
    '131052a9982',
  ])('X10: is rejected when it reads as an identity code: %s', (code) => {
    expect(read('unit: U', { U: code })).toBe('invalid-value in U');
  });

  it.each(['TK-1', '2402719503', '162673000', '10-ABC', 'J06.9', '4711/2016'])('X10: may be %s', (code) => {
    expect(read('unit: U', { U: code })).toEqual({ unit: code });
  });
});

describe('a person of one system', () => {
  const withForm = (form: string) => mappingOf('unit: U').replace('tables:', `idForms: ${form}\ntables:`);

  it.each(['1.09399E+16', '2,02E+11', '#N/A', 'NULL', '\\N', 'nan', '-', '0', '123.0'])(
    'X09: is not created by a null or by a spreadsheet error in place of an id: %s',
    (PATIENT) => {
      expect(read('unit: U', { U: 'TK-1', PATIENT })).toBe('invalid-code in PATIENT');
    },
  );

  it('X09: must have an id of the declared form', () => {
    const text = withForm("{ local:patient: '[0-9]{4}' }");
    const { tables } = parseMapping(text, registry, 'x');
    const { normalise } = tables[0]!.subject.scheme;
    expect(['0012', '12', '00012'].map(normalise)).toEqual(['0012', undefined, undefined]);
  });

  it('X09: may have an id whose form is a regular expression, for a scheme that is used', () => {
    const faultsOf = (form: string) => {
      try {
        return parseMapping(withForm(form), registry, 'mapping.yaml');
      } catch (error) {
        return (error as Error).message.split('\n');
      }
    };
    expect(faultsOf("{ local:patient: '[0-9' }")).toEqual([
      'mapping.yaml:4:27: "[0-9" is not a regular expression.',
    ]);
    expect(faultsOf("{ local:patients: '[0-9]' }")).toEqual([
      'mapping.yaml:4:28: The mapping does not use the scheme "local:patients". Did you mean "local:patient"? ' +
        'It uses these local schemes: local:patient.',
    ]);
  });

  it('X09: becomes known by a first row, unless the population register uses that scheme', () => {
    const keyOf = (sharedScheme: string | undefined) => {
      const mapping = parseMapping(mappingOf('unit: U'), registry, 'x', { sharedScheme });
      const { scheme } = mapping.tables[0]!.subject;
      return new PersonLinker(linkage).find(scheme, sharedScheme === 'local:patient' ? 'new1' : 'new2');
    };
    expect(keyOf('local:patient')).toBe('unknown-person');
    expect(keyOf('local:other')).toEqual(expect.any(Number));
    expect(keyOf('hetu')).toEqual(expect.any(Number));
  });

  it('X09: becomes known by the table that the population register names, never by its other tables', () => {
    const population = { ...registry, name: 'population' };
    const text = mappingOf('unit: U').replace('registry: clinic', 'registry: population\nknows: visits');
    const mapping = parseMapping(text, population, 'x', { sharedScheme: 'hetu' });
    const { scheme } = mapping.tables[0]!.subject;
    expect(scheme.shared).toBe(true);
    const persons = new PersonLinker(linkage);
    expect(persons.find(scheme, 'new3')).toBe('unknown-person');
    expect(persons.know(scheme, 'new3')).toBe(persons.find(scheme, 'new3'));
  });

  it('X09: changes the state of linkage when registries share the scheme', async () => {
    await linkage.save();
    const before = linkage.state;
    linkage.personKey(parseScheme('local:patient'), 'new4');
    await linkage.save();
    expect(linkage.state).toBe(before);
    linkage.personKey(parseScheme('local:patient', { shared: true }), 'new5');
    await linkage.save();
    expect(linkage.state).not.toBe(before);
  });
});

describe('an id of several columns', () => {
  const columns = 'id: { from: [CHILD, START] }';
  const idOf = (CHILD: string, START: string, more?: string) =>
    (read(columns, { CHILD, START }, more) as { id?: bigint }).id;

  it('X17: is made from all its values together', () => {
    expect(idOf('a1', '2012-05-14')).toBe(idOf(' a1', '2012-05-14 '));
    expect(new Set([idOf('a1', '2'), idOf('a', '12'), idOf('a12', ''), idOf('2', 'a1')]).size).toBe(4);
    expect(idOf('a1', '')).toBeUndefined();
    expect(idOf('NULL', '1', 'missing: [NULL]')).toBeUndefined();
  });

  it('X17: is allowed for a record only', () => {
    expect(faults('unit: { from: [A, B] }')).toEqual([
      '9:21: Only a record ("unit" is a code) is made of several columns.',
    ]);
    expect(faults('id: { from: [A] }')).toHaveLength(1);
    expect(faults('id: { from: [A, A] }')).toHaveLength(1);
  });
});

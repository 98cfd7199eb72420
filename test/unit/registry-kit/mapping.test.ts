import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { PolkuError } from '../../../lib/errors.js';
import type { RegistryDefinition } from '../../../registry-kit/columns/tableDefinition.js';
import { parseMapping, readMapping } from '../../../registry-kit/extraction/mapping/readMapping.js';
import { educationRegistry } from '../../../subgraphs/education/tables.js';
import { healthRegistry } from '../../../subgraphs/health/tables.js';
import { populationRegistry } from '../../../subgraphs/population/tables.js';
import { socialRegistry } from '../../../subgraphs/social/tables.js';

/** The problems of a mapping file, line by line. */
function faultsOf(text: string, definition: RegistryDefinition = healthRegistry) {
  try {
    parseMapping(text, definition, 'mapping.yaml');
  } catch (error) {
    if (error instanceof PolkuError) return { code: error.code, lines: error.message.split('\n') };
    throw error;
  }
  return undefined;
}

/** The position of a fragment in a text, as messages show it. */
function placeOf(fragment: string, text: string): string {
  const before = text.slice(0, text.indexOf(fragment)).split('\n');
  return `mapping.yaml:${before.length}:${before.at(-1)!.length + 1}`;
}

const range = (lines: number, line: (number: number) => string) =>
  Array.from({ length: lines }, (_, number) => line(number)).join('');

const shipped = await readFile('subgraphs/health/mapping.yaml', 'utf8');

describe('a mapping file', () => {
  it.each([populationRegistry, healthRegistry, socialRegistry, educationRegistry])(
    'of $name fits its registry',
    async (definition) => {
      const { tables } = await readMapping(definition);
      expect(tables.map(({ name }) => name).sort()).toEqual(Object.keys(definition.tables).sort());
    },
  );

  it('has its table of known persons read before the others', async () => {
    const text = await readFile('subgraphs/population/mapping.yaml', 'utf8');
    const mapping = parseMapping(
      text.replace('knows: persons', 'knows: residences'),
      populationRegistry,
      'x',
    );
    expect(mapping.tables[0]?.name).toBe('residences');
  });

  it('X13: may name the zone of times without one, and only a zone that exists', () => {
    const inZone = (zone: string) => shipped.replace('type: csv', `type: csv, zone: ${zone}`);
    const { format, tables } = parseMapping(inZone('UTC'), healthRegistry, 'mapping.yaml');
    expect(format.zone).toBe('UTC');
    const start = tables
      .find(({ name }) => name === 'contacts')!
      .columns.find(({ name }) => name === 'start');
    expect(start).toMatchObject({ kind: 'day', zone: 'UTC' });
    const text = inZone('Europe/Hellsinki');
    expect(faultsOf(text)?.lines).toEqual([
      `${placeOf('Europe/Hellsinki', text)}: "Europe/Hellsinki" is not a time zone. Expected an IANA name, such as UTC or Europe/Helsinki.`,
    ]);
  });

  describe('of a database', () => {
    const database = shipped
      .replace(/format: .*/, 'format: { type: postgres, connection: health-database }')
      .replaceAll(/file: (\w+)\.csv/g, 'table: clinic.$1');

    it('names a connection, and tables or queries', () => {
      const text = database.replace('table: clinic.kiellot', 'query: select * from clinic.kiellot');
      const { format, tables } = parseMapping(text, healthRegistry, 'mapping.yaml');
      expect(format).toEqual({ type: 'postgres', connection: 'health-database' });
      expect(tables.map(({ source }) => [source.kind, source.name])).toEqual([
        ['table', 'clinic.kaynnit'],
        ['table', 'clinic.hoitosuhteet'],
        ['query', 'the query of objections'],
      ]);
    });

    it.each([
      ['connection: health-database', 'delimiter: ;', '"delimiter" is not for type postgres, only for csv.'],
      [', connection: health-database', '', 'A database (type postgres) needs "connection"'],
      ['table: clinic.kiellot', 'file: kiellot.csv', 'exactly one of "table" or "query"'],
      ['table: clinic.kiellot', 'unique: subject', '"objections" needs exactly one of'],
      ['table: clinic.kiellot', 'table: a\n    query: select 1', 'It has "table" and "query".'],
      ['table: clinic.kiellot', 'query: delete from clinic.kiellot', 'A query is one SELECT'],
      ['table: clinic.kiellot', 'query: select 1;', 'without a semicolon'],
      ['clinic.kiellot', 'a.b.c', 'with its schema: clinic.visits'],
      [
        'table: clinic.kiellot',
        'table: clinic.kiellot\n    watermark: changed',
        '"objections" protects people',
      ],
      ['unique: id', 'watermark: changed', 'needs an id of each row of "contacts"'],
      ['unique: id', 'unique: subject\n    watermark: changed', 'needs an id of each row of "contacts"'],
    ])('has a fault reported: %s -> %s', (from, to, message) => {
      expect(faultsOf(database.replace(from, to))?.lines.join()).toContain(message);
    });

    it('tells how changes of a table are found', () => {
      const text = database.replace('unique: id', 'unique: id\n    watermark: changed');
      const { tables } = parseMapping(text, healthRegistry, 'mapping.yaml');
      expect(tables.map(({ watermark }) => watermark)).toEqual([
        { column: 'changed', id: 'KAYNTITUNNUS' },
        undefined,
        undefined,
      ]);
      const twoColumns = text.replace('id: KAYNTITUNNUS', 'id: { from: [KAYNTITUNNUS, HETU] }');
      expect(faultsOf(twoColumns)?.lines.join()).toContain('read from one source column');
    });

    it('is not named by the mapping of an export', () => {
      const marked = shipped.replace('unique: id', 'unique: id\n    watermark: changed');
      expect(faultsOf(marked)?.lines.join()).toContain('"watermark" is for databases');
      expect(faultsOf(shipped.replace('type: csv', 'type: csv, connection: x'))?.lines.join()).toContain(
        '"connection" is not for type csv, only for postgres, mariadb and fhir.',
      );
      expect(faultsOf(shipped.replace('file: kiellot.csv', 'table: kiellot'))?.lines.join()).toContain(
        'exactly one of "file"',
      );
    });
  });

  it('has the place reported when it is not YAML', () => {
    const faults = faultsOf('registry: health\ntables: [1, 2\n');
    expect(faults?.code).toBe('MAPPING_INVALID');
    expect(faults?.lines[0]).toMatch(/^mapping\.yaml:3:1: /);
  });

  it('has every fault reported at once, in the order of the file, with what to write instead', () => {
    const text = shipped
      .replace('type: csv', 'type: xml')
      .replace('    file: kaynnit.csv', '    fil: kaynnit.csv');
    const faults = faultsOf(text)!;
    expect(faults.lines).toEqual([
      `${placeOf('xml', text)}: type must be one of: csv, parquet, ndjson, fhir, postgres, mariadb.`,
      `${placeOf('kaynnit.csv', text)}: "fil" is not known here. Did you mean "file"? ` +
        'Expected one of: file, table, query, resource, where, subject, scheme, unique, interval, watermark, columns.',
    ]);
  });

  it('must map every table and every column that is not optional', () => {
    const text = shipped
      .replace('      service: PALVELU\n', '')
      .replace('      diagnosis: DIAGNOOSI\n', '')
      .replace(/ {2}objections:[^]*$/, '');
    expect(faultsOf(text)?.lines).toEqual([
      `${placeOf('contacts:', text)}: The table "objections" is not mapped. Map it, or name it under ` +
        '"absent" if this system keeps nothing for it.',
      `${placeOf('id:', text)}: The column "service" of "contacts" is not mapped.`,
    ]);
  });

  it('may declare that the source has no data for a table, and then does not map it', () => {
    const without = shipped
      .replace(/ {2}objections:[^]*$/, '')
      .replace('tables:', 'absent: [objections]\ntables:');
    const { absent, tables } = parseMapping(without, healthRegistry, 'x');
    expect(absent).toEqual(['objections']);
    expect(tables.map(({ name }) => name)).toEqual(['contacts', 'careRelationships']);
    const text = shipped.replace('tables:', 'absent: [objections, objection]\ntables:');
    expect(faultsOf(text)?.lines).toEqual([
      `${placeOf('objections,', text)}: "objections" is mapped below: it is not absent.`,
      expect.stringContaining('"objection" is not a table of the registry. Did you mean "objections"?'),
    ]);
  });

  it('may name a record of another table', () => {
    const definition: RegistryDefinition = {
      ...healthRegistry,
      tables: {
        ...healthRegistry.tables,
        notes: { order: 'at', columns: { contact: { kind: 'record' }, at: { kind: 'day' } } },
      },
    };
    const notes = (of: string) =>
      `${shipped}  notes:\n    file: n.csv\n    subject: HETU\n    columns: { contact: { from: K, of: ${of} }, at: A }\n`;
    const [column] = parseMapping(notes('contacts'), definition, 'x').tables.at(-1)!.columns;
    expect(column).toEqual({ kind: 'record', name: 'contact', from: 'K', optional: false, of: 'contacts' });
    expect(faultsOf(notes('contact'), definition)?.lines).toEqual([
      expect.stringContaining('"contact" is not a table of the registry. Did you mean "contacts"?'),
    ]);
    expect(faultsOf(notes('objections'), definition)?.lines).toEqual([
      expect.stringContaining('The table "objections" has no column of kind record.'),
    ]);
  });

  it('may leave out an optional column, which is then empty', () => {
    const mapping = parseMapping(shipped.replace('      diagnosis: DIAGNOOSI\n', ''), healthRegistry, 'x');
    const contacts = mapping.tables.find(({ name }) => name === 'contacts');
    expect(contacts?.columns).toContainEqual({ kind: 'absent', name: 'diagnosis', optional: true });
  });

  it('must not name tables or columns that the registry does not have', () => {
    const text = shipped.replace('diagnosis:', 'diagnosys:').replace('  objections:', '  objection:');
    const lines = faultsOf(text)!.lines.join('\n');
    expect(lines).toContain('"diagnosys" is not a column of the registry. Did you mean "diagnosis"?');
    expect(lines).toContain('"objection" is not a table of the registry. Did you mean "objections"?');
  });

  it('may set for a column only what fits its kind', () => {
    const text = shipped
      .replace('start: ALKUPVM', 'start: { from: ALKUPVM, values: { a: b } }')
      .replace('unit: YKSIKKO', 'unit: { dates: iso }')
      .replace('unique: id', 'unique: start')
      .replace('interval: [start, end]', 'interval: [start, unit]');
    const lines = faultsOf(text)!.lines.join('\n');
    expect(lines).toContain('"values" is not for a column of kind day ("start")');
    expect(lines).toContain('"dates" is not for a column of kind code ("unit")');
    expect(lines).toContain('"unit" needs "from" (a source column) or "constant"');
    expect(lines).toContain('"start" is not a column of kind record; this table has: id');
    expect(lines).toContain('"unit" is not a column of kind day; this table has: start, end');
  });

  it('has an unknown scheme reported with its place', () => {
    const text = shipped.replace('scheme: hetu', 'scheme: ssn');
    expect(faultsOf(text)).toEqual({
      code: 'SCHEME_UNKNOWN',
      lines: [expect.stringContaining(`${placeOf('ssn', text)}: There is no linkage scheme "ssn"`)],
    });
  });

  it('makes people known in the population register only', () => {
    const text = shipped.replace('tables:', 'knows: contacts\ntables:');
    expect(faultsOf(text)?.lines).toEqual([
      expect.stringContaining('Only the population register makes persons known'),
    ]);
  });

  it('X18: has unchecked columns reported', () => {
    const noticesOf = (text: string) => parseMapping(text, healthRegistry, 'mapping.yaml').notices;
    expect(noticesOf(shipped)).toEqual([]);
    const text = shipped.replace('    unique: id\n', '').replaceAll('    interval: [start, end]\n', '');
    expect(noticesOf(text)).toEqual([
      'mapping.yaml:8:5: "contacts" has no "unique": it is not checked whether rows share an id, and all are accepted. ' +
        'Write "unique: id", unless that is right.',
      'mapping.yaml:8:5: "contacts" has no "interval": it is not checked whether "end" is before "start". Write ' +
        '"interval: [start, end]", unless that is right.',
      expect.stringContaining('"careRelationships" has no "interval"'),
    ]);
    const oneDay = text
      .replaceAll('end: LOPPUPVM', 'end: ALKUPVM')
      .replace('start: ALKUPVM', 'start: { constant: 2012-01-01 }');
    expect(noticesOf(oneDay)).toEqual([expect.stringContaining('"contacts" has no "unique"')]);
  });

  it('X18: has tables reported in which people may have several rows', async () => {
    const text = await readFile('subgraphs/population/mapping.yaml', 'utf8');
    const { notices } = parseMapping(text.replace('    unique: subject\n', ''), populationRegistry, 'x');
    expect(notices).toEqual([expect.stringContaining('Write "unique: subject", unless that is right.')]);
  });

  it.each([
    ['lists within lists', '- '.repeat(20_000)],
    ['brackets within brackets', `registry: ${'['.repeat(20_000)}`],
    ['aliases of aliases', `a: &a [x, x, x]\n${range(9, (n) => `l${n}: &l${n} [${'*a, '.repeat(99)}*a]\n`)}`],
  ])('is refused with endless %s', (_what, text) => {
    expect(faultsOf(text)?.code).toBe('MAPPING_INVALID');
  });

  it('must be of the registry that it is used for', () => {
    expect(faultsOf(shipped.replace('registry: health', 'registry: social'))?.lines[0]).toContain(
      'This is the mapping of "health"',
    );
  });
});

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Finished, runPolku } from '../city/runPolku.js';
import { clinicResources, lines } from '../fhir/resources.js';

const exports = join(import.meta.dirname, 'clinicExport');
const FILES = ['registry.yaml', 'mapping.yaml', 'codes.yaml', 'policy.yaml', 'policy.test.yaml'];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polku-proposal-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function write(
  name: string,
  lines: readonly string[],
  encoding: BufferEncoding = 'utf8',
): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, `${lines.join('\n')}\n`, encoding);
  return path;
}

/** Proposes a registry, and returns what was printed and written. */
async function propose(name: string, ...files: readonly string[]) {
  const out = join(folder, name);
  const finished = await runPolku([
    'registry',
    'new',
    name,
    ...files.flatMap((file) => ['--from', file]),
    '--out',
    out,
  ]);
  const read = async (file: string) => readFile(join(out, file), 'utf8');
  const written = finished.code === 0 ? await Promise.all(FILES.map(read)) : [];
  return { ...finished, out, written: Object.fromEntries(FILES.map((file, at) => [file, written[at]!])) };
}

/** Rows about people with identity codes of the 900 range, who do not exist. */
const visits = Array.from({ length: 60 }, (_, row) => {
  const code = ['010180-900R', '020280-902B', '030380-904K'][row % 3]!;
  return `V${row + 1};${code};Sukunimi${row % 3};0${(row % 9) + 1}.03.2015;T1${row % 2};U-${row % 4};${row},50;Puhuttiin asiasta ${row}`;
});

describe('polku registry new', () => {
  it('guesses persons, days, codes and numbers, and leaves out names and free text', async () => {
    const header = 'KAYNTI_ID;HETU;SUKUNIMI;ALKUPVM;PALVELU;YKSIKKO;KUSTANNUS;SELITE';
    const { code, output, written } = await propose('visits', await write('visits.csv', [header, ...visits]));
    expect(code).toBe(0);
    expect(written['mapping.yaml']).toContain('scheme: hetu');
    expect(written['mapping.yaml']).toContain('format: { type: csv, delimiter: ; }');
    expect(written['mapping.yaml']).toContain('start: { from: ALKUPVM, dates: dd.mm.yyyy }');
    expect(written['mapping.yaml']).toContain("kustannus: { from: KUSTANNUS, decimal: ',' }");
    expect(written['mapping.yaml']).not.toMatch(/SUKUNIMI|SELITE/);
    expect(written['codes.yaml']).toContain("'T10': { fi: 'T10', en: 'T10', sv: 'T10' }");
    expect(output).toMatch(/left out:\n +SUKUNIMI: .*\n +SELITE: /);
  });

  it('shows and writes no value of a row, except common codes of short lists', async () => {
    const { output, written } = await propose(
      'sight',
      join(exports, 'encounters.csv'),
      join(exports, 'conditions.csv'),
    );
    const text = await readFile(join(exports, 'encounters.csv'), 'utf8');
    const values = new Set(
      text
        .trim()
        .split('\n')
        .slice(1)
        .flatMap((line) => line.split(','))
        .filter((cell) => cell.length > 3),
    );
    const common = ['ambulatory', 'emergency', 'inpatient', 'outpatient', 'wellness', 'urgentcare'];
    const printed = [...values].filter((value) => output.includes(value));
    const saved = [...values].filter((value) => Object.values(written).some((file) => file.includes(value)));
    expect(printed).toEqual([]);
    expect(saved.filter((value) => !common.includes(value))).toEqual([]);
    expect(saved.length).toBeGreaterThan(2);
  });

  it('finds that rows of a second file belong to the first, and denies every field', async () => {
    const { written } = await propose(
      'below',
      join(exports, 'encounters.csv'),
      join(exports, 'conditions.csv'),
    );
    expect(written['registry.yaml']).toMatch(
      / {2}conditions:\n.*\n {4}type: BelowCondition\n {4}of: contacts\n/,
    );
    expect(written['mapping.yaml']).toContain('parent: ENCOUNTER');
    expect(written['policy.yaml']).toContain('grants: []');
  });

  it('finds paths in resources of FHIR', async () => {
    const { encounters, conditions } = await clinicResources(exports);
    const files = [
      await write('Encounter.ndjson', lines(encounters)),
      await write('Condition.ndjson', lines(conditions)),
    ];
    const { code, out, written } = await propose('fhir', ...files);
    expect(code).toBe(0);
    const mapping = written['mapping.yaml']!;
    expect(mapping).toContain('format: { type: fhir }');
    for (const line of [
      'subject: subject.reference',
      'id: id',
      'start: { from: period.start, dates: iso-time }',
      "service: 'serviceType.coding[system=https://clinic.example/services].code'",
      'unit: serviceProvider.reference',
      "professional: 'participant[0].individual.reference'",
      "type: 'type[0].coding[system=http://snomed.info/sct].code'",
      'parent: encounter.reference',
    ])
      expect(mapping).toContain(line);
    expect(written['registry.yaml']).toMatch(
      / {2}condition:\n.*\n {4}type: FhirCondition\n {4}of: contacts\n/,
    );
    const { output } = await runPolku(['registry', 'check', out]);
    expect(output).not.toMatch(/mapping\.yaml:\d/);
  });

  it('says what is wrong with a file that is missing or no JSON Lines', async () => {
    const missing = await propose('missing', join(folder, 'none.csv'));
    expect(missing.errors).toMatch(/^SOURCE_UNREADABLE: The source file none\.csv is missing/);
    const bundle = await write('list.ndjson', ['[{"code":"010180-900R"}]']);
    expect((await propose('list', bundle)).errors).toMatch(/^SOURCE_UNREADABLE: .*one object a line/);
  });

  it('reads an encoding of one byte for each character', async () => {
    const path = await write(
      'latin.csv',
      [
        'Tunnus,Potilas,Päivä,Laji',
        ...Array.from({ length: 9 }, (_, row) => `K${row},P-${row % 3},2015-01-02,käynti`),
      ],
      'latin1',
    );
    const { written } = await propose('latin', path);
    expect(written['mapping.yaml']).toContain('encoding: windows-1252');
    expect(written['mapping.yaml']).toContain('start: Päivä');
  });

  it.each<[string, readonly string[], string]>([
    ['a file without names', visits.slice(0, 3), 'SOURCE_COLUMNS'],
    ['a file that is about nobody', ['Day,Amount', '2015-01-01,3'], 'SOURCE_COLUMNS'],
    ['a file without days', ['Person,Service', 'P1,T1'], 'SOURCE_COLUMNS'],
  ])('refuses %s, and shows nothing of it', async (name, lines, error) => {
    const { code, errors } = await propose('refused', await write(`${name.replaceAll(' ', '-')}.csv`, lines));
    expect([code, errors.slice(0, error.length)]).toEqual([1, error]);
    expect(errors).not.toMatch(/Sukunimi|900R|P1/);
    expect(await readdir(folder)).not.toContain('refused');
  });

  it('overwrites nothing', async () => {
    const path = await write('again.csv', ['Person,Day,Class', 'P1,2015-01-01,visit']);
    expect((await propose('again', path)).code).toBe(0);
    expect(await propose('again', path)).toMatchObject({
      code: 2,
      errors: expect.stringMatching(/^USAGE: /),
    });
  });
});

describe('polku registry check', () => {
  const check = (path: string): Promise<Finished> => runPolku(['registry', 'check', path]);

  it('says what a proposal lacks', async () => {
    const { out } = await propose('lacking', join(exports, 'encounters.csv'));
    const { code, output } = await check(out);
    expect(code).toBe(1);
    expect(output).toMatch(/registry\.yaml says TODO in \d places/);
    expect(output).toContain('codes of "services" in codes.yaml have no label');
    expect(output).toContain('No grant of policy.yaml opens a field of LackingContact');
    expect(output).toContain('note: 1 of 1 policy tests pass.');
    expect(output).toMatch(/things are missing\.\n$/);
  });

  it('says that a policy leaves a field unclassified, and that a mapping lacks a column', async () => {
    const { out } = await propose('gaps', join(exports, 'encounters.csv'));
    const change = async (file: string, from: RegExp) => {
      const text = await readFile(join(out, file), 'utf8');
      await writeFile(join(out, file), text.replace(from, ''));
    };
    await change('policy.yaml', /.*GapsContact\.unit:.*\n/);
    await change('mapping.yaml', / {6}unit: ORGANIZATION\n/);
    await rm(join(out, 'policy.test.yaml'));
    const { code, output } = await check(out);
    expect(code).toBe(1);
    expect(output).toContain('GapsContact.unit');
    expect(output).toContain('The column "unit" of "contacts" is not mapped.');
    expect(output).toContain('policy.test.yaml is missing.');
  });

  it('says that a type has the name of a type of another registry', async () => {
    const { out } = await propose('clash', join(exports, 'encounters.csv'));
    const text = await readFile(join(out, 'registry.yaml'), 'utf8');
    await writeFile(
      join(out, 'registry.yaml'),
      text.replace('contacts:\n', 'contacts:\n    type: HealthContact\n'),
    );
    const { code, output } = await check(out);
    expect(code).toBe(1);
    expect(output).toContain('HealthContact');
  });

  it('refuses a folder that declares nothing', async () => {
    expect(await check(exports)).toMatchObject({
      code: 2,
      errors: expect.stringMatching(/^REGISTRY_INVALID: /),
    });
  });
});

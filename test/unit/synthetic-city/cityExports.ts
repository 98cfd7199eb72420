import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BadRowKind } from '../../../synthetic-city/badRows.js';
import { parseCsv } from './csv.js';
import { parquetRows } from './parquet.js';

export type ExportRow = Record<string, string>;

interface Columns {
  readonly code: string;
  readonly id?: string;
  readonly from?: string;
  readonly until?: string;
  readonly service?: string;
}

const FINNISH = { code: 'henkilotunnus', from: 'alku', until: 'loppu' };
const SOCIAL = { code: 'client_code', from: 'start_date', until: 'end_date' };
const EDUCATION = { code: 'child_code', from: 'start_date', until: 'end_date' };

/** What faults can be found in, by file. */
export const FILES: Record<string, Columns> = {
  'population/henkilot.csv': {
    code: 'henkilotunnus',
    id: 'henkilotunnus',
    from: 'syntymapaiva',
    until: 'kuolinpaiva',
  },
  'population/huoltajuudet.csv': { ...FINNISH, code: 'huollettava' },
  'population/perheet.csv': FINNISH,
  'population/asuminen.csv': FINNISH,
  'population/tunnusmuutokset.csv': { code: 'vanha' },
  'population/turvakiellot.csv': FINNISH,
  'health/kaynnit.csv': {
    code: 'HETU',
    id: 'KAYNTITUNNUS',
    from: 'ALKUPVM',
    until: 'LOPPUPVM',
    service: 'PALVELU',
  },
  'health/hoitosuhteet.csv': { code: 'HETU', from: 'ALKUPVM', until: 'LOPPUPVM' },
  'health/kiellot.csv': { code: 'HETU', from: 'ALKUPVM' },
  'social/contacts.csv': { ...SOCIAL, id: 'contact_id', service: 'service' },
  'social/child_protection.csv': { ...SOCIAL, id: 'step_id' },
  'social/income_support.csv': { code: 'client_code', from: 'month' },
  'social/case_workers.csv': SOCIAL,
  'social/objections.csv': { code: 'client_code', from: 'from_date' },
  'education/attendance.parquet': { code: 'child_code', id: 'record_id', from: 'month', service: 'service' },
  'education/enrolments.parquet': EDUCATION,
  'education/staff.parquet': EDUCATION,
  'education/objections.parquet': { code: 'child_code', from: 'from_date' },
};

/** The exports of a city as a careful reader sees them: each row with its fault. */
export class CityExports {
  private readonly read = new Map<string, readonly ExportRow[]>();
  private readonly taken = new Map<string, readonly ExportRow[]>();

  private constructor(
    private readonly folder: string,
    private readonly parquet: ReadonlyMap<string, readonly ExportRow[]>,
  ) {}

  static async open(folder: string): Promise<CityExports> {
    const parquet = new Map<string, readonly ExportRow[]>();
    for (const file of Object.keys(FILES).filter((name) => name.endsWith('.parquet'))) {
      const rows = await parquetRows(join(folder, file));
      parquet.set(
        file,
        rows.map((row) =>
          Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value ?? ''])),
        ),
      );
    }
    return new CityExports(folder, parquet);
  }

  all(file: string): readonly ExportRow[] {
    const known = this.parquet.get(file) ?? this.read.get(file);
    if (known !== undefined) return known;
    const text = readFileSync(join(this.folder, file), 'utf8');
    const rows = parseCsv(text, file.startsWith('health/') ? ';' : ',');
    this.read.set(file, rows);
    return rows;
  }

  /** The rows without a fault. */
  good(file: string): readonly ExportRow[] {
    const ids = new Set<string>();
    const known =
      this.taken.get(file) ?? this.all(file).filter((row) => this.faultsOf(file, row, ids).length === 0);
    this.taken.set(file, known);
    return known;
  }

  /** How many rows have a fault, by kind. A row with more than one fault throws. */
  faults(file: string): Partial<Record<BadRowKind, number>> {
    const ids = new Set<string>();
    const counts: Partial<Record<BadRowKind, number>> = {};
    for (const row of this.all(file)) {
      const [kind, ...more] = this.faultsOf(file, row, ids);
      if (more.length > 0) throw new Error(`A row of ${file} has ${more.length + 1} faults.`);
      if (kind !== undefined) counts[kind] = (counts[kind] ?? 0) + 1;
    }
    return counts;
  }

  /** Old codes and the codes that replaced them. */
  get currentCodes(): ReadonlyMap<string, string> {
    this.current ??= new Map(
      this.all('population/tunnusmuutokset.csv')
        .filter((row) => isValidCode(row['vanha'] as string))
        .map((row) => [row['vanha'] as string, row['uusi'] as string]),
    );
    return this.current;
  }
  private current: ReadonlyMap<string, string> | undefined;

  /** Valid rows by the current code of their person. */
  byPerson(file: string): ReadonlyMap<string, readonly ExportRow[]> {
    const { code } = FILES[file] as Columns;
    const groups = new Map<string, ExportRow[]>();
    for (const row of this.good(file)) {
      const person = this.currentCodes.get(row[code] as string) ?? (row[code] as string);
      const group = groups.get(person);
      if (group === undefined) groups.set(person, [row]);
      else group.push(row);
    }
    return groups;
  }

  private faultsOf(file: string, row: ExportRow, ids: Set<string>): BadRowKind[] {
    const columns = FILES[file] as Columns;
    const code = row[columns.code] as string;
    const [from, until] = [columns.from, columns.until].map((name) => isoOf(row[name ?? ''] ?? ''));
    const id = columns.id === undefined ? undefined : row[columns.id];
    const register = file === 'population/henkilot.csv' || file === 'population/tunnusmuutokset.csv';
    const text = Object.values(row).some((value) => value.includes('\uFFFD'));
    const wrongDate = from === '2002-02-30' || from === '2002-13';
    const found: [BadRowKind, boolean][] = [
      ['missing-code', code === ''],
      ['wrong-check-character', code !== '' && !isValidCode(code)],
      ['unknown-person', !register && isValidCode(code) && !this.registered.has(code)],
      ['impossible-date', wrongDate],
      ['end-before-start', !wrongDate && until !== '' && (until as string) < (from as string)],
      ['unknown-service', columns.service !== undefined && row[columns.service] === 'X99'],
      ['wrong-encoding', text],
    ];
    const kinds = found.filter(([, is]) => is).map(([kind]) => kind);
    if (id !== undefined && kinds.length === 0) {
      if (ids.has(id)) kinds.push('duplicate-id');
      ids.add(id);
    }
    return kinds;
  }

  private get registered(): ReadonlySet<string> {
    this.known ??= new Set([
      ...this.all('population/henkilot.csv').map((row) => row['henkilotunnus'] as string),
      ...this.currentCodes.keys(),
    ]);
    return this.known;
  }
  private known: ReadonlySet<string> | undefined;
}

export function isValidCode(code: string): boolean {
  return (
    /^\d{6}[-YXWVUA-F]9\d\d[0-9A-FHJ-NPR-Y]$/.test(code) &&
    '0123456789ABCDEFHJKLMNPRSTUVWXY'.charAt(Number(code.slice(0, 6) + code.slice(7, 10)) % 31) ===
      code.charAt(10)
  );
}

/** A date of either dialect in ISO 8601. */
export function isoOf(date: string): string {
  return date.includes('.') ? date.split('.').reverse().join('-') : date;
}

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateCity } from '../../../synthetic-city/generateCity.js';
import { CityExports, type ExportRow, isoOf } from './cityExports.js';
import { parquetRows } from './parquet.js';

/** The formula in truth/childProtection.json. */
interface Formula {
  readonly intercept: number;
  readonly byAge: readonly { from: number; logOdds: number }[];
  readonly byCalendarYear: Readonly<Record<string, number>>;
  readonly alone: Readonly<Record<string, number>>;
  readonly together: readonly { circumstances: readonly string[]; logOdds: number }[];
  readonly circumstances: Readonly<Record<string, string>>;
}

let folder: string;
let exports: CityExports;
let formula: Formula;
let truth: readonly ExportRow[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'polku-truth-'));
  const city = join(folder, 'city');
  await generateCity({ persons: 1800, seed: 3, out: city });
  exports = await CityExports.open(city);
  formula = JSON.parse(readFileSync(join(city, 'truth/childProtection.json'), 'utf8')) as Formula;
  truth = (await parquetRows(join(city, 'truth/childProtection.parquet'))) as readonly ExportRow[];
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const addYears = (date: string, years: number): string => {
  const [year, month, day] = date.split('-').map(Number) as [number, number, number];
  return new Date(Date.UTC(year + years, month - 1, day)).toISOString().slice(0, 10);
};
const nextDay = (date: string): string => new Date(Date.parse(date) + 864e5).toISOString().slice(0, 10);
const isMinor = (birth: string, date: string): boolean => addYears(birth, 18) > date;

describe('the true need for child protection', () => {
  it('follows from rows of the exports that begin until the date, by the published formula', () => {
    const reader = new RecordReader(exports);
    let found = 0;
    for (const row of truth) {
      const [code, date] = [row['identity_code'] as string, row['block_date'] as string];
      const present = reader.circumstances(code, date);
      const stated = Object.keys(formula.circumstances).filter((name) => row[name] === '1');
      expect([code, date, ...[...present].sort()]).toEqual([code, date, ...stated.sort()]);
      found += present.size;
      const birth = reader.birth(code);
      for (let year = 1; year <= 5; year++) {
        const hazard = Number(row[`h_${year}`]);
        expect(hazard).toBeCloseTo(hazardOf(formula, birth, date, year, present), 10);
      }
    }
    expect(found / truth.length).toBeGreaterThan(1.5);
  });

  it('covers the minors of the block dates who live in the city and are no clients', () => {
    const { born, homes, steps } = registers();
    for (const date of ['2006-12-31', '2011-12-31']) {
      const concerned = truth.filter((row) => row['block_date'] === date).map((row) => row['identity_code']);
      const expected = [...born].filter(([code, birth]) => {
        const stays = homes.get(code)!;
        const here = (stays[0]!['alku'] as string) <= date && (stays.at(-1)!['loppu'] || '9999') >= date;
        return here && isMinor(birth, date) && !(steps.get(code) ?? []).some((step) => isCareOn(step, date));
      });
      expect([...concerned].sort()).toEqual(expected.map(([code]) => code).sort());
      expect(concerned.length).toBeGreaterThan(100);
    }
  });

  it('has as outcome the first day of care in the block, and the exports have that day and none before', () => {
    const { steps } = registers();
    let clients = 0;
    for (const row of truth) {
      const date = row['block_date'] as string;
      const [first] = (steps.get(row['identity_code'] as string) ?? [])
        .filter((step) => isCare(step) && (step['start_date'] as string) > date)
        .map((step) => step['start_date'] as string)
        .filter((day) => day <= addYears(date, 5))
        .sort();
      expect([row['identity_code'], first ?? null]).toEqual([row['identity_code'], row['client_from']]);
      if (first === undefined) continue;
      clients++;
      expect(first <= (row['at_risk_until'] as string)).toBe(true);
      expect(
        nextDay(date) <= first && first >= addYears(nextDay(date), Number(row['outcome_year']) - 1),
      ).toBe(true);
      expect(first < addYears(nextDay(date), Number(row['outcome_year']))).toBe(true);
    }
    expect(clients).toBeGreaterThan(20);
  });

  it('is drawn as often as the hazards predict', () => {
    const whole = truth.filter((row) => row['at_risk_until'] === addYears(row['block_date'] as string, 5));
    const expected = whole.map(
      (row) => 1 - [1, 2, 3, 4, 5].reduce((none, k) => none * (1 - Number(row[`h_${k}`])), 1),
    );
    const sum = expected.reduce((total, need) => total + need, 0);
    const spread = Math.sqrt(expected.reduce((total, need) => total + need * (1 - need), 0));
    const drawn = whole.filter((row) => row['client_from'] !== null).length;
    expect(Math.abs(drawn - sum)).toBeLessThan(4 * spread);
  });

  it('depends on pairs and triples of circumstances, and on no single one', () => {
    expect(Math.max(...Object.values(formula.alone))).toBeLessThan(0.3);
    for (const { circumstances, logOdds } of formula.together) {
      expect([2, 3]).toContain(circumstances.length);
      expect(logOdds).toBeGreaterThanOrEqual(1);
      for (const name of circumstances) expect(Object.keys(formula.circumstances)).toContain(name);
    }
  });
});

const isCare = (step: ExportRow): boolean => ['open-care', 'placement'].includes(step['step'] as string);
const isCareOn = (step: ExportRow, date: string): boolean =>
  isCare(step) && (step['start_date'] as string) <= date && (step['end_date'] || '9999') >= date;

function registers() {
  return {
    born: new Map(
      exports
        .good('population/henkilot.csv')
        .map((row): [string, string] => [row['henkilotunnus'] as string, row['syntymapaiva'] as string]),
    ),
    homes: exports.byPerson('population/asuminen.csv'),
    steps: exports.byPerson('social/child_protection.csv'),
  };
}

/** The published formula, computed directly. */
function hazardOf(
  { intercept, alone, together, byAge, byCalendarYear }: Formula,
  birth: string,
  date: string,
  year: number,
  present: ReadonlySet<string>,
): number {
  const [start, next] = [year - 1, year].map((years) => addYears(nextDay(date), years)) as [string, string];
  let age = 0;
  while (addYears(birth, age + 1) <= start) age++;
  const x =
    intercept +
    [...present].reduce((sum, name) => sum + alone[name]!, 0) +
    (byAge.filter(({ from }) => from <= age).at(-1)?.logOdds ?? 0) +
    (byCalendarYear[start.slice(0, 4)] ?? 0) +
    together
      .filter(({ circumstances }) => circumstances.every((name) => present.has(name)))
      .reduce((sum, { logOdds }) => sum + logOdds, 0);
  const share =
    (Date.parse(addYears(birth, 18)) - Date.parse(start)) / (Date.parse(next) - Date.parse(start));
  return 1 - (1 - 1 / (1 + Math.exp(-x))) ** Math.min(1, Math.max(0, share));
}

/** Finds circumstances in the rows of the exports, by the published rules. */
class RecordReader {
  private readonly births: ReadonlyMap<string, string>;
  private readonly rows: (file: string, code: string) => readonly ExportRow[];
  private readonly families = new Map<string, ExportRow[]>();

  constructor(cityExports: CityExports) {
    const files = new Map<string, ReadonlyMap<string, readonly ExportRow[]>>();
    this.rows = (file, code) => {
      if (!files.has(file)) files.set(file, cityExports.byPerson(file));
      return files.get(file)!.get(code) ?? [];
    };
    this.births = registers().born;
    for (const row of cityExports.good('population/perheet.csv')) {
      const family = row['perhetunnus'] as string;
      this.families.set(family, [...(this.families.get(family) ?? []), row]);
    }
  }

  birth(code: string): string {
    return this.births.get(code) as string;
  }

  circumstances(child: string, date: string): ReadonlySet<string> {
    const since = (years: number): string => addYears(nextDay(date), -years);
    const holds = (row: ExportRow): boolean =>
      (row['alku'] as string) <= date && (row['loppu'] === '' || (row['loppu'] as string) >= date);
    const own = this.rows('population/perheet.csv', child);
    const family = this.families.get(
      own.find((row) => row['rooli'] === 'lapsi' && holds(row))!['perhetunnus'] as string,
    )!;
    const members = family.filter(holds);
    const parents = members
      .filter((row) => row['rooli'] === 'vanhempi')
      .map((row) => row['henkilotunnus'] as string);
    const minors = members.filter(
      (row) => row['rooli'] === 'lapsi' && isMinor(this.birth(row['henkilotunnus'] as string), date),
    );

    const count = (
      file: string,
      codes: readonly string[],
      column: string,
      services: readonly string[],
      years: number,
    ) =>
      codes
        .flatMap((code) => this.rows(file, code))
        .filter((row) => services.includes((row['PALVELU'] ?? row['service']) as string))
        .map((row) => isoOf(row[column] as string))
        .filter((day) => day >= since(years) && day <= date).length;
    const visits = (codes: readonly string[], services: string[], years: number) =>
      count('health/kaynnit.csv', codes, 'ALKUPVM', services, years);
    const contacts = (codes: readonly string[], services: string[], years: number) =>
      count('social/contacts.csv', codes, 'start_date', services, years);
    const support = parents
      .flatMap((code) => this.rows('social/income_support.csv', code))
      .map((row) => `${row['month']}-01`)
      .filter((month) => month >= since(1) && month <= date);
    const attended = this.rows('education/attendance.parquet', child).filter(
      (row) => (row['month'] as string) >= since(1) && (row['month'] as string) <= date,
    );
    const absence = attended.reduce((sum, row) => sum + Number(row['absence_days']), 0);
    const steps = this.rows('social/child_protection.csv', child).filter(
      (row) => (row['start_date'] as string) <= date,
    );
    const homes = this.rows('population/asuminen.csv', child);
    const arrived = homes[0]!['alku'] as string;
    const found: Record<string, boolean> = {
      childEmergency: visits([child], ['T80'], 3) >= 3,
      youthClinic: visits([child], ['T61'], 3) >= 1,
      schoolHealth: visits([child], ['T22'], 1) >= 3,
      speechTherapy: visits([child], ['T50'], 3) >= 3,
      disability: contacts([child], ['S50'], 3) >= 1,
      dayCareAbsence: attended.length >= 6 && absence >= 2.5 * attended.length,
      parentMentalHealth: visits(parents, ['T60'], 3) >= 3,
      parentSubstances: visits(parents, ['T70'], 3) + contacts(parents, ['S70'], 3) >= 1,
      parentEmergency: visits(parents, ['T80'], 3) >= 4,
      incomeSupport: support.length >= 2,
      adultSocialWork: contacts(parents, ['S10'], 3) >= 1,
      homeHelp: contacts(parents, ['S40'], 3) >= 1,
      familyLaw: contacts(parents, ['S31'], 3) >= 1,
      loneParent: parents.length === 1,
      familyChange: own.some(
        (row) =>
          row['loppu'] !== '' && (row['loppu'] as string) < date && (row['loppu'] as string) >= since(3),
      ),
      moves: homes
        .slice(1)
        .some((row) => (row['alku'] as string) >= since(3) && (row['alku'] as string) <= date),
      youngParent: parents.some((parent) => addYears(this.birth(parent), 23) > this.birth(child)),
      manyChildren: minors.length >= 3,
      newcomer: arrived > this.birth(child) && arrived >= since(3),
      notified: steps.some(
        (row) => row['step'] === 'notification' && (row['start_date'] as string) >= since(3),
      ),
      formerClient: steps.some(isCare),
    };
    return new Set(Object.keys(found).filter((name) => found[name]));
  }
}

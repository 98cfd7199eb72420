// Long, because its cases compare one city, which takes a while to make.
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type CitySummary, generateCity } from '../../../synthetic-city/generateCity.js';
import { CityExports, type ExportRow, isValidCode } from './cityExports.js';
import { groupBy } from './csv.js';
import { parquetColumns } from './parquet.js';

// This file is long because it tests every file of one generated city: generating the city takes most of
// the time.

const PERSONS = 2000;
const SEED = 11;

const CSV_HEADERS: Record<string, string> = {
  'population/henkilot.csv': 'henkilotunnus,sukunimi,etunimet,syntymapaiva,sukupuoli,aidinkieli,kuolinpaiva',
  'population/huoltajuudet.csv': 'huollettava,huoltaja,alku,loppu',
  'population/perheet.csv': 'perhetunnus,henkilotunnus,rooli,alku,loppu',
  'population/asuminen.csv': 'henkilotunnus,katuosoite,osa_alue,alku,loppu',
  'population/tunnusmuutokset.csv': 'vanha,uusi,pvm',
  'population/turvakiellot.csv': 'henkilotunnus,alku,loppu',
  'health/kaynnit.csv':
    'KAYNTITUNNUS;HETU;NIMI;ALKUPVM;LOPPUPVM;PALVELU;YKSIKKO;AMMATTIHENKILO;DIAGNOOSI;KIIREELLISYYS',
  'health/hoitosuhteet.csv': 'HETU;TYONTEKIJA;YKSIKKO;ALKUPVM;LOPPUPVM',
  'health/kiellot.csv': 'HETU;ALKUPVM',
  'social/contacts.csv':
    'contact_id,client_code,client_name,start_date,end_date,service,unit,worker,kind,decision,note',
  'social/child_protection.csv': 'step_id,client_code,step,start_date,end_date,unit',
  'social/income_support.csv': 'client_code,month,amount_eur',
  'social/case_workers.csv': 'client_code,worker,unit,start_date,end_date',
  'social/objections.csv': 'client_code,from_date',
};

const PARQUET_COLUMNS: Record<string, string> = {
  'education/attendance.parquet':
    'record_id VARCHAR, child_code VARCHAR, child_name VARCHAR, month DATE, unit VARCHAR, service VARCHAR, educator VARCHAR, hours DOUBLE, absence_days INTEGER',
  'education/enrolments.parquet':
    'child_code VARCHAR, unit VARCHAR, service VARCHAR, start_date DATE, end_date DATE, hours_per_week INTEGER',
  'education/staff.parquet':
    'child_code VARCHAR, educator VARCHAR, unit VARCHAR, start_date DATE, end_date DATE',
  'education/objections.parquet': 'child_code VARCHAR, from_date DATE',
};

const FILES = [
  ...Object.keys(CSV_HEADERS),
  ...Object.keys(PARQUET_COLUMNS),
  'polku-city.json',
  'truth/childProtection.json',
  'truth/childProtection.parquet',
].sort();

const ISO = /^\d{4}-\d{2}-\d{2}$/;

let folder: string;
let city: string;
let summary: CitySummary;
let exports: CityExports;
const progress: string[] = [];
const shares: number[] = [];

/** The rows that a registry would accept. */
const rows = (file: string): readonly ExportRow[] => exports.good(file);

const hashes = (root: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((path) => [
        path.slice(root.length + 1),
        createHash('sha256').update(readFileSync(path)).digest('hex'),
      ]),
  );

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'polku-city-'));
  city = join(folder, 'city');
  summary = await generateCity({
    persons: PERSONS,
    seed: SEED,
    out: city,
    onFile: ({ department, file, rows }) => progress.push(`${department}/${file} ${rows}`),
    onShare: (share) => shares.push(share),
  });
  exports = await CityExports.open(city);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the files', () => {
  it('are the documented ones, and no others', () => {
    expect(Object.keys(hashes(city)).sort()).toEqual(FILES);
    expect(readdirSync(folder)).toEqual(['city']);
  });

  it.each(Object.entries(CSV_HEADERS))('%s has its columns', (file, header) => {
    expect(readFileSync(join(city, file), 'utf8').split('\n', 1)[0]).toBe(header);
  });

  it.each(Object.entries(PARQUET_COLUMNS))('%s has its columns', async (file, columns) => {
    expect(await parquetColumns(join(city, file))).toBe(columns);
  });

  it('have as many rows as the summary and the progress report', () => {
    for (const { department, file, rows: count } of summary.files) {
      const path = `${department}/${file}`;
      expect([path, exports.all(path).length]).toEqual([path, count]);
    }
    expect(progress).toEqual(summary.files.map((one) => `${one.department}/${one.file} ${one.rows}`));
  });

  it('are reported with a share of the work that only grows, up to all of it', () => {
    expect(shares.length).toBeGreaterThan(5);
    expect([...shares].sort((a, b) => a - b)).toEqual(shares);
    expect(shares.at(-1)).toBeLessThanOrEqual(1);
  });

  it('include a marker', () => {
    const marker: unknown = JSON.parse(readFileSync(join(city, 'polku-city.json'), 'utf8'));
    expect(marker).toEqual({ persons: PERSONS, seed: SEED, truthSeed: 1, generator: 3, synthetic: true });
  });
});

describe('generating again', () => {
  it('gives the same bytes in every file', async () => {
    await generateCity({ persons: PERSONS, seed: SEED, out: join(folder, 'same') });
    expect(hashes(join(folder, 'same'))).toEqual(hashes(city));
  });

  it('gives other bytes with another seed, and replaces an earlier city', async () => {
    const out = join(folder, 'same');
    writeFileSync(join(out, 'stale.txt'), 'of the earlier city');
    await generateCity({ persons: PERSONS, seed: SEED + 1, out });
    const [first, second] = [hashes(city), hashes(out)];
    expect(Object.keys(second).sort()).toEqual(FILES);
    for (const file of FILES.filter((name) => name !== 'truth/childProtection.json'))
      expect([file, second[file]]).not.toEqual([file, first[file]]);
  });

  it('refuses a folder with other files, and keeps them', async () => {
    const out = join(folder, 'foreign');
    mkdirSync(out);
    writeFileSync(join(out, 'thesis.txt'), 'years of work');
    await expect(generateCity({ persons: 10, seed: 1, out })).rejects.toThrow('is not empty');
    expect(readdirSync(out)).toEqual(['thesis.txt']);
  });

  it('keeps the earlier city and leaves no partial folder when it fails', async () => {
    const before = hashes(city);
    const fail = (): void => {
      throw new Error('disk full');
    };
    await expect(generateCity({ persons: 50, seed: 1, out: city, onFile: fail })).rejects.toThrow(
      'disk full',
    );
    expect(hashes(city)).toEqual(before);
    expect(readdirSync(folder).filter((name) => name.includes('.partial'))).toEqual([]);
  });

  it.each([0, -1, 1.5, Number.NaN])('refuses %d persons', async (persons) => {
    await expect(generateCity({ persons, seed: 1, out: join(folder, 'none') })).rejects.toThrow('persons');
    expect(existsSync(join(folder, 'none'))).toBe(false);
  });
});

describe('the people', () => {
  it('are as many as requested, with valid, unique codes of the 900 range that fit birth and sex', () => {
    const people = rows('population/henkilot.csv');
    expect(people.length).toBe(PERSONS);
    expect(new Set(people.map((person) => person['henkilotunnus'])).size).toBe(PERSONS);
    for (const person of people) {
      const code = person['henkilotunnus'] as string;
      const [year, month, date] = (person['syntymapaiva'] as string).split('-') as [string, string, string];
      expect([code, isValidCode(code)]).toEqual([code, true]);
      expect(code.slice(0, 6)).toBe(date + month + year.slice(2));
      expect('ABCDEF'.includes(code.charAt(6))).toBe(year >= '2000');
      expect(Number(code.charAt(9)) % 2).toBe(person['sukupuoli'] === '1' ? 1 : 0);
    }
    const newSigns = people.filter((person) => !'-A'.includes((person['henkilotunnus'] as string).charAt(6)));
    expect(newSigns.length).toBeGreaterThan(PERSONS * 0.05);
  });

  it('are born on days of the whole century, few on any one day', () => {
    const births = groupBy(rows('population/henkilot.csv'), 'syntymapaiva');
    expect(Math.max(...[...births.values()].map((born) => born.length))).toBeLessThanOrEqual(5);
    expect(Math.min(...[...births.keys()].map((date) => Number(date.slice(0, 4))))).toBeGreaterThanOrEqual(
      1900,
    );
  });

  it('live at one address after another without gaps, all of them', () => {
    const homes = groupBy(rows('population/asuminen.csv'), 'henkilotunnus');
    expect(homes.size).toBe(PERSONS);
    for (const spells of homes.values()) {
      spells.forEach((spell, i) => {
        const next = spells[i + 1];
        expect((spell['alku'] as string) >= '2002-01-01').toBe(true);
        if (spell['loppu'] === '') expect(next).toBeUndefined();
        else expect((spell['alku'] as string) <= (spell['loppu'] as string)).toBe(true);
        if (next !== undefined)
          expect(Date.parse(next['alku'] as string)).toBe(Date.parse(spell['loppu'] as string) + 864e5);
      });
    }
  });

  it('belong to one family at a time; families have one or two parents, a fifth of them one', () => {
    const members = rows('population/perheet.csv');
    for (const spells of groupBy(members, 'henkilotunnus').values()) {
      const sorted = spells.map((row) => [row['alku'] as string, row['loppu'] || '9999']).sort();
      sorted.forEach(([, until], i) => {
        const next = sorted[i + 1];
        if (next !== undefined) expect((next[0] as string) > (until as string)).toBe(true);
      });
    }
    const current = groupBy(
      members.filter((row) => row['loppu'] === ''),
      'perhetunnus',
    );
    const ofRole = (family: readonly ExportRow[], role: string) =>
      family.filter((row) => row['rooli'] === role).length;
    for (const family of current.values()) {
      expect(ofRole(family, 'vanhempi')).toBeGreaterThanOrEqual(1);
      expect(ofRole(family, 'vanhempi')).toBeLessThanOrEqual(2);
    }
    const withChildren = [...current.values()].filter((family) => ofRole(family, 'lapsi') > 0);
    const parents = withChildren.map((family) => ofRole(family, 'vanhempi'));
    const lone = parents.filter((count) => count === 1).length / parents.length;
    expect(lone).toBeGreaterThan(0.15);
    expect(lone).toBeLessThan(0.25);
  });

  it('change codes consistently: only departments use the old code, the register uses the new one', () => {
    const registered = new Set(rows('population/henkilot.csv').map((person) => person['henkilotunnus']));
    const changes = rows('population/tunnusmuutokset.csv');
    expect(changes.length).toBe(Math.ceil(PERSONS * 0.003));
    const visits = groupBy(rows('health/kaynnit.csv'), 'HETU');
    let before = 0;
    for (const { vanha, uusi, pvm } of changes) {
      expect(isValidCode(vanha as string)).toBe(true);
      expect(registered.has(vanha)).toBe(false);
      expect(registered.has(uusi)).toBe(true);
      before += visits.get(vanha as string)?.length ?? 0;
      for (const row of visits.get(uusi as string) ?? []) {
        const date = (row['ALKUPVM'] as string).split('.').reverse().join('-');
        if (date !== '2002-02-30') expect(date >= (pvm as string)).toBe(true);
      }
    }
    expect(before).toBeGreaterThan(10);
  });

  it('have non-disclosure in one family or more, adults or children', () => {
    const marks = rows('population/turvakiellot.csv');
    expect(marks.length).toBeGreaterThan(1);
    for (const mark of marks) expect(mark['alku']).toMatch(ISO);
  });
});

describe('the contacts', () => {
  it('number 50 to 90 a person', () => {
    const files = ['kaynnit.csv', 'contacts.csv', 'attendance.parquet'];
    const contacts = summary.files
      .filter((one) => files.includes(one.file))
      .reduce((sum, one) => sum + one.rows, 0);
    expect(contacts / PERSONS).toBeGreaterThan(50);
    expect(contacts / PERSONS).toBeLessThan(90);
  });

  it('have a diagnosis in two thirds of doctor visits', () => {
    const doctor = rows('health/kaynnit.csv').filter((row) => row['PALVELU'] === 'T11');
    const share = doctor.filter((row) => row['DIAGNOOSI'] !== '').length / doctor.length;
    expect(Math.abs(share - 0.66)).toBeLessThan(0.02);
  });

  it('are within the stay of the person in the city', () => {
    const stays = groupBy(rows('population/asuminen.csv'), 'henkilotunnus');
    const good = rows('social/contacts.csv').filter(
      (row) => stays.has(row['client_code'] as string) && row['start_date'] !== '2002-02-30',
    );
    const outside = good.filter((row) => {
      const stay = stays.get(row['client_code'] as string) as Record<string, string>[];
      const [first, last] = [stay[0]?.['alku'] as string, stay.at(-1)?.['loppu'] || '2016-12-31'];
      return (row['start_date'] as string) < first || (row['start_date'] as string) > last;
    });
    expect(outside).toEqual([]);
  });

  it('have notes that name the client, with commas, quotes and line breaks', () => {
    const notes = rows('social/contacts.csv').map((row) => ({ note: row['note'] as string, row }));
    for (const special of [',', '"', '\n'])
      expect(notes.some(({ note }) => note.includes(special))).toBe(true);
    expect(
      notes.some(({ note, row }) => row['client_code'] !== '' && note.includes(row['client_code'] as string)),
    ).toBe(true);
    expect(notes.some(({ note }) => /0[45]\d 00\d \d{4}/.test(note))).toBe(true);
  });

  /** Records by the code that is valid at the end of the period. */
  const byPerson = (list: readonly ExportRow[], column: string) => {
    const current = new Map(
      rows('population/tunnusmuutokset.csv').map((change) => [change['vanha'], change['uusi']]),
    );
    return groupBy(
      list.map((row): Record<string, string> => ({
        ...row,
        person: (current.get(row[column]) ?? row[column]) as string,
      })),
      'person',
    );
  };

  it('protect children in steps that follow a notification', () => {
    const seen = new Set<string>();
    for (const path of byPerson(rows('social/child_protection.csv'), 'client_code').values()) {
      for (const step of path) seen.add(step['step'] as string);
      const sorted = path.map((step) => [step['start_date'], step['step']]).sort();
      expect(sorted[0]?.[1]).toBe('notification');
    }
    for (const kind of ['notification', 'assessment', 'open-care', 'placement']) expect(seen).toContain(kind);
  });

  it('include child guidance before most first notifications', () => {
    const guidance = rows('social/contacts.csv').filter((row) => row['service'] === 'S30');
    const guided = byPerson(guidance, 'client_code');
    const paths = [...byPerson(rows('social/child_protection.csv'), 'client_code')];
    const before = paths.filter(([person, [first]]) =>
      guided.get(person)?.some((row) => (row['start_date'] as string) < (first?.['start_date'] as string)),
    );
    expect(before.length / paths.length).toBeGreaterThan(0.5);
  });

  it('include more than seven maternity clinic visits on average before a birth', () => {
    const clinic = byPerson(
      rows('health/kaynnit.csv').filter((row) => row['PALVELU'] === 'T20'),
      'HETU',
    );
    const sex = new Map(
      rows('population/henkilot.csv').map((person) => [person['henkilotunnus'], person['sukupuoli']]),
    );
    const guardians = groupBy(rows('population/huoltajuudet.csv'), 'huollettava');
    const born = rows('population/henkilot.csv').filter(
      (child) => (child['syntymapaiva'] as string) > '2003',
    );
    const homes = groupBy(rows('population/asuminen.csv'), 'henkilotunnus');
    const bornHere = born.filter(
      (child) => homes.get(child['henkilotunnus'] as string)?.[0]?.['alku'] === child['syntymapaiva'],
    );
    const visits = bornHere.map((child) => {
      const mother = guardians
        .get(child['henkilotunnus'] as string)
        ?.find((row) => sex.get(row['huoltaja']) === '2');
      const birth = Date.parse(child['syntymapaiva'] as string);
      return (clinic.get(mother?.['huoltaja'] as string) ?? []).filter((row) => {
        const days = (birth - Date.parse((row['ALKUPVM'] as string).split('.').reverse().join('-'))) / 864e5;
        return days > 0 && days < 280;
      }).length;
    });
    expect(bornHere.length).toBeGreaterThan(PERSONS / 20);
    expect(visits.reduce((sum, count) => sum + count, 0) / visits.length).toBeGreaterThan(7);
  });
});

describe('the family teams', () => {
  it('each have at least three whole families, without non-disclosure, in all three departments', () => {
    const open = {
      health: rows('health/hoitosuhteet.csv').map((row) => [row['HETU'], row['YKSIKKO'], row['LOPPUPVM']]),
      social: rows('social/case_workers.csv').map((row) => [
        row['client_code'],
        row['unit'],
        row['end_date'],
      ]),
      education: rows('education/staff.parquet').map((row) => [
        row['child_code'],
        row['unit'],
        row['end_date'],
      ]),
    };
    const families = groupBy(
      rows('population/perheet.csv').filter((row) => row['loppu'] === ''),
      'perhetunnus',
    );
    for (const team of ['PT-1', 'PT-2', 'PT-3']) {
      const [inHealth, inSocial, inEducation] = Object.values(open).map(
        (list) =>
          new Set(list.filter(([, unit, until]) => unit === team && until === '').map(([code]) => code)),
      ) as [Set<string>, Set<string>, Set<string>];
      expect([...inSocial].sort()).toEqual([...inHealth].sort());
      expect([...inEducation].sort()).toEqual([...inHealth].sort());
      const whole = [...families.values()].filter((members) =>
        members.every((member) => inHealth.has(member['henkilotunnus'] as string)),
      );
      expect(whole.length).toBeGreaterThanOrEqual(3);
      expect(whole.flat().length).toBe(inHealth.size);
    }
  });

  it('exist next to single employees with open and ended relationships', () => {
    const health = rows('health/hoitosuhteet.csv');
    expect(health.filter((row) => row['TYONTEKIJA'] === 'H-2001' && row['LOPPUPVM'] === '').length).toBe(4);
    expect(health.some((row) => row['LOPPUPVM'] !== '')).toBe(true);
    expect(
      rows('social/case_workers.csv').filter((row) => row['worker'] === 'S-3001' && row['end_date'] === '')
        .length,
    ).toBe(3);
    const staff = rows('education/staff.parquet');
    expect(staff.filter((row) => row['educator'] === 'E-4001' && row['end_date'] === '').length).toBe(2);
  });
});

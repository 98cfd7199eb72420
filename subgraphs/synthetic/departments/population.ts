import { join } from 'node:path';
import { isoDate, type Day } from '../calendar.js';
import { requireCodes } from '../codeLists.js';
import { CsvWriter } from '../csvWriter.js';
import { lastDay } from '../people.js';
import type { Exporter } from './silo.js';

const end = (day: Day | null): string => (day === null ? '' : isoDate(day));

/** The population register: people, guardians, families, residence, code changes and non-disclosures. */
export const exportPopulation: Exporter = async ({ population }, folder, report) => {
  requireCodes('population', 'languages', [...new Set(population.persons.map((person) => person.language))]);
  const write = <T>(
    file: string,
    columns: string,
    items: Iterable<T>,
    row: (item: T) => readonly string[],
  ): void => {
    const csv = new CsvWriter(join(folder, file), columns.split(','));
    for (const item of items) csv.write(row(item));
    csv.close();
    report({ department: 'population', file, rows: csv.rows, bad: {} });
  };
  const { persons, families, guardianships, nonDisclosures } = population;

  write(
    'henkilot.csv',
    'henkilotunnus,sukunimi,etunimet,syntymapaiva,sukupuoli,aidinkieli,kuolinpaiva',
    persons,
    (person) => [
      person.code,
      person.surname,
      person.givenNames,
      isoDate(person.birth),
      String(person.sex),
      person.language,
      // The city hears of a death only while the person lives in it.
      person.death !== null && person.death <= lastDay(person) ? isoDate(person.death) : '',
    ],
  );
  write('huoltajuudet.csv', 'huollettava,huoltaja,alku,loppu', guardianships, (one) => [
    one.child.code,
    one.guardian.code,
    isoDate(one.from),
    end(one.until),
  ]);
  write(
    'perheet.csv',
    'perhetunnus,henkilotunnus,rooli,alku,loppu',
    families.flatMap((family) => family.memberships.map((membership) => ({ family, membership }))),
    ({ family, membership }) => [
      family.id,
      membership.person.code,
      membership.role,
      isoDate(membership.from),
      end(membership.until),
    ],
  );
  write(
    'asuminen.csv',
    'henkilotunnus,katuosoite,osa_alue,alku,loppu',
    persons.flatMap((person) => person.residences.map((residence) => ({ person, residence }))),
    ({ person, residence }) => [
      person.code,
      residence.street,
      residence.district,
      isoDate(residence.from),
      end(residence.until),
    ],
  );
  write(
    'tunnusmuutokset.csv',
    'vanha,uusi,pvm',
    persons.flatMap((person) =>
      person.formerCode === null ? [] : [{ ...person.formerCode, current: person.code }],
    ),
    ({ code, current, changed }) => [code, current, isoDate(changed)],
  );
  write('turvakiellot.csv', 'henkilotunnus,alku,loppu', nonDisclosures, ({ person, from, until }) => [
    person.code,
    isoDate(from),
    end(until),
  ]);
};

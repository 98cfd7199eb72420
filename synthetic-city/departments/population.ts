import { type BadRowKind, type Cell, INTERVAL_FAULTS, NO_FAULTS } from '../badRows.js';
import { type Day, isoDate } from '../calendar.js';
import { ExportFile, type FaultyColumns } from '../exportFile.js';
import { residentUntil } from '../people.js';
import { addressText, requireCodes } from '../places.js';
import type { Exporter } from './silo.js';

const PERSON_FAULTS: readonly BadRowKind[] = [
  'wrong-check-character',
  'missing-code',
  'end-before-start',
  'impossible-date',
  'duplicate-id',
  'wrong-encoding',
];
type Row = readonly [start: Day, ...cells: Cell[]];

const end = (day: Day | null): string => (day === null ? '' : isoDate(day));

/** The population register: people, guardians, families, residence, code changes and non-disclosures. */
export const exportPopulation: Exporter = async ({ population }, target, { onFile }) => {
  const { persons, families, guardianships, nonDisclosures } = population;
  requireCodes('population', 'languages', [...new Set(persons.map((person) => person.language))]);
  const write = async <Item>(
    file: string,
    columns: string,
    faulty: FaultyColumns,
    items: readonly Item[],
    rowsOf: (item: Item) => readonly Row[],
  ): Promise<void> => {
    const csv = ExportFile.csv(target, file, columns, faulty);
    for (const item of items) {
      for (const [start, ...cells] of rowsOf(item)) csv.write(cells, start);
    }
    onFile(await csv.close());
  };
  const interval = { kinds: INTERVAL_FAULTS, code: 'henkilotunnus', from: 'alku', until: 'loppu' };

  await write(
    'henkilot.csv',
    'henkilotunnus,sukunimi,etunimet,syntymapaiva,sukupuoli,aidinkieli,kuolinpaiva',
    {
      kinds: PERSON_FAULTS,
      code: 'henkilotunnus',
      from: 'syntymapaiva',
      until: 'kuolinpaiva',
      text: 'sukunimi',
    },
    persons,
    (person) => {
      const { code, surname, givenNames, birth, sex, language, death } = person;
      // The city learns about a death only if the person lives in it.
      const heard = death !== null && death <= residentUntil(person) ? death : null;
      return [[birth, code, surname, givenNames, isoDate(birth), sex, language, end(heard)]];
    },
  );
  await write(
    'huoltajuudet.csv',
    'huollettava,huoltaja,alku,loppu',
    { ...interval, code: 'huollettava' },
    guardianships,
    ({ child, guardian, from, until }) => [[from, child.code, guardian.code, isoDate(from), end(until)]],
  );
  await write(
    'perheet.csv',
    'perhetunnus,henkilotunnus,rooli,alku,loppu',
    interval,
    families,
    ({ id, memberships }) =>
      memberships.map(({ person, role, from, until }) => [
        from,
        id,
        person.code,
        role,
        isoDate(from),
        end(until),
      ]),
  );
  await write(
    'asuminen.csv',
    'henkilotunnus,katuosoite,osa_alue,alku,loppu',
    { ...interval, kinds: [...INTERVAL_FAULTS, 'wrong-encoding'], text: 'katuosoite' },
    persons,
    ({ code, residences }) =>
      residences.map(({ address, district, from, until }) => [
        from,
        code,
        addressText(address),
        district,
        isoDate(from),
        end(until),
      ]),
  );
  await write(
    'tunnusmuutokset.csv',
    'vanha,uusi,pvm',
    { kinds: NO_FAULTS, code: 'vanha' },
    persons,
    ({ code, formerCode }) =>
      formerCode === null ? [] : [[formerCode.changed, formerCode.code, code, isoDate(formerCode.changed)]],
  );
  await write(
    'turvakiellot.csv',
    'henkilotunnus,alku,loppu',
    { kinds: NO_FAULTS, code: 'henkilotunnus' },
    nonDisclosures,
    ({ person, from, until }) => [[from, person.code, isoDate(from), end(until)]],
  );
};

import { CIRCUMSTANCES } from '../protection/childCircumstances.js';
import { agePyramid, contactsByAge, factorStrength, protectionByYear } from './charts.js';
import { syntheticAuc, type CityDatabase } from './cityDatabase.js';
import { protectedIn } from './figures.js';

const YEARS = Array.from({ length: 15 }, (_, index) => 2002 + index);

const GROUPS: readonly (readonly [name: string, sql: string])[] = [
  [
    'health centre',
    `SELECT person, year, visits AS n FROM health WHERE service IN ('T11', 'T12', 'T13', 'T20', 'T21', 'T22')`,
  ],
  ['oral, therapy', `SELECT person, year, visits AS n FROM health WHERE service IN ('T30', 'T40', 'T50')`],
  [
    'mental, substances',
    `SELECT person, year, visits AS n FROM health WHERE service IN ('T60', 'T61', 'T70')`,
  ],
  ['emergency, ward', `SELECT person, year, visits AS n FROM health WHERE service IN ('T80', 'T90')`],
  ['social', 'SELECT person, year, contacts AS n FROM social'],
  ['early education', 'SELECT person, year, months AS n FROM attendance'],
];

const SERIES: readonly (readonly [name: string, steps: readonly string[]])[] = [
  ['notifications', ['notification']],
  ['clients', ['open-care', 'placement']],
  ['open care', ['open-care']],
  ['placed', ['placement']],
];

/** The pictures of a city, by file name. */
export async function drawPictures(database: CityDatabase): Promise<ReadonlyMap<string, string>> {
  return new Map([
    ['age-pyramid.svg', await drawAges(database)],
    ['contacts-by-age.svg', await drawContacts(database)],
    ['child-protection.svg', await drawProtectionYears(database)],
    ['no-factor-alone.svg', await drawStrengths(database)],
  ]);
}

async function drawAges(database: CityDatabase): Promise<string> {
  const rows = await database.rows(`
    SELECT least(95, 5 * floor(date_diff('day', birth, DATE '2016-12-31') / 365.25 / 5))::INTEGER AS band,
      count(*) FILTER (sex = '1') AS men, count(*) FILTER (sex = '2') AS women
    FROM persons JOIN residences ON id = person WHERE DATE '2016-12-31' BETWEEN start AND until GROUP BY band ORDER BY band`);
  return agePyramid(
    rows.map(({ band, men, women }) => ({ from: Number(band), men: Number(men), women: Number(women) })),
  );
}

async function drawContacts(database: CityDatabase): Promise<string> {
  const band = 'least(90, 5 * ((year - year(birth)) // 5))';
  const people = await database.rows(`
    SELECT ${band} AS band, count(*) AS n
    FROM range(2002, 2017) years(year) JOIN residences ON make_date(year, 7, 1) BETWEEN start AND until
      JOIN persons ON id = person GROUP BY band ORDER BY band`);
  const rates = new Map(people.map(({ band }) => [Number(band), GROUPS.map(() => 0)]));
  const residents = new Map(people.map(({ band, n }) => [Number(band), Number(n)]));
  for (const [group, [, sql]] of GROUPS.entries()) {
    const contacts = await database.rows(
      `SELECT ${band} AS band, sum(n)::DOUBLE AS n FROM (${sql}) JOIN persons ON id = person GROUP BY band`,
    );
    for (const { band, n } of contacts) {
      const rate = rates.get(Number(band));
      if (rate !== undefined) rate[group] = Number(n) / (residents.get(Number(band)) as number);
    }
  }
  return contactsByAge(
    [...rates].map(([from, rate]) => ({ from, rates: rate })),
    GROUPS.map(([name]) => name),
  );
}

async function drawProtectionYears(database: CityDatabase): Promise<string> {
  const series = [];
  for (const [name, steps] of SERIES) {
    const shares = new Map<number, number>();
    for (const year of YEARS) shares.set(year, await database.number(protectedIn(year, steps)));
    series.push({ name, shares });
  }
  return protectionByYear(series);
}

async function drawStrengths(database: CityDatabase): Promise<string> {
  const strengths = [
    { name: 'all that matters', auc: await syntheticAuc(database, 'need', 5), kind: 'oracle' as const },
  ];
  const alone = [];
  for (const name of Object.keys(CIRCUMSTANCES))
    alone.push({ name: inWords(name), auc: await syntheticAuc(database, name, 5), kind: 'alone' as const });
  return factorStrength([...strengths, ...alone]);
}

/** adultSocialWork: adult social work. */
export function inWords(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

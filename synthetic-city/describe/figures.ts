import type { CityDatabase } from './cityDatabase.js';

/** One figure, as published for a real city and as generated. */
export interface Figure {
  readonly what: string;
  /** The published figure; null if there is none. */
  readonly published: number | null;
  readonly unit: 'count' | 'percent' | 'number';
  /** The source of the published figure. */
  readonly source: string;
  /** Whether it is a count for a city of 520,000 people, which is scaled for a smaller city. */
  readonly scales?: boolean;
  readonly sql: string;
}

const ESPOO = 'City of Espoo, end of 2016';
const SIX_CITIES = 'Kuusikko: the six largest cities, 2016';

const END = `DATE '2016-12-31'`;
const on = (day: string, table = '') => `${day} BETWEEN ${table}start AND ${table}until`;
const residents = (day: string) => `(SELECT DISTINCT person FROM residences WHERE ${on(day)})`;
const age = (day: string) => `(date_diff('day', birth, ${day}) / 365.25)`;
const minorOn = (day: string) => `birth + INTERVAL 18 YEAR > ${day}`;

/** Families on a day with minors in them: their parents and their minors. */
const familiesOn = (day: string) => `(
  SELECT family, count(*) FILTER (parent) AS parents, count(*) FILTER (NOT parent AND ${minorOn(day)}) AS minors,
    bool_and(sex = '2') FILTER (parent) AS mothers,
    bool_or(person IN (SELECT person FROM support WHERE year(month) = year(${day}))) FILTER (parent) AS supported
  FROM memberships JOIN persons ON person = id WHERE ${on(day)} GROUP BY family)`;

/** The share of families of a kind in which a parent got income support in 2014. */
const supported = (kind: string) =>
  `SELECT 100 * avg(supported::INT) FROM ${familiesOn(`DATE '2014-06-30'`)} WHERE minors > 0 AND ${kind}`;

/** The share of 0-17 year olds with a step in a year. */
export const protectedIn = (year: number, steps: readonly string[]) => `
  SELECT 100 * count(DISTINCT person) FILTER (start <= DATE '${year}-12-31' AND until >= DATE '${year}-01-01'
      AND step IN (${steps.map((step) => `'${step}'`).join(', ')}) AND birth + INTERVAL 18 YEAR > greatest(start, DATE '${year}-01-01'))
    / (SELECT count(*) FROM persons JOIN ${residents(`DATE '${year}-12-31'`)} ON id = person WHERE ${minorOn(`DATE '${year}-12-31'`)})
  FROM protection JOIN persons ON person = id`;

const CLIENTS = ['open-care', 'placement'];

const enrolled = (year: number, from: number, to: number) => `
  SELECT 100 * avg((id IN (SELECT person FROM enrolments WHERE service <> 'V40' AND ${on(`DATE '${year}-12-31'`)}))::INT)
  FROM persons JOIN ${residents(`DATE '${year}-12-31'`)} ON id = person
  WHERE floor(${age(`DATE '${year}-12-31'`)}) BETWEEN ${from} AND ${to}`;

/** People with income support in a month of 2014, including the members of their families at that time. */
const REACHED = `(
  SELECT person, month FROM support WHERE year(month) = 2014
  UNION SELECT others.person, month FROM support
    JOIN memberships own ON own.person = support.person AND ${on('month', 'own.')}
    JOIN memberships others ON others.family = own.family AND ${on('month', 'others.')}
  WHERE year(month) = 2014)`;

const population = (day: string) => `(SELECT count(*) FROM ${residents(day)})`;

export const FIGURES: readonly Figure[] = [
  {
    what: 'People over 2002-2016',
    published: 520_000,
    unit: 'count',
    scales: true,
    source: 'the experiment of Espoo',
    sql: 'SELECT count(*) FROM persons',
  },
  {
    what: 'Residents at the end of 2016',
    published: 274_583,
    unit: 'count',
    scales: true,
    source: ESPOO,
    sql: `SELECT count(*) FROM ${residents(END)}`,
  },
  {
    what: 'Mother tongue Swedish',
    published: 7.3,
    unit: 'percent',
    source: ESPOO,
    sql: `SELECT 100 * avg((language = 'sv')::INT) FROM persons JOIN ${residents(END)} ON id = person`,
  },
  {
    what: 'Mother tongue neither Finnish nor Swedish',
    published: 15.2,
    unit: 'percent',
    source: ESPOO,
    sql: `SELECT 100 * avg((language NOT IN ('fi', 'sv'))::INT) FROM persons JOIN ${residents(END)} ON id = person`,
  },
  {
    what: 'Households',
    published: 117_384,
    unit: 'count',
    scales: true,
    source: ESPOO,
    sql: `SELECT count(DISTINCT home) FROM residences WHERE ${on(END)}`,
  },
  {
    what: 'People a household',
    published: 2.24,
    unit: 'number',
    source: ESPOO,
    sql: `SELECT count(*) / count(DISTINCT home) FROM residences WHERE ${on(END)}`,
  },
  {
    what: 'Families',
    published: 72_823,
    unit: 'count',
    scales: true,
    source: ESPOO,
    sql: `SELECT count(*) FROM ${familiesOn(END)}`,
  },
  {
    what: 'Minors a family with minors',
    published: 1.78,
    unit: 'number',
    source: ESPOO,
    sql: `SELECT avg(minors) FROM ${familiesOn(END)} WHERE minors > 0`,
  },
  {
    what: 'Lone parents among families with minors',
    published: 20,
    unit: 'percent',
    source: ESPOO,
    sql: `SELECT 100 * avg((parents = 1)::INT) FROM ${familiesOn(END)} WHERE minors > 0`,
  },
  {
    what: 'Contacts over 2002-2016',
    published: 37_000_000,
    unit: 'count',
    scales: true,
    source: 'the experiment of Espoo',
    sql: `SELECT (SELECT sum(visits) FROM health) + (SELECT sum(contacts) FROM social) + (SELECT sum(months) FROM attendance)`,
  },
  {
    what: 'Health-centre visits a resident in 2002',
    published: 4.8,
    unit: 'number',
    source: 'statistics of health centres',
    sql: `SELECT sum(visits) / ${population(`DATE '2002-07-01'`)} FROM health WHERE year = 2002 AND service IN ('T11', 'T12', 'T20', 'T21', 'T22', 'T30', 'T40', 'T50')`,
  },
  {
    what: 'Residents with a contact in a year (2016)',
    published: 86,
    unit: 'percent',
    source: 'statistics of health centres',
    sql: `SELECT 100 * avg((person IN (SELECT person FROM health WHERE year = 2016 UNION SELECT person FROM social WHERE year = 2016 UNION SELECT person FROM attendance WHERE year = 2016))::INT)
      FROM ${residents(END)}`,
  },
  {
    what: 'Visits to a health-centre doctor with a diagnosis',
    published: 66,
    unit: 'percent',
    source: 'statistics of health centres',
    sql: `SELECT 100 * sum(visits) FILTER (diagnosis <> '') / sum(visits) FROM doctor`,
  },
  {
    what: 'Children of 1-6 years in early education (2011)',
    published: 62,
    unit: 'percent',
    source: 'statistics of early education',
    sql: enrolled(2011, 1, 6),
  },
  {
    what: 'Children under 3 in early education (2015)',
    published: 30,
    unit: 'percent',
    source: 'statistics of early education',
    sql: enrolled(2015, 0, 2),
  },
  {
    what: 'Children of 3-5 years in early education (2015)',
    published: 79,
    unit: 'percent',
    source: 'statistics of early education',
    sql: enrolled(2015, 3, 5),
  },
  {
    what: 'Residents on income support in a month (2014)',
    published: 4.2,
    unit: 'percent',
    source: 'statistics of social services',
    sql: `SELECT 100 * count(*) / 12 / ${population(`DATE '2014-06-30'`)} FROM ${REACHED}`,
  },
  {
    what: 'Residents on income support in a year (2014)',
    published: 7.2,
    unit: 'percent',
    source: 'statistics of social services',
    sql: `SELECT 100 * count(DISTINCT person) / ${population(`DATE '2014-06-30'`)} FROM ${REACHED}`,
  },
  {
    what: 'Lone mothers on income support in a year (2014)',
    published: 26.5,
    unit: 'percent',
    source: 'statistics of social services',
    sql: supported('parents = 1 AND mothers'),
  },
  {
    what: 'Couples with minors on income support in a year (2014)',
    published: 5,
    unit: 'percent',
    source: 'statistics of social services',
    sql: supported('parents = 2'),
  },
  {
    what: 'Child-protection notifications: 0-17 year olds concerned (2016)',
    published: 7.6,
    unit: 'percent',
    source: SIX_CITIES,
    sql: protectedIn(2016, ['notification']),
  },
  {
    what: 'Clients of child protection among 0-17 year olds (2016)',
    published: 5.9,
    unit: 'percent',
    source: SIX_CITIES,
    sql: protectedIn(2016, CLIENTS),
  },
  {
    what: '0-17 year olds in open care (2016)',
    published: 5,
    unit: 'percent',
    source: SIX_CITIES,
    sql: protectedIn(2016, ['open-care']),
  },
  {
    what: '0-17 year olds placed outside the home (2016)',
    published: 1.6,
    unit: 'percent',
    source: SIX_CITIES,
    sql: protectedIn(2016, ['placement']),
  },
  {
    what: 'Fall of the share of clients from 2014 to 2016',
    published: 33,
    unit: 'percent',
    source: 'Kuusikko: over a third at the law change of April 2015',
    sql: `SELECT 100 * (1 - (${protectedIn(2016, CLIENTS)}) / (${protectedIn(2014, CLIENTS)}))`,
  },
];

export interface MadeFigure extends Figure {
  readonly made: number;
}

export async function measure(database: CityDatabase): Promise<readonly MadeFigure[]> {
  const made: MadeFigure[] = [];
  for (const figure of FIGURES) made.push({ ...figure, made: await database.number(figure.sql) });
  return made;
}

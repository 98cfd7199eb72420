import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PolkuError } from '../../lib/errors.js';
import { MARKER } from '../generateCity.js';
import { type CircumstanceName, CIRCUMSTANCES } from '../protection/childCircumstances.js';
import { BY_AGE, BY_YEAR } from '../protection/hazards.js';
import { plantedEffects } from '../protection/plantedEffects.js';
import { type Calibration, CityDatabase, oracle } from './cityDatabase.js';
import { type MadeFigure, measure } from './figures.js';
import { drawPictures, inWords } from './pictures.js';

/** People of the real city with published figures. Counts of a smaller city are scaled up to it. */
const WHOLE = 520_000;

/** Published and generated figures next to each other, as a Markdown table. */
export function figureTable({ figures, persons }: CityDescription): string {
  return table(
    ['Figure', 'Published', 'Made', 'Source'],
    figures.map((figure) => [
      figure.what,
      figure.published === null ? '' : shown(figure.published, figure),
      shown(figure.scales ? (figure.made * WHOLE) / persons : figure.made, figure),
      figure.source,
    ]),
  );
}

/** The text of docs/city.md. */
export function cityPage(city: CityDescription): string {
  const { intercept, alone, together } = plantedEffects(city.truthSeed);
  const truth = city.truthSeed === 1 ? '' : ` --truth-seed ${city.truthSeed}`;
  const command = `npm run --silent polku -- city generate --persons ${city.persons} --seed ${city.seed}${truth} --out data/exports`;
  return `# The made city

Nobody in it exists. It is made so that what Polku does with it is as hard, and looks as much like life, as a real city
of its size. This page and its pictures are written by

\`\`\`sh
${command}
npm run --silent polku -- city describe --source data/exports --page docs
\`\`\`

from the exports alone, and from the truth that lies beside them: ${grouped(city.persons)} people, seed ${city.seed}.

## Beside the published figures

${figureTable(city)}

Where the published figure is rounded or counts a little differently, the city is made to come near it, not to hit it: the
city of Espoo counts households without those who live in institutions, and so on. Counts are scaled to ${grouped(WHOLE)} people.

![Residents by age and sex](city/age-pyramid.svg)

![Contacts a resident and year, by age and services](city/contacts-by-age.svg)

## How lives are made

Households arrive, are there from the start, or grow out of others: couples form and part, children are born, grow up and
move out, people move within the city, leave it and die; waiting times are exponential, with rates that change with age and
circumstances (Gillespie's method). Each household has latent strains - economy, mental health, substances, conflict - that
hang together, come in spells, and are written down nowhere. They move contacts in health and social services, income
support, absence from day care, moves and separations, so that burdens show in several registers at once.

Everybody's visits, contacts and months are drawn from streams named by seed, purpose and person. They are drawn again when
they are needed rather than kept, which is why half a million lives fit into little memory.

Between 0.1 and 0.5 % of the rows of a file are odd, each in one way: a wrong check character, an unknown person, no code, an
end before the start, 30 February 2002, an id used twice, a service that is on no list, letters in another encoding; and rows
under a code that was changed, which link well. The generator's summary counts them by kind.

## Child protection

![Child protection by year](city/child-protection.svg)

The registers begin in 2002 with no client, so that the first years climb. The Social Welfare Act of April 2015 moved many
clients in open care to family social work and let fewer assessments end in clientship.

Before 2007, and for children who are clients on a block date or come after it, latent strains decide. Everybody else's first
clientship - open care or placement - in the five years after 31.12.2006 and after 31.12.2011 is drawn from yearly hazards that
follow from **what the registers hold on that date and nothing else**: rows that begin until then, of the child and of
the parents in the child's family. So a model that is fitted on the exports can, at best, find these hazards; and how good the
best is, is known:

${table(
  ['Years ahead', 'Children', 'AUC of the true hazards', 'Expected clients', 'Clients'],
  city.oracle.map(({ years, children, auc, expected, became }) => [
    String(years),
    grouped(children),
    auc.toFixed(4),
    `${expected.toFixed(2)} %`,
    `${became.toFixed(2)} %`,
  ]),
)}

(Both blocks; children who lived in the city for these years or until their 18th birthday.) No circumstance alone predicts much:

![No factor alone](city/no-factor-alone.svg)

### The formula

For a child who is no client on the date, and none until year _k_ of the block begins,

\`\`\`
h_k = 1 - (1 - 1 / (1 + exp(-x)))^share
x   = ${intercept} + age + year + what each circumstance adds + what its pairs and triples add
\`\`\`

_share_ is the part of year _k_ before the 18th birthday. _age_, by whole years on the first day of year _k_: ${BY_AGE.map(([from, logOdds]) => `from ${from} ${signed(logOdds)}`).join(', ')}. _year_: ${[...BY_YEAR].map(([year, logOdds]) => `${year} ${signed(logOdds)}`).join(', ')}.

${table(
  ['Circumstance', 'Found in the rows', 'Log-odds'],
  (Object.keys(CIRCUMSTANCES) as CircumstanceName[]).map((name) => [
    inWords(name),
    CIRCUMSTANCES[name].rule,
    signed(alone[name]),
  ]),
)}

Windows end on the date: "in 3 years" is from 1 January three years back. What is together adds:

${table(
  ['Together', 'Log-odds'],
  together.map((effect) => [effect.together.map(inWords).join(' + '), signed(effect.logOdds)]),
)}

\`--truth-seed\` plants other effects, to see whether a method finds what is there in any city: 0 plants none, and any other number
other pairs, triples and strengths, and circumstances without effect.

The true hazards, the outcomes and each child's circumstances are in \`truth/childProtection.parquet\`, the formula in
\`truth/childProtection.json\`, beside the departments' folders. No mapping names them, so no extraction reads them. A test
(\`test/unit/synthetic-city/protectionTruth.test.ts\`) finds the same hazards by reading the exports row by row.
`;
}

function shown(value: number, { unit }: MadeFigure): string {
  if (unit === 'count') return grouped(Math.round(value));
  return unit === 'percent' ? `${trimmed(value, 1)} %` : trimmed(value, 2);
}

function trimmed(value: number, digits: number): string {
  return value.toFixed(digits).replace(/\.0+$/, '');
}

function signed(value: number): string {
  return value > 0 ? `+${value}` : String(value);
}

/** 1 234 567. */
function grouped(value: number): string {
  return value.toLocaleString('en-US').replaceAll(',', ' ');
}

/** A table with padded cells, as the formatter writes it. */
function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((name, column) =>
    Math.max(3, name.length, ...rows.map((row) => (row[column] as string).length)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] as number)).join(' | ')} |`;
  return [line(header), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

/** A generated city in figures and pictures. */
export interface CityDescription {
  readonly persons: number;
  readonly seed: number;
  readonly truthSeed: number;
  readonly figures: readonly MadeFigure[];
  readonly oracle: readonly Calibration[];
  /** SVG by file name. */
  readonly pictures: ReadonlyMap<string, string>;
}

/**
 * Computes the figures and pictures of a generated city from its exports.
 * @throws PolkuError SOURCE_UNREADABLE if there is no generated city
 */
export async function describeCity(source: string): Promise<CityDescription> {
  const marker = join(source, MARKER);
  if (!existsSync(marker)) {
    throw new PolkuError(
      'SOURCE_UNREADABLE',
      `There is no ${MARKER} in the folder given with --source. Expected a city as polku city generate writes it.`,
    );
  }
  const { persons, seed, truthSeed } = JSON.parse(readFileSync(marker, 'utf8')) as {
    persons: number;
    seed: number;
    truthSeed: number;
  };
  const database = await CityDatabase.open(source);
  try {
    return {
      persons,
      seed,
      truthSeed,
      figures: await measure(database),
      oracle: await oracle(database),
      pictures: await drawPictures(database),
    };
  } finally {
    database.close();
  }
}

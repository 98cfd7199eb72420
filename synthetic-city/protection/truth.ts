import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { addYears, isoDate, PERIOD } from '../calendar.js';
import { ParquetWriter } from '../parquetWriter.js';
import { residentUntil } from '../people.js';
import { type CircumstanceName, CIRCUMSTANCES } from './childCircumstances.js';
import type { TrueNeed } from './drawProtection.js';
import { BY_AGE, BY_YEAR } from './hazards.js';
import type { PlantedEffects } from './plantedEffects.js';
import { BLOCK_DATES, PREDICTION_YEARS, yearStart } from './protectionSteps.js';

/** The folder next to the departments' exports. No mapping names it, so extraction never reads it. */
export const TRUTH = 'truth';

const YEARS = Array.from({ length: PREDICTION_YEARS }, (_, index) => index + 1);
const NAMES = Object.keys(CIRCUMSTANCES) as CircumstanceName[];

/**
 * Writes what nobody can know about a real city. childProtection.parquet has, for each child who was not a
 * client on a block's date, the true yearly hazards and the outcome that was drawn. childProtection.json has
 * the formula of the hazards.
 */
export async function writeTruth(
  city: string,
  needs: readonly TrueNeed[],
  effects: PlantedEffects,
): Promise<void> {
  const folder = join(city, TRUTH);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'childProtection.json'), JSON.stringify(formula(effects), null, 2) + '\n');
  const parquet = await ParquetWriter.open(join(folder, 'childProtection.parquet'), {
    identity_code: 'VARCHAR',
    block_date: 'DATE',
    ...Object.fromEntries(YEARS.map((year) => [`h_${year}`, 'DOUBLE' as const])),
    client_from: 'DATE',
    outcome_year: 'INTEGER',
    at_risk_until: 'DATE',
    ...Object.fromEntries(NAMES.map((name) => [name, 'INTEGER' as const])),
  });
  for (const { child, date, hazards, circumstances, clientFrom } of needs) {
    const majority = addYears(child.birth, 18) - 1;
    parquet.write([
      child.code,
      date,
      ...hazards,
      clientFrom,
      clientFrom === null ? null : YEARS.findLast((year) => yearStart(date, year) <= clientFrom)!,
      Math.min(residentUntil(child), majority, yearStart(date, PREDICTION_YEARS + 1) - 1, PERIOD.last),
      ...NAMES.map((name) => (circumstances.has(name) ? 1 : 0)),
    ]);
  }
  await parquet.close();
}

function formula({ intercept, alone, together }: PlantedEffects) {
  return {
    about:
      'h_k is the probability that a child who is no client of child protection on block_date, and is none until year k of the block begins, becomes one in year k. ' +
      'h_k = 1 - (1 - 1 / (1 + exp(-x)))^share, where share is the part of year k before the 18th birthday and x is the sum of: intercept; byAge of the age in whole years on the first day of year k; byCalendarYear; alone of each circumstance that is present; logOdds for each entry of together whose circumstances are all present.',
    blockDates: BLOCK_DATES.map(isoDate),
    years: PREDICTION_YEARS,
    intercept,
    byAge: BY_AGE.map(([from, logOdds]) => ({ from, logOdds })),
    byCalendarYear: Object.fromEntries(BY_YEAR),
    alone,
    together: together.map((effect) => ({ circumstances: effect.together, logOdds: effect.logOdds })),
    circumstances: Object.fromEntries(NAMES.map((name) => [name, CIRCUMSTANCES[name].rule])),
    factors: Object.fromEntries(NAMES.map((name) => [name, CIRCUMSTANCES[name].factors])),
    columns: {
      identity_code: 'of the child',
      block_date: 'what began until this day is history; the five years after it are the block',
      'h_1 .. h_5': 'the true hazards',
      client_from:
        'the first day of open care or placement in the block; empty where none came while the child lived in the city',
      outcome_year: 'the year of the block of client_from, 1 to 5',
      at_risk_until:
        'the last day on which a first clientship could be seen: before the 18th birthday, in the city, in the block',
      'one column a circumstance': '1 where it is present',
    },
  };
}

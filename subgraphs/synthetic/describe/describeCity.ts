import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PolkuError } from '../../../schema/polkuError.js';
import { MARKER } from '../generateCity.js';
import { CityDatabase } from './cityDatabase.js';
import { measure, type MadeFigure } from './figures.js';
import { oracle, type Calibration } from './oracle.js';
import { drawPictures } from './pictures.js';

/** A made city in figures and pictures. */
export interface CityDescription {
  readonly persons: number;
  readonly seed: number;
  readonly figures: readonly MadeFigure[];
  readonly oracle: readonly Calibration[];
  /** SVG by file name. */
  readonly pictures: ReadonlyMap<string, string>;
}

/**
 * Measures a generated city by its exports.
 * @throws PolkuError SOURCE_UNREADABLE where there is no generated city
 */
export async function describeCity(source: string): Promise<CityDescription> {
  const marker = join(source, MARKER);
  if (!existsSync(marker)) {
    throw new PolkuError(
      'SOURCE_UNREADABLE',
      `There is no ${MARKER} in the folder given with --source. Expected a city as polku city generate writes it.`,
    );
  }
  const { persons, seed } = JSON.parse(readFileSync(marker, 'utf8')) as { persons: number; seed: number };
  const database = await CityDatabase.open(source);
  try {
    return {
      persons,
      seed,
      figures: await measure(database),
      oracle: await oracle(database),
      pictures: await drawPictures(database),
    };
  } finally {
    database.close();
  }
}

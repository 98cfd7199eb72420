import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Day, parseDay } from '../../lib/calendar.js';
import { parquetRows, withMemoryDatabase } from '../../lib/duckdb.js';
import { PolkuError } from '../../lib/errors.js';
import { readRegularFile, requireRegularFile } from '../../lib/regularFile.js';
import type { Linkage } from '../../linkage/linkage.js';
import { hetu } from '../../linkage/localId.js';
import { HORIZON_YEARS } from '../../registry-kit/features/feature.js';
import type { RiskTable } from '../../risk-model/training/riskTable.js';

/** What is known about a synthetic city, and never about a real one. */
export interface SyntheticTruth {
  /** Rows x HORIZON_YEARS: the true yearly hazards; NaN for a child without a truth. */
  readonly hazards: Float64Array;
  /** Prefix of factor ids -> the circumstances that these factors describe. */
  readonly circumstances: ReadonlyMap<string, readonly string[]>;
  /** Circumstances that raise the hazard together. */
  readonly together: readonly (readonly string[])[];
}

interface Formula {
  readonly factors: Readonly<Record<string, readonly string[]>>;
  readonly together: readonly { readonly circumstances: readonly string[] }[];
}

/**
 * Reads the truth of a synthetic city from the folder next to its exports, in the order of a table's rows.
 * Linkage turns its identity codes into keys, and the codes are stored nowhere else.
 * @param folder `<exports>/truth`
 * @throws PolkuError USAGE if there is no truth, SOURCE_UNREADABLE
 */
export async function readTruth(folder: string, table: RiskTable, linkage: Linkage): Promise<SyntheticTruth> {
  const file = join(folder, 'childProtection.parquet');
  if (!existsSync(file))
    throw new PolkuError(
      'USAGE',
      `There is no childProtection.parquet in ${folder}. Expected the folder "truth" that polku city generate writes next to the exports.`,
    );
  return {
    hazards: await unlessUnreadable('childProtection.parquet', () => readHazards(file, table, linkage)),
    ...(await unlessUnreadable('childProtection.json', () => readFormula(folder))),
  };
}

async function readHazards(file: string, table: RiskTable, linkage: Linkage): Promise<Float64Array> {
  const rowOf = new Map(Array.from(table.person, (person, row) => [keyOf(table.block[row]!, person), row]));
  const hazards = new Float64Array(table.rows * HORIZON_YEARS).fill(Number.NaN);
  await requireRegularFile(file);
  await withMemoryDatabase(async (connection) => {
    const years = Array.from({ length: HORIZON_YEARS }, (_, year) => `h_${year + 1}`);
    const result = await connection.stream(
      `SELECT identity_code, block_date::VARCHAR, ${years.join(', ')} FROM ${parquetRows(file)}`,
    );
    for (
      let chunk = await result.fetchChunk();
      chunk && chunk.rowCount > 0;
      chunk = await result.fetchChunk()
    )
      for (const [code, date, ...of] of chunk.getRows() as [string, string, ...number[]][]) {
        const person = linkage.findPerson(hetu, code);
        if (typeof person !== 'number') continue;
        const row = rowOf.get(keyOf(blockOf(table, parseDay(date)!), person));
        if (row !== undefined) hazards.set(of, row * HORIZON_YEARS);
      }
  });
  return hazards;
}

async function readFormula(folder: string): Promise<Omit<SyntheticTruth, 'hazards'>> {
  const formula = JSON.parse(await readRegularFile(join(folder, 'childProtection.json'))) as Formula;
  return {
    circumstances: new Map(Object.entries(formula.factors)),
    together: formula.together.map(({ circumstances }) => circumstances),
  };
}

/** A message of a database or a parser may quote the file, so it is not repeated. */
async function unlessUnreadable<Result>(file: string, read: () => Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch {
    throw new PolkuError(
      'SOURCE_UNREADABLE',
      `truth/${file} cannot be read. Expected the file that "polku city generate" writes; make the city again.`,
      { file },
    );
  }
}

/** The truth has the last known day of a block; a block is named by the first day after it. */
function blockOf({ blocks }: RiskTable, date: Day): number {
  return blocks.indexOf(date + 1);
}

function keyOf(block: number, person: number): number {
  return block * 2 ** 32 + person;
}

import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readTruth } from '../../../cli/risk/readTruth.js';
import { formatDay } from '../../../lib/calendar.js';
import { sqlText, withMemoryDatabase } from '../../../lib/duckdb.js';
import { Linkage } from '../../../linkage/linkage.js';
import { hetu } from '../../../linkage/localId.js';
import { HORIZON_YEARS } from '../../../registry-kit/features/feature.js';
import { makeTable } from '../../risk/madeTable.js';

const CODE = '131052-9982';
const OTHER = '010594Y9032';

let folder: string;
let truth: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polku-truth-'));
  truth = join(folder, `identity_code=${OTHER}`, 'h_1=0.75', 'truth');
  await mkdir(truth, { recursive: true });
  await writeFile(join(truth, 'childProtection.json'), '{"factors":{},"together":[]}');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function readFor(code: string) {
  const linkage = await Linkage.open({
    dir: join(folder, 'linkage'),
    secret: Buffer.alloc(32, 3),
    expectedPersons: 10,
  });
  const person = linkage.personKey(hetu, code) as number;
  const { table } = makeTable(1);
  return readTruth(truth, { ...table, person: Uint32Array.of(person), block: Uint8Array.of(0) }, linkage);
}

/** A row of the truth about CODE, as of the day before the first block. */
async function writeTruth(): Promise<void> {
  const { table } = makeTable(1);
  const hazards = Array.from({ length: HORIZON_YEARS }, (_, year) => `0.25 AS h_${year + 1}`).join(', ');
  await withMemoryDatabase((connection) =>
    connection.run(
      `COPY (SELECT '${CODE}' AS identity_code, DATE '${formatDay(table.blocks[0]! - 1)}' AS block_date, ${hazards})
       TO ${sqlText(join(truth, 'childProtection.parquet'))} (FORMAT parquet)`,
    ),
  );
}

describe('the ground truth of a synthetic city', () => {
  it('X02: is what the file holds, whatever the folder names', async () => {
    await writeTruth();
    expect([...(await readFor(CODE)).hazards]).toEqual(Array.from({ length: HORIZON_YEARS }, () => 0.25));
  });

  it('X01, X05: is refused without quoting the file when it is damaged or a pipe', async () => {
    const file = join(truth, 'childProtection.parquet');
    await writeFile(file, `PAR1 ${CODE} Meikäläinen`);
    const damaged = await readFor(CODE).catch((error: unknown) => error);
    await rm(file);
    execFileSync('mkfifo', [file]);
    const pipe = await readFor(CODE).catch((error: unknown) => error);
    for (const error of [damaged, pipe]) {
      expect(error).toMatchObject({ code: 'SOURCE_UNREADABLE' });
      expect(inspect(error, { depth: 9 })).not.toMatch(/131052|Meik|010594/);
    }
  });
});

import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeDurably } from '../../lib/durableFile.js';
import { HORIZON_YEARS } from '../../registry-kit/features/feature.js';
import type { RiskModel, RiskScore } from '../model/riskModel.js';
import type { ChildFactors } from '../model/riskStore.js';
import { damagedRegister } from './registerEntry.js';

const FORMAT = 'polku-risk-shadow/1';

/**
 * The upper ends of bands of the probability within five years, without the last. Most children are in the
 * lowest band.
 */
export const BAND_ENDS = [0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 0.7] as const;
export const BANDS = BAND_ENDS.length + 1;

/**
 * How often the serving version and the one in shadow mode chose each pair of bands: BANDS x BANDS, one row
 * for each band of the serving version.
 */
export type ShadowCounts = readonly number[];

/**
 * The result of shadow mode: counts only, no data about a child. Counts are in memory and are written from
 * time to time, so a crash may lose the last seconds.
 */
export class ShadowTable {
  #written: string;

  private constructor(
    private readonly file: string,
    private readonly model: RiskModel,
    private readonly counts: number[],
  ) {
    this.#written = String(counts);
  }

  /**
   * @param serving the version that serves
   * @throws PolkuError RISK_REGISTER_INVALID
   */
  static async open(data: string, serving: string, shadow: RiskModel): Promise<ShadowTable> {
    const counts = await readShadowCounts(data, serving, shadow.version);
    return new ShadowTable(fileOf(data, serving, shadow.version), shadow, [...counts]);
  }

  /** Scores a child with the version in shadow mode, after the serving version did. */
  add({ values, exposure }: ChildFactors, served: RiskScore): void {
    const own = Float64Array.from(this.model.factors, (factor) => values.get(factor) ?? Number.NaN);
    const score = this.model.assess(own, exposure);
    this.counts[bandOf(served) * BANDS + bandOf(score)]! += 1;
  }

  /** Writes the counts if they have changed. */
  async save(): Promise<void> {
    const counts = String(this.counts);
    if (counts === this.#written) return;
    await mkdir(dirname(this.file), { recursive: true, mode: 0o700 });
    await writeDurably(this.file, `{"format":"${FORMAT}","counts":[${counts}]}\n`);
    this.#written = counts;
  }
}

/**
 * Returns the last written counts; all 0 if there are none.
 * @throws PolkuError RISK_REGISTER_INVALID
 */
export async function readShadowCounts(data: string, serving: string, shadow: string): Promise<ShadowCounts> {
  let text: string;
  try {
    text = await readFile(fileOf(data, serving, shadow), 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return new Array<number>(BANDS * BANDS).fill(0);
    throw cause;
  }
  const { format, counts } = parse(text);
  const isCount = (count: unknown) => typeof count === 'number' && Number.isSafeInteger(count) && count >= 0;
  if (format === FORMAT && Array.isArray(counts) && counts.length === BANDS * BANDS && counts.every(isCount))
    return counts as number[];
  throw damagedRegister('the counts of a version in shadow mode do not have the expected form');
}

function bandOf(score: RiskScore): number {
  const probability = score.probability(HORIZON_YEARS);
  const band = BAND_ENDS.findIndex((end) => probability < end);
  return band === -1 ? BANDS - 1 : band;
}

function fileOf(data: string, serving: string, shadow: string): string {
  return join(data, 'risk', 'shadow', `${serving}.${shadow}.json`);
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(text)) as Record<string, unknown>;
  } catch {
    return {};
  }
}

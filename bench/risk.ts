// What training a risk model takes, how fast a child is assessed, and how good the model is on families that were set aside:
// npm run bench:risk -- <folder of a table> [threads]. Where python3 has scikit-learn, its histogram boosting is fitted on the same folds.
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../schema/packageRoot.js';
import { evaluateRiskModel } from '../subgraphs/risk/evaluation/evaluateRiskModel.js';
import type { RiskModel } from '../subgraphs/risk/model/riskModel.js';
import { HORIZON_YEARS, type RiskTable } from '../subgraphs/risk/training/riskTable.js';
import { PARTS, partOf } from '../subgraphs/risk/training/splitFamilies.js';
import { trainRiskModel } from '../subgraphs/risk/training/trainRiskModel.js';
import { readTable } from './risk/readTable.js';

const SEED = 1;
const CHILDREN = 20_000;
const ROUNDS = 5;

const [folder, threads = '0'] = process.argv.slice(2);
if (folder === undefined) {
  console.error('Expected the folder of a table: npm run bench:risk -- <folder> [threads]');
  process.exit(2);
}
const { table, truth } = await readTable(folder);
const before = process.cpuUsage();
const { model, text } = await trainRiskModel(table, {
  seed: SEED,
  trainedAt: '2017-01-01T00:00:00.000Z',
  threads: Number(threads),
});
const { user, system } = process.cpuUsage(before);
console.log(
  `training: ${((user + system) / 1e6).toFixed(0)} CPU s, ${(process.resourceUsage().maxRSS / 1024 ** 2).toFixed(1)} GB at most; ` +
    `${model.terms.length} terms of ${model.factors.length} factors, ${(text.length / 1024).toFixed(0)} KiB`,
);
console.log(`a child: ${microsecondsAChild(model, table).toFixed(2)} us`);

for (const { asOf, trainedOn, horizons } of evaluateRiskModel(model, table, truth && { truth }).blocks) {
  console.log(`test families as of ${asOf}${trainedOn ? '' : ' (not trained on)'}:`);
  for (const { years, children, model: own, logisticRegression, oracle } of horizons) {
    const beside =
      oracle &&
      `; truth ${oracle.quality.auc.value.toFixed(4)}, log loss ${oracle.logLossAbove.value.toFixed(4)} above it, ` +
        `divergence ${oracle.divergence.toFixed(4)}, ECE to it ${oracle.calibrationError.toFixed(4)}`;
    console.log(
      `  ${years} years, ${children} children: AUC ${own.auc.value.toFixed(4)}, logistic ${logisticRegression.auc.value.toFixed(4)}, ` +
        `slope ${own.slope.value.toFixed(3)}, ECE ${own.calibrationError.value.toFixed(4)}${beside ?? ''}`,
    );
  }
}
await comparePeers(folder);

function microsecondsAChild(model: RiskModel, table: RiskTable): number {
  const columns = model.factors.map(
    (id) => table.columns[table.factors.findIndex((factor) => factor.id === id)]!,
  );
  const children = Array.from({ length: Math.min(CHILDREN, table.rows) }, (_, row) => ({
    values: Float64Array.from(columns, (column) => column[row]!),
    exposure: table.exposure.subarray(row * HORIZON_YEARS, (row + 1) * HORIZON_YEARS),
  }));
  let [sum, best] = [0, Number.POSITIVE_INFINITY];
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    for (const { values, exposure } of children) {
      const score = model.assess(values, exposure);
      sum += score.probability(HORIZON_YEARS) + score.score;
    }
    best = Math.min(best, (1000 * (performance.now() - start)) / children.length);
  }
  // The sum is used, so that nothing is left out as needless.
  return Number.isNaN(sum) ? Number.NaN : best;
}

async function comparePeers(folder: string): Promise<void> {
  const temporary = await mkdtemp(join(tmpdir(), 'polku-risk-'));
  try {
    const parts = join(temporary, 'part.u8');
    await writeFile(
      parts,
      Uint8Array.from(table.family, (family) => PARTS.indexOf(partOf(SEED, family))),
    );
    const peers = spawnSync('/usr/bin/python3', [join(packageRoot(), 'bench/risk/peers.py'), folder, parts], {
      encoding: 'utf8',
    });
    console.log(peers.status === 0 ? peers.stdout : 'python3 has no scikit-learn: no peers');
  } finally {
    await rm(temporary, { recursive: true });
  }
}

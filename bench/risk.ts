import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readChildren } from '../cli/risk/readChildren.js';
import { readTruth } from '../cli/risk/readTruth.js';
import { withRegistries } from '../cli/runtime/openRegistries.js';
import { parseQuarter } from '../lib/calendar.js';
import { packageRoot } from '../lib/packageRoot.js';
import { Linkage } from '../linkage/linkage.js';
import { HORIZON_YEARS } from '../registry-kit/features/feature.js';
import { evaluateRiskModel } from '../risk-model/evaluation/evaluateRiskModel.js';
import { figure } from '../risk-model/evaluation/evaluation.js';
import type { RiskModel } from '../risk-model/model/riskModel.js';
import type { RiskTable } from '../risk-model/training/riskTable.js';
import { trainRiskModel } from '../risk-model/training/trainRiskModel.js';
import { riskSources } from '../subgraphs/registries.js';
import { writeTable } from './risk/writeTable.js';

// `npm run bench:risk -- <data> [truth]` measures three costs: reading the factors of all children of a
// synthetic city, training a model, and assessing a child. It also evaluates the model on test families. If
// python3 has scikit-learn, its histogram boosting is fitted on the same folds.

const SEED = 1;
const CHILDREN = 20_000;
const ROUNDS = 5;

const QUARTERS = ['2007-Q1', '2012-Q1'];

const [data, truthFolder] = process.argv.slice(2);
if (data === undefined) {
  console.error(
    'Expected the data of a synthetic city and, if there is one, the folder of its true hazards: npm run bench:risk -- data/city data/exports/truth',
  );
  process.exit(2);
}
const { table, truth } = await withRegistries({ data, dev: true }, 'training', async (open) => {
  const start = process.cpuUsage();
  const children = await readChildren({
    ...open,
    blocks: QUARTERS.map((quarter) => parseQuarter(quarter)!),
    by: 'bench:risk',
    role: 'model-developer',
    sources: riskSources,
  });
  console.log(
    `factors of ${children.rows} children, through their registries' policies: ${cpuSeconds(start)} CPU s`,
  );
  if (truthFolder === undefined) return { table: children, truth: undefined };
  const linkage = await Linkage.open({ dir: join(data, 'linkage'), secret: await open.secrets.linkage() });
  return { table: children, truth: (await readTruth(truthFolder, children, linkage)).hazards };
});
const before = process.cpuUsage();
const { model, text } = await trainRiskModel(table, { seed: SEED, trainedAt: '2017-01-01T00:00:00.000Z' });
console.log(
  `training: ${cpuSeconds(before)} CPU s, ${(process.resourceUsage().maxRSS / 1024 ** 2).toFixed(1)} GB at most, registries included; ` +
    `${model.terms.length} terms of ${model.factors.length} factors, ${(text.length / 1024).toFixed(0)} KiB`,
);
console.log(`a child: ${microsecondsAChild(model, table).toFixed(2)} us`);

for (const { asOf, trainedOn, horizons } of evaluateRiskModel(model, table, truth && { truth }).blocks) {
  console.log(`test families as of ${asOf}${trainedOn ? '' : ' (not trained on)'}:`);
  for (const { years, children, model: own, logisticRegression, oracle } of horizons) {
    const comparison =
      oracle &&
      `; truth ${figure(oracle.quality.auc.value, 4)}, log loss ${figure(oracle.logLossAbove.value, 4)} above it, ` +
        `divergence ${figure(oracle.divergence, 4)}, ECE to it ${figure(oracle.calibrationError, 4)}`;
    console.log(
      `  ${years} years, ${children} children: AUC ${figure(own.auc.value, 4)}, logistic ${figure(logisticRegression.auc.value, 4)}, ` +
        `slope ${figure(own.slope.value, 3)}, ECE ${figure(own.calibrationError.value, 4)}${comparison ?? ''}`,
    );
  }
}
await comparePeers();

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
  // Uses the sum, so that the compiler does not remove the work.
  return Number.isNaN(sum) ? Number.NaN : best;
}

function cpuSeconds(since: NodeJS.CpuUsage): string {
  const { user, system } = process.cpuUsage(since);
  return ((user + system) / 1e6).toFixed(0);
}

async function comparePeers(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'polku-risk-'));
  try {
    await writeTable(table, SEED, folder);
    const script = join(packageRoot(), 'bench', 'risk', 'peers.py');
    const peers = spawnSync('/usr/bin/python3', [script, folder], { encoding: 'utf8' });
    console.log(peers.status === 0 ? peers.stdout : 'python3 has no scikit-learn: no peers');
  } finally {
    await rm(folder, { recursive: true });
  }
}

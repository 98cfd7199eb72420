import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { packageRoot } from '../../lib/packageRoot.js';
import type { BinnedFactors } from './binnedFeatures.js';
import { type FittedTerms, fitTerms } from './fitTerms.js';
import type { ChildYears } from './riskTable.js';
import { type Derivatives, screenPairs } from './screenPairs.js';
import { sharedDoubles } from './smallTree.js';
import { bagWeights } from './splitFamilies.js';
import { assignCells, type Term } from './term.js';

/** What a thread gets once, without copies. */
export interface Material {
  readonly factors: BinnedFactors;
  readonly childYears: ChildYears;
}

/** Work that any thread can do. */
export type Task =
  | {
      readonly kind: 'screen';
      readonly derivatives: Derivatives;
      readonly least: number;
      /** Pairs from, from + step and so on. */
      readonly from: number;
      readonly step: number;
      readonly gains: Float64Array;
    }
  | {
      readonly kind: 'bag';
      readonly seed: number;
      readonly bag: number;
      readonly terms: readonly Term[];
    };

/** Does a task. The result of a bag is its values; a screen has none. */
export function doTask({ factors, childYears }: Material, task: Task): FittedTerms | undefined {
  if (task.kind === 'screen') {
    const { derivatives, least, from, step, gains } = task;
    screenPairs(factors, derivatives, least, everyOther(from, step, gains.length), gains);
    return undefined;
  }
  const weights = bagWeights(task.seed, task.bag, childYears.family);
  return fitTerms(childYears, weights, assignCells(factors, task.terms));
}

function* everyOther(from: number, step: number, until: number): Generator<number> {
  for (let number = from; number < until; number += step) yield number;
}

/**
 * Divides work among threads. A task gives the same result in every thread, so the model does not depend on
 * their number.
 */
export class TrainingPool implements Material {
  private readonly workers: readonly Worker[];

  /** @param threads 0: this thread does everything */
  constructor(
    threads: number,
    readonly factors: BinnedFactors,
    readonly childYears: ChildYears,
  ) {
    const workerData: Material = { factors, childYears };
    const program = join(packageRoot(), 'dist/risk-model/training/trainingWorker.js');
    this.workers = Array.from({ length: threads }, () => new Worker(program, { workerData }));
  }

  /** Gains of all pairs of factors, by number. */
  async screen(
    { fitted, gradient, curvature }: Derivatives,
    least: number,
    pairs: number,
  ): Promise<Float64Array> {
    const gains = sharedDoubles(pairs);
    const derivatives = { fitted, gradient, curvature };
    const step = Math.max(1, this.workers.length);
    await this.#all(
      Array.from({ length: step }, (_, from) => ({ kind: 'screen', derivatives, least, from, step, gains })),
      () => undefined,
    );
    return gains;
  }

  /** Fits the same terms on bootstrap draws of families, one fit per bag. */
  async fitBags(
    seed: number,
    bags: number,
    terms: readonly Term[],
    progress: (done: number) => void,
  ): Promise<FittedTerms[]> {
    const tasks = Array.from({ length: bags }, (_, bag): Task => ({ kind: 'bag', seed, bag, terms }));
    return (await this.#all(tasks, progress)) as FittedTerms[];
  }

  async close(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }

  /** Runs each task on the next free thread. The answers are in the order of the tasks. */
  async #all(tasks: readonly Task[], progress: (done: number) => void): Promise<(FittedTerms | undefined)[]> {
    const answers: (FittedTerms | undefined)[] = [];
    let [next, done] = [0, 0];
    const work = async (work: (task: Task) => Promise<FittedTerms | undefined>) => {
      while (next < tasks.length) {
        const at = next++;
        answers[at] = await work(tasks[at]!);
        progress(++done);
      }
    };
    if (this.workers.length === 0) await work((task) => Promise.resolve(doTask(this, task)));
    else await Promise.all(this.workers.map((worker) => work((task) => ask(worker, task))));
    return answers;
  }
}

function ask(worker: Worker, task: Task): Promise<FittedTerms | undefined> {
  return new Promise((resolve, reject) => {
    // Removes each listener by name, because Node has listeners of its own on a worker.
    const settle = (finish: () => void) => {
      worker.off('message', answered).off('error', failed).off('exit', ended);
      finish();
    };
    const answered = (answer: FittedTerms | undefined) => settle(() => resolve(answer));
    const failed = (error: Error) => settle(() => reject(error));
    const ended = () =>
      settle(() => reject(new Error('A thread of training ended before its task was done.')));
    worker.on('message', answered).on('error', failed).on('exit', ended);
    worker.postMessage(task);
  });
}

import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { PolkuError } from '../../lib/errors.js';
import { FairQueue, type TaskClient } from '../../lib/fairQueue.js';
import { packageRoot } from '../../lib/packageRoot.js';
import type { PolicyReview, ReviewTask } from './reviewPolicies.js';
import type { ReviewAnswer, ReviewWorkerData } from './reviewWorker.js';

/** A review of the policies that come with Polku needs about a second. */
const DEADLINE_MS = 20_000;
const MEMORY_MB = 512;
/** How often a running review looks whether its client still waits. */
const LOOK_MS = 100;
/** A thread without work is ended, because it holds memory. */
const IDLE_MS = 60_000;

/** Who waits for a review. */
export interface ReviewClient {
  /** Reviews of one caller wait for each other. */
  readonly caller: string;
  /** If it disconnects, its review ends. */
  readonly client?: TaskClient | undefined;
}

/**
 * Reviews changes of policies in a separate thread: a person who edits must not stop a gateway from
 * answering. One review runs at a time, and callers take turns.
 */
export class ReviewThread {
  readonly #queue = new FairQueue({ atOnce: 1, perCaller: 1, waiting: 5 });
  #worker: Worker | undefined;
  #idle: NodeJS.Timeout | undefined;

  /** @param data is read when the thread starts */
  constructor(private readonly data: () => ReviewWorkerData | Promise<ReviewWorkerData>) {}

  /**
   * @throws PolkuError POLICY_INVALID, POLICY_TOO_LARGE, RATE_LIMITED
   * @throws the client's reason if it has disconnected
   */
  review(task: ReviewTask, { caller, client }: ReviewClient): Promise<PolicyReview> {
    return this.#queue.run(caller, () => this.#run(task, client), client);
  }

  async close(): Promise<void> {
    clearTimeout(this.#idle);
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }

  async #run(task: ReviewTask, client: TaskClient | undefined): Promise<PolicyReview> {
    clearTimeout(this.#idle);
    this.#worker ??= await this.#start();
    try {
      const answer = await answerOf(this.#worker, task, client);
      this.#idle = setTimeout(() => void this.close(), IDLE_MS).unref();
      if ('invalid' in answer) throw new PolkuError('POLICY_INVALID', answer.invalid);
      return answer.review;
    } catch (error) {
      // Whatever it is doing, its answer would be mistaken for that of the next task.
      if (!(error instanceof PolkuError) || error.code !== 'POLICY_INVALID') await this.close();
      throw error;
    }
  }

  async #start(): Promise<Worker> {
    const worker = new Worker(join(packageRoot(), 'dist/gateway/policy-review/reviewWorker.js'), {
      workerData: await this.data(),
      resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
    });
    worker.unref();
    // A task that waits for an answer hears of both itself.
    worker.on('error', () => {});
    worker.once('exit', () => {
      if (this.#worker === worker) this.#worker = undefined;
    });
    return worker;
  }
}

/** The answer of a thread, unless it takes too long or its client leaves. */
function answerOf(worker: Worker, task: ReviewTask, client: TaskClient | undefined): Promise<ReviewAnswer> {
  return new Promise<ReviewAnswer>((resolve, reject) => {
    const looks = setInterval(() => {
      try {
        client?.throwIfAborted();
      } catch (reason) {
        end();
        reject(reason as Error);
      }
    }, LOOK_MS);
    const deadline = setTimeout(() => failed({ code: 'ERR_WORKER_OUT_OF_MEMORY' }), DEADLINE_MS);
    const answered = (answer: ReviewAnswer): void => {
      end();
      resolve(answer);
    };
    const failed = (cause: unknown): void => {
      end();
      const { code } = cause as NodeJS.ErrnoException;
      reject(code === 'ERR_WORKER_OUT_OF_MEMORY' ? tooLarge() : (cause as Error));
    };
    const exited = (code: number): void =>
      failed(new Error(`The review of policies ended with code ${code}.`));
    function end(): void {
      clearInterval(looks);
      clearTimeout(deadline);
      worker.off('message', answered).off('error', failed).off('exit', exited);
    }
    worker.on('message', answered).on('error', failed).on('exit', exited);
    worker.postMessage(task);
  });
}

function tooLarge(): PolkuError {
  return new PolkuError(
    'POLICY_TOO_LARGE',
    `The policies need more than ${DEADLINE_MS / 1000} s or ${MEMORY_MB} MB to review. Make the change smaller.`,
  );
}

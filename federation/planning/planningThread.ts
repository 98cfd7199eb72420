import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { QueryPlan } from '@apollo/query-planner';
import { type ErrorCode, PolkuError } from '../../lib/errors.js';
import { FairQueue } from '../../lib/fairQueue.js';
import { packageRoot } from '../../lib/packageRoot.js';
import type { Planner, PlanRequester } from './planner.js';

/** Operations of one caller that may wait to be planned. An app that starts sends some dozens at once. */
const WAITING = 50;
/**
 * Planning a large supergraph needs about 100 MB. An operation that needs more ends the thread, not the
 * process.
 */
const HEAP_MB = 1_024;

/** The answer of the thread: a plan as JSON, or the reason why there is none. */
export type PlanAnswer =
  | { readonly plan: string }
  | {
      readonly refusal: {
        readonly code: ErrorCode;
        readonly message: string;
        readonly details: Readonly<Record<string, unknown>>;
      };
    };

/** An operation that is planned now or waits to be planned. */
interface Flight {
  /** Number of requests that wait for it. */
  waiting: number;
  plan?: Promise<QueryPlan>;
}

/**
 * Plans in its own thread, so that other requests are answered meanwhile. It plans one operation at a time,
 * and callers take turns. It plans equal operations once. When an operation takes too long, its thread is
 * terminated, and the next operation starts a new thread.
 */
export class PlanningThread implements Planner {
  readonly #queue = new FairQueue({ atOnce: 1, perCaller: 1, waiting: WAITING });
  readonly #flights = new Map<string, Flight>();
  #thread: Promise<Worker> | undefined;
  #closed = false;

  constructor(
    private readonly sdl: string,
    private readonly deadlineMs: number,
  ) {}

  get ready(): Promise<void> {
    return this.#started().then(() => {});
  }

  async plan(operation: string, { caller, client }: PlanRequester): Promise<QueryPlan> {
    let flight = this.#flights.get(operation);
    if (!flight) this.#flights.set(operation, (flight = { waiting: 0 }));
    const { waiting } = flight;
    flight.waiting = waiting + 1;
    try {
      // A request that joins also queues for its own caller: the first caller may have many operations
      // queued.
      return await (flight.plan ??
        this.#queue.run(caller, () => (flight.plan ??= this.#planNow(operation)), client));
    } finally {
      flight.waiting -= 1;
      if (flight.waiting === 0) this.#flights.delete(operation);
      if (this.#closed && this.#flights.size === 0) this.#end();
    }
  }

  close(): void {
    this.#closed = true;
    if (this.#flights.size === 0) this.#end();
  }

  async #planNow(operation: string): Promise<QueryPlan> {
    const answer = await this.#ask(await this.#started(), operation);
    if ('plan' in answer) return JSON.parse(answer.plan) as QueryPlan;
    const { code, message, details } = answer.refusal;
    throw new PolkuError(code, message, details);
  }

  #ask(thread: Worker, operation: string): Promise<PlanAnswer> {
    return new Promise((resolve, reject) => {
      const settle = (finish: () => void) => {
        clearTimeout(timer);
        thread.off('message', answered).off('error', failed).off('exit', failed);
        finish();
      };
      const answered = (answer: PlanAnswer) => settle(() => resolve(answer));
      const failed = (cause: unknown) => settle(() => reject(notPlanned(this.deadlineMs, cause)));
      const timer = setTimeout(() => {
        this.#end();
        failed(undefined);
      }, this.deadlineMs);
      thread.on('message', answered).on('error', failed).on('exit', failed);
      thread.postMessage(operation);
    });
  }

  #started(): Promise<Worker> {
    return (this.#thread ??= this.#start());
  }

  #start(): Promise<Worker> {
    const workerFile = join(packageRoot(), 'dist/federation/planning/planningWorker.js');
    const thread = new Worker(workerFile, {
      workerData: this.sdl,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
    });
    thread.unref();
    const starting = new Promise<Worker>((resolve, reject) => {
      // Listens for the whole life of the thread: an unhandled error of the thread would end the process.
      thread.on('error', reject);
      thread.once('message', () => resolve(thread));
    });
    starting.catch(() => {});
    thread.once('exit', () => {
      if (this.#thread === starting) this.#thread = undefined;
    });
    return starting;
  }

  #end(): void {
    const thread = this.#thread;
    this.#thread = undefined;
    thread?.then((worker) => worker.terminate()).catch(() => {});
  }
}

function notPlanned(deadlineMs: number, cause: unknown): PolkuError {
  return new PolkuError(
    'OPERATION_TOO_LARGE',
    `The operation is too large: planning it may take ${deadlineMs / 1000} s. Ask in several smaller operations.`,
    { limit: 'planning time', maximum: deadlineMs },
    { cause },
  );
}

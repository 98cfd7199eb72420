import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { QueryPlan } from '@apollo/query-planner';
import { type ErrorCode, PolkuError } from '../../lib/errors.js';
import { FairQueue } from '../../lib/fairQueue.js';
import { packageRoot } from '../../lib/packageRoot.js';
import type { Planner, PlanRequester } from './planner.js';

/** Operations of one caller that wait to be planned: an app that starts asks some dozens at once. */
const WAITING = 50;
/** Planning a large supergraph takes some 100 MB. An operation that takes more ends the thread and not the process. */
const HEAP_MB = 1_024;

/** What the thread answers: a plan as JSON, or why there is none. */
export type PlanAnswer =
  | { readonly plan: string }
  | {
      readonly refusal: {
        readonly code: ErrorCode;
        readonly message: string;
        readonly details: Readonly<Record<string, unknown>>;
      };
    };

/** An operation that is being planned, or will be. */
interface Flight {
  /** Requests that wait for it. */
  waiting: number;
  plan?: Promise<QueryPlan>;
}

/**
 * Plans in a thread of its own, so that everybody else is answered meanwhile. One operation is planned at a time, and
 * callers take turns. Equal operations are planned once. One that takes too long ends with its thread; the next one finds
 * a new thread.
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
      // Whoever joins takes a turn of their own, too: the first one may have many operations waiting before it.
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
    const program = join(packageRoot(), 'dist/federation/planning/planningWorker.js');
    const thread = new Worker(program, {
      workerData: this.sdl,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
    });
    thread.unref();
    const starting = new Promise<Worker>((resolve, reject) => {
      // Listening for good: an error of the thread that nobody listens for would end the process.
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

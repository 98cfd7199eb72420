import { setTimeout as sleep } from 'node:timers/promises';
import { type ErrorCode, PolkuError } from './errors.js';

/** Returns if all is well. @throws PolkuError whose code and message are the reason */
export type ReadinessCheck = () => void | Promise<void>;

export interface CheckResult {
  readonly ok: boolean;
  /** Undefined if all is well. */
  readonly code?: ErrorCode;
  readonly reason?: string;
}

export interface ReadinessReport {
  readonly status: 'ready' | 'not-ready';
  readonly checks: Readonly<Record<string, CheckResult>>;
}

/** A result is used again for this long, so that probing often costs nothing. Milliseconds. */
const FRESH_MS = 400;
/** A check that takes longer fails: a disk that hangs cannot be written. Milliseconds. */
const CHECK_MS = 1_000;

/**
 * Whether a process can do its work now, for load balancers and process managers. A cause shows within two
 * seconds. No check has personal data in its reason.
 */
export class Readiness {
  #state: 'starting' | 'serving' | 'draining' = 'starting';
  #checks: Readonly<Record<string, ReadinessCheck>> = {};
  #checking: Promise<ReadinessReport> | undefined;
  #checkedAt = -Infinity;
  #last: ReadinessReport['status'] | undefined;

  /** @param onChange is called with each report whose status is another than that of the report before */
  constructor(private readonly onChange: (report: ReadinessReport) => void = () => {}) {}

  /** The process has started. From here on its checks decide. */
  start(checks: Readonly<Record<string, ReadinessCheck>>): void {
    this.#checks = checks;
    this.#state = 'serving';
  }

  /** The process is told to stop. It is not ready any more. */
  drain(): void {
    this.#state = 'draining';
  }

  get isDraining(): boolean {
    return this.#state === 'draining';
  }

  async check(): Promise<ReadinessReport> {
    if (this.#state !== 'serving') return this.#noted(withProcess(this.#state));
    if (!this.#checking || performance.now() - this.#checkedAt > FRESH_MS) {
      this.#checkedAt = performance.now();
      this.#checking = this.#run();
    }
    const report = await this.#checking;
    // The process may have been told to stop in the meantime.
    return this.#noted(this.isDraining ? withProcess('draining') : report);
  }

  async #run(): Promise<ReadinessReport> {
    const results = await Promise.all(
      Object.entries(this.#checks).map(async ([name, check]) => [name, await resultOf(check)] as const),
    );
    const { checks } = withProcess('serving');
    const ready = results.every(([, { ok }]) => ok);
    return { status: ready ? 'ready' : 'not-ready', checks: { ...checks, ...Object.fromEntries(results) } };
  }

  #noted(report: ReadinessReport): ReadinessReport {
    if (report.status !== this.#last) {
      this.#last = report.status;
      this.onChange(report);
    }
    return report;
  }
}

const states = {
  starting: { ok: false, code: 'NOT_READY', reason: 'The process is starting.' },
  serving: { ok: true },
  draining: { ok: false, code: 'NOT_READY', reason: 'The process is draining: it was told to stop.' },
} as const;

function withProcess(state: keyof typeof states): ReadinessReport {
  return { status: states[state].ok ? 'ready' : 'not-ready', checks: { process: states[state] } };
}

async function resultOf(check: ReadinessCheck): Promise<CheckResult> {
  const late = new AbortController();
  try {
    await Promise.race([
      check(),
      sleep(CHECK_MS, undefined, { ref: false, signal: late.signal }).then(() => {
        throw new PolkuError('NOT_READY', 'The check does not end.');
      }),
    ]);
    return { ok: true };
  } catch (error) {
    if (error instanceof PolkuError) return { ok: false, code: error.code, reason: error.message };
    return { ok: false, code: 'INTERNAL_SERVER_ERROR', reason: 'The check failed.' };
  } finally {
    late.abort();
  }
}

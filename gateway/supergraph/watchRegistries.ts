import { setTimeout as sleep } from 'node:timers/promises';
import type { PinnedSource } from './pinnedSource.js';

/** How long a start waits for registries that do not answer yet, and how often it asks them. */
const START_WAIT_MS = 60_000;
const START_RETRY_MS = 1_000;
/** How often a registry is asked whether it still answers its contract. */
const POLL_MS = 10_000;

export interface WatchTimes {
  readonly startWaitMs?: number;
  readonly startRetryMs?: number;
  readonly pollMs?: number;
}

/**
 * Compares every registry elsewhere with its contract, now and again, each by itself. The start waits a while for those that
 * do not answer, as departments start their registries when they will, and goes on without the rest.
 * @returns ends the watch
 */
export async function watchRegistries(
  registries: readonly PinnedSource[],
  { startWaitMs = START_WAIT_MS, startRetryMs = START_RETRY_MS, pollMs = POLL_MS }: WatchTimes = {},
): Promise<() => void> {
  const deadline = performance.now() + startWaitMs;
  await Promise.all(
    registries.map(async (registry) => {
      while (!(await registry.check()) && performance.now() < deadline) await sleep(startRetryMs);
    }),
  );
  const stops = registries.map((registry) => poll(registry, pollMs));
  return () => stops.forEach((stop) => stop());
}

function poll(registry: PinnedSource, pollMs: number): () => void {
  let isOver = false;
  let timer: NodeJS.Timeout;
  const schedule = (): void => {
    timer = setTimeout(async () => {
      await registry.check();
      if (!isOver) schedule();
    }, pollMs).unref();
  };
  schedule();
  return () => {
    isOver = true;
    clearTimeout(timer);
  };
}

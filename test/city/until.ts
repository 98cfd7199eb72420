import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Longer than any working operation takes; a wait that outlives its test would keep the whole run from
 * ending.
 */
const PATIENCE_MS = 30_000;

/** Resolves when a condition holds; fails when it never does. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error('What was waited for did not come.');
    await sleep(5);
  }
}

/** How work ended: undefined if it succeeded, otherwise what it threw. */
export interface Failure {
  readonly error: unknown;
}

/**
 * Runs work and calls `ended` when it is over. The caller gets the promise of the work itself, so nobody
 * waits longer because somebody watches.
 * @param work returns its result or a promise of it
 * @param ended called before anybody who awaits the result goes on; does not throw
 */
export function whenEnded<T>(work: () => T, ended: (failure: Failure | undefined) => void): T {
  let result: T;
  try {
    result = work();
  } catch (error) {
    ended({ error });
    throw error;
  }
  if (result instanceof Promise)
    result.then(
      () => ended(undefined),
      (error: unknown) => ended({ error }),
    );
  else ended(undefined);
  return result;
}

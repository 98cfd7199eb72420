/** Resolves at Ctrl-C or when the process is asked to end; called before it says that it serves, or it may end at once. */
export function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve()).once('SIGTERM', () => resolve());
  });
}

const callbacks = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Those to call when a signal is aborted; whoever waits no longer takes himself out. One listener serves all requests to
 * subgraphs that one client waits for, since listeners of a signal cost more than all else that an exchange sets up.
 */
export function abortCallbacks(signal: AbortSignal): Set<() => void> {
  const known = callbacks.get(signal);
  if (known) return known;
  const waiting = new Set<() => void>();
  signal.addEventListener('abort', () => waiting.forEach((callback) => callback()), { once: true });
  callbacks.set(signal, waiting);
  return waiting;
}

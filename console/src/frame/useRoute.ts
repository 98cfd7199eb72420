import { useSyncExternalStore } from 'react';

export type Route = 'explorer' | 'path' | 'access';

/** The page that the address names (`#/access`). No id ever enters the address, for browsers remember addresses. */
export function useRoute(): Route {
  const hash = useSyncExternalStore(subscribe, () => window.location.hash);
  if (hash === '#/access') return 'access';
  if (hash === '#/path') return 'path';
  return 'explorer';
}

function subscribe(changed: () => void): () => void {
  window.addEventListener('hashchange', changed);
  return () => window.removeEventListener('hashchange', changed);
}

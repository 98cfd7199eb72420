import { useMediaQuery } from '../parts/useMediaQuery.js';

/** Whether the window is too narrow for a table of many columns. */
export function useIsNarrow(): boolean {
  return useMediaQuery('(max-width: 760px)');
}

import { useEffect } from 'react';

/** Gives the browser's tab a title. It never names a person. */
export function usePageTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} – Polku`;
  }, [title]);
}

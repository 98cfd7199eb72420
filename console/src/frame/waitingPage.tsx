import { Mark } from './mark.js';

/** Before anything is known; or, with a problem, instead of everything. */
export function WaitingPage({ problem }: { readonly problem: string | undefined }) {
  return (
    <main className="waiting" role={problem ? 'alert' : 'status'}>
      <Mark />
      <p>{problem ?? 'Asking the gateway who you may be …'}</p>
    </main>
  );
}

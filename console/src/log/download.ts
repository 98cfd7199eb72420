import type { LoggedEntry } from './decision.js';

/** Saves decisions as a file: one JSON object a line. Its name has the day and nothing of a person. */
export function downloadDecisions(decisions: readonly LoggedEntry[], day: string): void {
  const lines = decisions.map((decision) => `${JSON.stringify(decision)}\n`);
  const address = URL.createObjectURL(new Blob(lines, { type: 'application/x-ndjson' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = `polku-log-${day}.ndjson`;
  link.click();
  URL.revokeObjectURL(address);
}

import { saveFile } from '../parts/saveFile.js';
import type { LoggedEntry } from './decision.js';

/** Saves decisions as a file: one JSON object a line. Its name has the day and nothing of a person. */
export function downloadDecisions(decisions: readonly LoggedEntry[], day: string): void {
  const lines = decisions.map((decision) => `${JSON.stringify(decision)}\n`);
  saveFile(`polku-log-${day}.ndjson`, new Blob(lines, { type: 'application/x-ndjson' }));
}

import type { Place } from './policySource.js';

/** Something that a data owner should know of: an error lets no policy through, a warning does. */
export interface Problem extends Place {
  readonly severity: 'error' | 'warning';
  /** What is wrong, in a sentence. */
  readonly message: string;
  /** What to write instead, in a sentence; undefined where only the owner can know. */
  readonly fix: string | undefined;
}

/** Collects problems, so that all are told at once. */
export class Problems {
  private readonly found: Problem[] = [];

  error(place: Place, message: string, fix?: string): void {
    this.found.push({ ...place, severity: 'error', message, fix });
  }

  warning(place: Place, message: string, fix?: string): void {
    this.found.push({ ...place, severity: 'warning', message, fix });
  }

  /** By file, line and column. */
  sorted(): readonly Problem[] {
    return this.found.toSorted(
      (a, b) =>
        compare(a.file, b.file) || a.line - b.line || a.column - b.column || compare(a.message, b.message),
    );
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

import type { Place } from '../parse/policySource.js';

/** What a whole operation asks for, or why it cannot be asked of this graph. */
export type ReadOperation = (text: string) => {
  readonly coordinates: readonly string[];
  readonly faults: readonly string[];
};

const SEVERAL = /^(\w+)\.\{([^}]*)\}$/;

/** `Type.{a,b}` as `Type.a`, `Type.b`; any other coordinate as it is. */
export function coordinatesOf(pattern: string): string[] {
  const [, type, names] = SEVERAL.exec(pattern) ?? [];
  return names === undefined ? [pattern] : names.split(',').map((name) => `${type}.${name.trim()}`);
}

/** How one case of a test file went. */
export interface PolicyTestResult {
  readonly place: Place;
  readonly registry: string;
  readonly name: string;
  /** What was expected and what came, in sentences; empty: passed. */
  readonly failures: readonly string[];
}

/** Which rules the tests of a folder rest on. */
export interface RuleCoverage {
  readonly id: string;
  readonly kind: 'grant' | 'prohibition';
  readonly place: Place;
  readonly covered: boolean;
}

export interface PolicyTestReport {
  readonly results: readonly PolicyTestResult[];
  readonly coverage: readonly RuleCoverage[];
}

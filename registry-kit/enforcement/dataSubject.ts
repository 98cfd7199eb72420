import type { Day } from '../../lib/calendar.js';
import type { PersonKey } from '../../schema/keys.js';

/** The parts of a value's record that conditions check: its start day and its unit. */
export interface DataRecord {
  readonly start: Day;
  readonly unit: string | undefined;
}

/**
 * The data subject and the record of a value. Every object that a registry returns has them, because
 * conditions are checked for that person and that record.
 */
export interface DataSubject {
  readonly subject: PersonKey;
  readonly record?: DataRecord;
}

/** What is known about the data subject and the record of a value. */
export interface About {
  readonly subject?: PersonKey | undefined;
  readonly record?: DataRecord | undefined;
}

/** Returns the person and the record of a value. If the value does not name one, its source does. */
export function aboutOf(value: unknown, source: unknown): About {
  const [first, second] = [partsOf(value), partsOf(source)];
  return { subject: subjectOf(first) ?? subjectOf(second), record: first?.record ?? second?.record };
}

function partsOf(value: unknown): Partial<DataSubject> | undefined {
  return typeof value === 'object' && value !== null ? value : undefined;
}

function subjectOf(value: Partial<DataSubject> | undefined): PersonKey | undefined {
  return typeof value?.subject === 'number' ? value.subject : undefined;
}

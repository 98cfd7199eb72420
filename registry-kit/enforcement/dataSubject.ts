import type { Day } from '../../lib/calendar.js';
import type { PersonKey } from '../../schema/keys.js';

/** Of the record that a value comes from, what conditions ask: when it began, and in which unit. */
export interface DataRecord {
  readonly start: Day;
  readonly unit: string | undefined;
}

/**
 * Whatever a registry hands out says whose data it is, and of which record: conditions are those of that person and that
 * record.
 */
export interface DataSubject {
  readonly subject: PersonKey;
  readonly record?: DataRecord;
}

/** What is known of whom a value is about. */
export interface About {
  readonly subject?: PersonKey | undefined;
  readonly record?: DataRecord | undefined;
}

/** The person and the record that a value is about, each from the first of these that tells. */
export function aboutOf(value: unknown, source: unknown): About {
  const [first, second] = [told(value), told(source)];
  return { subject: subjectOf(first) ?? subjectOf(second), record: first?.record ?? second?.record };
}

function told(value: unknown): Partial<DataSubject> | undefined {
  return typeof value === 'object' && value !== null ? value : undefined;
}

function subjectOf(value: Partial<DataSubject> | undefined): PersonKey | undefined {
  return typeof value?.subject === 'number' ? value.subject : undefined;
}

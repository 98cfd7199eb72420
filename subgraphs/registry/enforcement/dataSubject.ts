import type { Day } from '../../../schema/calendar.js';
import type { PersonKey } from '../../../schema/keys.js';

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

/** The person and the record that a value is about, each from the first of these that tells. */
export function aboutOf(...values: readonly unknown[]): Partial<DataSubject> {
  const known = values.filter(
    (value): value is Partial<DataSubject> => typeof value === 'object' && value !== null,
  );
  const subject = known.find((value) => typeof value.subject === 'number')?.subject;
  const record = known.find((value) => value.record !== undefined)?.record;
  return { ...(subject !== undefined && { subject }), ...(record !== undefined && { record }) };
}

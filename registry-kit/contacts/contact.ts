import { formatDay } from '../../lib/calendar.js';
import type { PartialDate } from '../../lib/partialDate.js';
import { Field, InterfaceType } from '../../lib/typeGraphql.js';
import type { ContactKey, PersonKey } from '../../schema/keys.js';
import { ContactIDScalar, PartialDateScalar } from '../../schema/scalars.js';
import { CodedValue, codingAt } from '../codes/codedValue.js';
import { codeAt, type CodeColumn, NO_DAY, type Table } from '../columns/table.js';
import type { DataRecord, DataSubject } from '../enforcement/dataSubject.js';

/** The columns of every contact in every registry. */
interface ContactColumns {
  readonly id: BigUint64Array;
  readonly start: Int32Array;
  readonly end: Int32Array;
  readonly service: CodeColumn;
  readonly unit: CodeColumn;
}

/** A table of contacts. */
export type ContactTable = Table & { readonly columns: ContactColumns };

/** A day as a full date, which masks may shorten later. */
export function dateAt(column: Int32Array, row: number): PartialDate | null {
  const day = column[row]!;
  return day === NO_DAY ? null : formatDay(day);
}

/** A record's key in the form of ContactID. */
export function recordAt(column: BigUint64Array, row: number): ContactKey {
  return column[row]!.toString(16).padStart(16, '0');
}

@InterfaceType({
  description: 'Something that a service did for a person.',
  autoRegisterImplementations: false,
})
export abstract class Contact implements DataSubject {
  readonly subject: PersonKey;
  readonly record: DataRecord;

  @Field(() => ContactIDScalar, { simple: true })
  readonly id: ContactKey;

  @Field(() => PartialDateScalar, { nullable: true, simple: true })
  readonly startedAt: PartialDate | null;

  @Field(() => PartialDateScalar, { nullable: true, simple: true })
  readonly endedAt: PartialDate | null;

  @Field(() => CodedValue, { nullable: true, simple: true, description: 'Its code list is `services`.' })
  readonly service: CodedValue | null;

  @Field(() => CodedValue, { nullable: true, simple: true, description: 'The unit that gave the service.' })
  readonly unit: CodedValue | null;

  /** @param registry whose code lists the codes are of */
  constructor(registry: string, table: ContactTable, row: number) {
    const { id, start, end, service, unit } = table.columns;
    this.subject = table.subject[row]!;
    this.id = recordAt(id, row);
    this.startedAt = dateAt(start, row);
    this.endedAt = dateAt(end, row);
    this.service = codingAt(`${registry}/services`, service, row);
    this.unit = codingAt(`${registry}/units`, unit, row);
    this.record = { start: start[row]!, unit: codeAt(unit, row) };
  }
}

/** Days without a contact after which the same service begins a new episode. */
export const EPISODE_GAP_DAYS = 90;

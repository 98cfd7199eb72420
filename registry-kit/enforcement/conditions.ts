import { addYears, type Day, today } from '../../lib/calendar.js';
import type { PersonSet } from '../../schema/personSet.js';
import type { Caller } from '../../schema/tokens/callerClaims.js';
import type { DecisionContext } from '../../schema/tokens/decisionContext.js';
import { codeAt, includesDay, rowRangeOf, type Table } from '../columns/table.js';
import type { careRelationships, objections } from '../columns/tableDefinition.js';
import { hiddenBy, hasRestriction, type Restrictions } from '../restrictions/restrictions.js';
import type { ConditionTests, RecordCondition } from './requestAccess.js';

/** The conditions that depend on the caller only. They have the same result in every subgraph. */
export function callerConditions({
  caller,
  person,
  breakGlass,
}: DecisionContext): Pick<ConditionTests, 'subject' | 'record'> {
  const firstDays = new Map<RecordCondition, Day>();
  const firstDay = (condition: Exclude<RecordCondition, 'own-unit'>): Day => {
    let day = firstDays.get(condition);
    if (day === undefined) firstDays.set(condition, (day = addYears(today(), -yearsIn(condition))));
    return day;
  };
  return {
    subject: {
      'own-data': (subject) => subject === person,
      'break-glass': () => breakGlass !== undefined,
    },
    record: (condition, { start, unit }) =>
      condition === 'own-unit'
        ? unit !== undefined && caller.units.includes(unit)
        : start >= firstDay(condition),
  };
}

function yearsIn(condition: string): number {
  return Number(condition.slice(condition.indexOf('(') + 1, -1));
}

/** The tables that conditions read. */
export interface CareTables {
  readonly careRelationships: Table<typeof careRelationships>;
  readonly objections: Table<typeof objections>;
}

/** The conditions of a registry with care relationships and objections (703/2023 §§ 8, 9 and 60). */
export function careConditions(
  tables: CareTables,
  marks: Restrictions,
  { caller, person }: Pick<DecisionContext, 'caller' | 'person'>,
  on: Day,
): ConditionTests['subject'] {
  const isHidden = hiddenBy(marks, on, person);
  return {
    'care-relationship': (subject) => {
      if (isHidden(subject)) return false;
      const [from, to] = rowRangeOf(tables.careRelationships, subject);
      for (let row = from; row < to; row++)
        if (isOpenWith(tables.careRelationships, row, caller, on)) return true;
      return false;
    },
    'not-objected': (subject) => {
      if (hasRestriction(marks, 'objection', subject, on)) return false;
      const [from, to] = rowRangeOf(tables.objections, subject);
      // Rows are sorted by start: if the first is in the future, all are.
      return from === to || tables.objections.columns.start[from]! > on;
    },
  };
}

/** Checks whether a row is a care relationship of the caller, or of a unit of the caller, on a day. */
export function isOpenWith(
  table: CareTables['careRelationships'],
  row: number,
  caller: Caller,
  on: Day,
): boolean {
  const { employee, unit, start, end } = table.columns;
  if (!includesDay({ start: start[row]!, end: end[row]! }, on)) return false;
  const rowEmployee = codeAt(employee, row);
  if (rowEmployee !== undefined && rowEmployee === caller.employee) return true;
  // A row with an employee belongs to that employee only. A row with only a unit belongs to everybody in the
  // unit.
  const rowUnit = codeAt(unit, row);
  return rowEmployee === undefined && rowUnit !== undefined && caller.units.includes(rowUnit);
}

/** A cache of sets of persons by condition. It is valid while its sources stay the same. */
export class ConditionSets {
  #sources: readonly unknown[] = [];
  #sets = new Map<string, PersonSet>();

  /** @param sources everything that the conditions depend on: snapshot, person flags, day */
  forSources(...sources: readonly unknown[]): Map<string, PersonSet> {
    if (sources.some((source, index) => source !== this.#sources[index])) {
      this.#sources = sources;
      this.#sets = new Map();
    }
    return this.#sets;
  }
}

import { addYears, type Day, today } from '../../lib/calendar.js';
import type { PersonSet } from '../../schema/personSet.js';
import type { Caller } from '../../schema/tokens/callerToken.js';
import type { DecisionContext } from '../../schema/tokens/decisionContext.js';
import { codeAt, includesDay, rowsOf, type Table } from '../columns/table.js';
import type { careRelationships, objections } from '../columns/tableDefinition.js';
import { hiddenBy, isMarked, type Marks } from '../restrictions/restrictions.js';
import type { ConditionTests, RecordCondition } from './access.js';

/** The conditions that follow from the caller alone, and so hold in every subgraph alike. */
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

/** The tables that conditions are read from. */
export interface CareTables {
  readonly careRelationships: Table<typeof careRelationships>;
  readonly objections: Table<typeof objections>;
}

/** The conditions of a registry that keeps care relationships and objections (703/2023 §§ 8, 9 and 60). */
export function careConditions(
  tables: CareTables,
  marks: Marks,
  { caller, person }: Pick<DecisionContext, 'caller' | 'person'>,
  on: Day,
): ConditionTests['subject'] {
  const isHidden = hiddenBy(marks, on, person);
  return {
    'care-relationship': (subject) => {
      if (isHidden(subject)) return false;
      const [from, to] = rowsOf(tables.careRelationships, subject);
      for (let row = from; row < to; row++)
        if (isOpenWith(tables.careRelationships, row, caller, on)) return true;
      return false;
    },
    'not-objected': (subject) => {
      if (isMarked(marks, 'objection', subject, on)) return false;
      const [from, to] = rowsOf(tables.objections, subject);
      // Rows are ordered by start: if the first lies ahead, so do the others.
      return from === to || tables.objections.columns.start[from]! > on;
    },
  };
}

/** Whether a row is a care relationship that the caller, or one of the caller's units, has on that day. */
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
  // A row that names an employee is that employee's own; a row of a unit is everybody's in it.
  const rowUnit = codeAt(unit, row);
  return rowEmployee === undefined && rowUnit !== undefined && caller.units.includes(rowUnit);
}

/** Sets of persons by condition, kept while what they follow from stays the same. */
export class ConditionSets {
  #from: readonly unknown[] = [];
  #sets = new Map<string, PersonSet>();

  /** @param from all that the conditions are read from: snapshot, overlays, day */
  while(...from: readonly unknown[]): Map<string, PersonSet> {
    if (from.some((source, index) => source !== this.#from[index])) {
      this.#from = from;
      this.#sets = new Map();
    }
    return this.#sets;
  }
}

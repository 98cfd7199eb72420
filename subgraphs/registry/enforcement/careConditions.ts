import type { Day } from '../../../schema/calendar.js';
import type { Caller } from '../../../schema/tokens/callerToken.js';
import type { careRelationships, objections } from '../columns/commonTables.js';
import { codeAt, NO_DAY, rowsOf, type Table } from '../columns/table.js';
import type { ConditionTests } from './access.js';

/** The tables that conditions are read from. */
export interface CareTables {
  readonly careRelationships: Table<typeof careRelationships>;
  readonly objections: Table<typeof objections>;
}

/** The conditions of a registry that keeps care relationships and objections (703/2023 §§ 8, 9 and 60). */
export function careConditions(tables: CareTables, caller: Caller, on: Day): ConditionTests['subject'] {
  return {
    'care-relationship': (subject) => {
      const [from, to] = rowsOf(tables.careRelationships, subject);
      for (let row = from; row < to; row++)
        if (isOpenWith(tables.careRelationships, row, caller, on)) return true;
      return false;
    },
    'not-objected': (subject) => {
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
  if (start[row]! > on || (end[row] !== NO_DAY && end[row]! < on)) return false;
  const rowEmployee = codeAt(employee, row);
  if (rowEmployee !== undefined && rowEmployee === caller.employee) return true;
  // A row that names an employee is that employee's own; a row of a unit is everybody's in it.
  const rowUnit = codeAt(unit, row);
  return rowEmployee === undefined && rowUnit !== undefined && caller.units.includes(rowUnit);
}

import { addYears, type Day, today } from '../../../schema/calendar.js';
import type { DecisionContext } from '../../../schema/tokens/decisionContext.js';
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

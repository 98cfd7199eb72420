import { type RowArgument, type RowsCriterionOptions } from './rowsCriterion.js';

/** What every registry's contacts are chosen by; each adds arguments of its own. */
export function contactRows(
  contactType: string,
  contactsField: string,
): Omit<RowsCriterionOptions, 'description' | 'arguments'> {
  return {
    table: 'contacts',
    rows: `Person.${contactsField}`,
    startedAt: { column: 'start', coordinate: `${contactType}.startedAt` },
    endedAt: { column: 'end', coordinate: `${contactType}.endedAt` },
  };
}

export function serviceArgument(type: string): RowArgument {
  return {
    kind: 'codes',
    column: 'service',
    coordinate: `${type}.service`,
    list: 'services',
    description: 'Any of these services.',
  };
}

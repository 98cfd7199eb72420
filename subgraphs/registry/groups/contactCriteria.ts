import type { RegistryStore } from '../subgraph/registryContext.js';
import type { Criteria } from './criterion.js';
import { type RowArgument, rowsCriterion, type RowsCriterionOptions } from './rowsCriterion.js';

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

/** What groups are formed by in a registry that names nothing else: its contacts and their services. */
export function contactCriteria(contactType: string, contactsField: string): Criteria<RegistryStore> {
  return {
    [contactsField]: rowsCriterion({
      ...contactRows(contactType, contactsField),
      description: 'Contacts.',
      arguments: { services: serviceArgument(contactType) },
    }),
  };
}

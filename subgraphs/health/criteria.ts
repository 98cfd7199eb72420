import { contactRows, serviceArgument } from '../registry/groups/contactCriteria.js';
import type { Criteria } from '../registry/groups/criterion.js';
import { rowsCriterion } from '../registry/groups/rowsCriterion.js';
import type { RegistryStore } from '../registry/subgraph/registryContext.js';

/** What groups are formed by in health services. */
export const healthCriteria: Criteria<RegistryStore> = {
  healthContacts: rowsCriterion({
    ...contactRows('HealthContact', 'healthContacts'),
    description: 'Visits to health services.',
    arguments: {
      services: serviceArgument('HealthContact'),
      diagnoses: {
        kind: 'diagnoses',
        column: 'diagnosis',
        coordinate: 'HealthContact.diagnosis',
        description:
          'Any of these ICD-10 codes (F32, J06.9), blocks or chapters by their range (F30-F39, F00-F99).',
      },
      urgencies: {
        kind: 'codes',
        column: 'urgency',
        coordinate: 'HealthContact.urgency',
        list: 'urgencies',
        description: 'Any of these urgencies, 1 being the most urgent.',
      },
    },
  }),
};

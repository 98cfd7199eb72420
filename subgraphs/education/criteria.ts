import { contactRows, serviceArgument } from '../registry/groups/contactCriteria.js';
import type { Criteria } from '../registry/groups/criterion.js';
import { rowsCriterion } from '../registry/groups/rowsCriterion.js';
import type { RegistryStore } from '../registry/subgraph/registryContext.js';

/** What groups are formed by in early education. */
export const educationCriteria: Criteria<RegistryStore> = {
  educationContacts: rowsCriterion({
    ...contactRows('EducationContact', 'educationContacts'),
    description: 'Months of attendance in early education.',
    arguments: {
      services: serviceArgument('EducationContact'),
      hours: {
        kind: 'range',
        column: 'hours',
        coordinate: 'EducationContact.hours',
        description: 'Hours attended in the month.',
      },
      absenceDays: {
        kind: 'range',
        column: 'absenceDays',
        coordinate: 'EducationContact.absenceDays',
        description: 'Days of absence in the month.',
      },
    },
  }),
  enrolments: rowsCriterion({
    description: 'Places in early education (540/2018).',
    table: 'enrolments',
    rows: 'Person.enrolments',
    startedAt: { column: 'start', coordinate: 'Enrolment.startedAt' },
    endedAt: { column: 'end', coordinate: 'Enrolment.endedAt' },
    ongoing: true,
    arguments: {
      services: serviceArgument('Enrolment'),
      hoursPerWeek: {
        kind: 'range',
        column: 'hoursPerWeek',
        coordinate: 'Enrolment.hoursPerWeek',
        description: 'Hours a week.',
      },
    },
  }),
};

import {
  careRelationships,
  contactColumns,
  defineRegistry,
  defineTable,
  objections,
} from '../../registry-kit/columns/tableDefinition.js';

/** Early education: a month of attendance is a contact. */
export const educationRegistry = defineRegistry({
  name: 'education',
  schemaVersion: 1,
  tables: {
    contacts: defineTable({
      order: 'start',
      columns: {
        ...contactColumns,
        hours: { kind: 'number' },
        absenceDays: { kind: 'number' },
      },
    }),
    enrolments: defineTable({
      order: 'start',
      columns: {
        start: { kind: 'day' },
        end: { kind: 'day', optional: true },
        service: { kind: 'code', list: 'services' },
        unit: { kind: 'code' },
        hoursPerWeek: { kind: 'number', optional: true },
      },
    }),
    careRelationships,
    objections,
  },
});

import {
  careRelationships,
  contactColumns,
  defineRegistry,
  defineTable,
  objections,
} from '../../registry-kit/columns/tableDefinition.js';

/** Health services' visits. */
export const healthRegistry = defineRegistry({
  name: 'health',
  schemaVersion: 1,
  tables: {
    contacts: defineTable({
      order: 'start',
      columns: {
        ...contactColumns,
        diagnosis: { kind: 'code', optional: true },
        urgency: { kind: 'code', list: 'urgencies', optional: true },
      },
    }),
    careRelationships,
    objections,
  },
});

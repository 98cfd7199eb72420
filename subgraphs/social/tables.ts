import {
  careRelationships,
  contactColumns,
  defineRegistry,
  defineTable,
  objections,
} from '../../registry-kit/columns/tableDefinition.js';

/** Social services, including child protection and income support. */
export const socialRegistry = defineRegistry({
  name: 'social',
  schemaVersion: 1,
  tables: {
    contacts: defineTable({
      order: 'start',
      columns: {
        ...contactColumns,
        kind: { kind: 'code', list: 'kinds', optional: true },
        decision: { kind: 'code', list: 'decisions', optional: true },
      },
    }),
    childProtection: defineTable({
      order: 'start',
      columns: {
        id: { kind: 'record' },
        start: { kind: 'day' },
        end: { kind: 'day', optional: true },
        step: { kind: 'code', list: 'steps' },
        unit: { kind: 'code' },
      },
    }),
    incomeSupport: defineTable({
      order: 'month',
      columns: { month: { kind: 'day' }, amount: { kind: 'number' } },
    }),
    careRelationships,
    objections,
  },
});

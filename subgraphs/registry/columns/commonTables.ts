import { defineTable } from './tableDefinition.js';

/** What every registry keeps of a contact; each adds columns of its own. */
export const contactColumns = {
  id: { kind: 'record' },
  start: { kind: 'day' },
  end: { kind: 'day', optional: true },
  service: { kind: 'code', list: 'services' },
  unit: { kind: 'code' },
  /** Who met the person: kept for the department that gives the export, and served to nobody. */
  professional: { kind: 'code', optional: true, internal: true },
} as const;

/** Who has a care relationship with whom; one of `employee` and `unit` may be empty. */
export const careRelationships = defineTable({
  order: 'start',
  columns: {
    employee: { kind: 'code', optional: true },
    unit: { kind: 'code', optional: true },
    start: { kind: 'day' },
    end: { kind: 'day', optional: true },
  },
});

/** Who has objected to the disclosure of their data in this registry, from a day on. */
export const objections = defineTable({
  order: 'start',
  protects: true,
  columns: { start: { kind: 'day' } },
});

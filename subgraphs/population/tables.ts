import { defineRegistry, defineTable } from '../../registry-kit/columns/tableDefinition.js';

// The enumerations of the population register: its tables accept no other codes, and its schema shows them.

export enum Sex {
  FEMALE = 'female',
  MALE = 'male',
}

export enum FamilyRole {
  PARENT = 'parent',
  CHILD = 'child',
}

/** The population register. */
export const populationRegistry = defineRegistry({
  name: 'population',
  schemaVersion: 1,
  tables: {
    persons: defineTable({
      order: 'birth',
      columns: {
        birth: { kind: 'day' },
        death: { kind: 'day', optional: true },
        sex: { kind: 'code', values: Object.values(Sex) },
        language: { kind: 'code', list: 'languages' },
      },
    }),
    guardianships: defineTable({
      order: 'start',
      columns: { guardian: { kind: 'person' }, start: { kind: 'day' }, end: { kind: 'day', optional: true } },
    }),
    memberships: defineTable({
      order: 'start',
      columns: {
        family: { kind: 'family' },
        role: { kind: 'code', values: Object.values(FamilyRole) },
        start: { kind: 'day' },
        end: { kind: 'day', optional: true },
      },
    }),
    residences: defineTable({
      order: 'start',
      columns: {
        district: { kind: 'code', list: 'districts' },
        start: { kind: 'day' },
        end: { kind: 'day', optional: true },
      },
    }),
    /** Non-disclosure for safety (661/2009 §36). */
    nonDisclosures: defineTable({
      order: 'start',
      protects: true,
      columns: { start: { kind: 'day' }, end: { kind: 'day', optional: true } },
    }),
  },
});

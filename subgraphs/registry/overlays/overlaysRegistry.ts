import { defineRegistry, defineTable } from '../columns/tableDefinition.js';

/**
 * What the population register tells all registries, by key: two lists, kept and served like a registry's snapshot, but by
 * nobody's subgraph (docs/decisions/conditions.md).
 */
export const overlaysRegistry = defineRegistry({
  name: 'overlays',
  schemaVersion: 1,
  extractedWith: 'population',
  tables: {
    /** What conditions ask of a person. */
    persons: defineTable({
      order: 'adultFrom',
      columns: {
        /** The day on which a minor comes of age; of everybody else only that it is past (OF_AGE). */
        adultFrom: { kind: 'day' },
        birthYear: { kind: 'number' },
        /** The district last lived in; of nobody who is shielded. */
        district: { kind: 'code', optional: true },
      },
    }),
    /** Who is under non-disclosure for safety, or has lived with somebody who is, on which days (661/2009 §36). */
    shields: defineTable({
      order: 'start',
      columns: { start: { kind: 'day' }, end: { kind: 'day', optional: true } },
    }),
  },
});

/** Stands for the day of coming of age of whoever was of age at extraction, so that no adult's birthday is told. */
export const OF_AGE = 0;

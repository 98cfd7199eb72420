import { addYears, type Day, yearOf } from '../../lib/calendar.js';
import type { PersonKey } from '../../schema/keys.js';
import { type CodeColumn, type Days, NO_DAY, rowRangeOf, type Table } from '../columns/table.js';
import { defineRegistry, defineTable } from '../columns/tableDefinition.js';
import type { Restrictions } from '../restrictions/restrictions.js';
import { familyIndexOf, type MembershipTable } from './familyIndex.js';

/**
 * What the population register publishes to all registries, by key. The two lists are stored and loaded like
 * a registry's snapshot, but no subgraph serves them (docs/decisions/conditions.md).
 */
export const personFlagsRegistry = defineRegistry({
  name: 'overlays',
  schemaVersion: 1,
  extractedWith: 'population',
  tables: {
    /** The facts that conditions test. */
    persons: defineTable({
      order: 'adultFrom',
      columns: {
        /** The day on which a minor comes of age; for adults only that this day is past (OF_AGE). */
        adultFrom: { kind: 'day' },
        birthYear: { kind: 'number' },
        /** The district of the last known home; none for a person who is shielded. */
        district: { kind: 'code', optional: true },
      },
    }),
    /**
     * Who is under non-disclosure for safety, or has lived with such a person, and on which days (661/2009
     * §36).
     */
    shields: defineTable({
      order: 'start',
      columns: { start: { kind: 'day' }, end: { kind: 'day', optional: true } },
    }),
  },
});

/**
 * Replaces the day of coming of age of everybody who was of age at extraction, so that no adult's birthday is
 * published.
 */
export const OF_AGE = 0;

type DayTable<Names extends string> = Table & { readonly columns: Readonly<Record<Names, Int32Array>> };
type ResidenceTable = Table & { readonly columns: { readonly district: CodeColumn } };

/** The population register's tables from which person flags are computed. */
export interface PersonFlagSource {
  readonly persons: DayTable<'birth'>;
  readonly memberships: MembershipTable;
  readonly residences: ResidenceTable;
  readonly nonDisclosures: NonDisclosureTable;
}

type NonDisclosureTable = DayTable<'start' | 'end'>;

/**
 * The facts that conditions need about a person. The district is an index into the texts of the table of
 * residences.
 */
interface PersonFacts {
  readonly subject: PersonKey;
  readonly adultFrom: Day;
  readonly birthYear: number;
  readonly district: number | undefined;
}

/**
 * The days on which a person is shielded by a non-disclosure, their own or that of somebody they lived with.
 */
export interface Shield extends Days {
  readonly subject: PersonKey;
}

const AGE_OF_MAJORITY = 18;

/**
 * The age and the district of each person, but no district of a shielded person. Nothing else is published.
 */
export function* personFacts(
  { persons, residences }: Pick<PersonFlagSource, 'persons' | 'residences'>,
  shielded: ReadonlySet<PersonKey>,
  on: Day,
): Iterable<PersonFacts> {
  for (let row = 0; row < persons.rows; row++) {
    const subject = persons.subject[row]!;
    const birth = persons.columns.birth[row]!;
    const comesOfAge = addYears(birth, AGE_OF_MAJORITY);
    // Rows are sorted by start, so the last one is the current or last home.
    const [from, to] = shielded.has(subject) ? [0, 0] : rowRangeOf(residences, subject);
    yield {
      subject,
      adultFrom: comesOfAge <= on ? OF_AGE : comesOfAge,
      birthYear: yearOf(birth),
      district: from === to ? undefined : residences.columns.district.indices[to - 1]!,
    };
  }
}

/**
 * Everybody under non-disclosure, and everybody who was in a family with them at that time. A child's school
 * or a spouse's family would show where the person is. Those who have lived with the person stay shielded
 * until the non-disclosure ends.
 */
export function* shields(memberships: MembershipTable, nonDisclosures: Iterable<Shield>): Iterable<Shield> {
  const families = familyIndexOf(memberships);
  const { family, start: joined, end: left } = memberships.columns;
  for (const { subject, start, end } of nonDisclosures) {
    yield { subject, start, end };
    const [from, to] = rowRangeOf(memberships, subject);
    for (let own = from; own < to; own++) {
      for (const row of families.rowsOf(family[own]!)) {
        const since = Math.max(start, joined[own]!, joined[row]!);
        const until = Math.min(orOpen(end), orOpen(left[own]!), orOpen(left[row]!));
        const other = memberships.subject[row]!;
        if (other !== subject && since <= until) yield { subject: other, start: since, end };
      }
    }
  }
}

/** The non-disclosures in the export of the population register. */
export function* registeredNonDisclosures({ rows, subject, columns }: NonDisclosureTable): Iterable<Shield> {
  for (let row = 0; row < rows; row++)
    yield { subject: subject[row]!, start: columns.start[row]!, end: columns.end[row]! };
}

function orOpen(day: Day): Day {
  return day === NO_DAY ? Infinity : day;
}

/**
 * Computes again who is shielded by the non-disclosures recorded by hand: the people, and those who have
 * lived with them.
 */
export function withDerivedShields(restrictions: Restrictions, memberships: MembershipTable): Restrictions {
  const found = new Map<PersonKey, Days[]>();
  for (const { subject, start, end } of shields(memberships, addedNonDisclosures(restrictions)))
    found.set(subject, [...(found.get(subject) ?? []), { start, end }]);
  return { ...restrictions, shields: found };
}

function* addedNonDisclosures({ people }: Restrictions): Iterable<Shield> {
  for (const [subject, days] of people['non-disclosure']) yield { subject, ...days };
}

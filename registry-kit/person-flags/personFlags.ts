import { addYears, type Day, yearOf } from '../../lib/calendar.js';
import type { PersonKey } from '../../schema/keys.js';
import { type CodeColumn, type Days, NO_DAY, rowRangeOf, type Table } from '../columns/table.js';
import { defineRegistry, defineTable } from '../columns/tableDefinition.js';
import type { Restrictions } from '../restrictions/restrictions.js';
import { familyIndexOf, type MembershipTable } from './familyIndex.js';

/**
 * What the population register tells all registries, by key: two lists, kept and served like a registry's snapshot, but by
 * nobody's subgraph (docs/decisions/conditions.md).
 */
export const personFlagsRegistry = defineRegistry({
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

type DayTable<Names extends string> = Table & { readonly columns: Readonly<Record<Names, Int32Array>> };
type ResidenceTable = Table & { readonly columns: { readonly district: CodeColumn } };

/** What of the population register's tables the overlays are made of. */
export interface PersonFlagSource {
  readonly persons: DayTable<'birth'>;
  readonly memberships: MembershipTable;
  readonly residences: ResidenceTable;
  readonly nonDisclosures: NonDisclosureTable;
}

type NonDisclosureTable = DayTable<'start' | 'end'>;

/** What conditions ask of a person; the district as the number of its text in the table of residences. */
interface PersonFacts {
  readonly subject: PersonKey;
  readonly adultFrom: Day;
  readonly birthYear: number;
  readonly district: number | undefined;
}

/** A person under non-disclosure, or shielded by that of somebody, on some days. */
export interface Shield extends Days {
  readonly subject: PersonKey;
}

const AGE_OF_MAJORITY = 18;

/** The age and the district of each person: no more of them than conditions need, and no district of anyone shielded. */
export function* personFacts(
  { persons, residences }: Pick<PersonFlagSource, 'persons' | 'residences'>,
  shielded: ReadonlySet<PersonKey>,
  on: Day,
): Iterable<PersonFacts> {
  for (let row = 0; row < persons.rows; row++) {
    const subject = persons.subject[row]!;
    const birth = persons.columns.birth[row]!;
    const comesOfAge = addYears(birth, AGE_OF_MAJORITY);
    // Rows are ordered by start, so that the last one is where the person lives or lived last.
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
 * Everybody under non-disclosure, and everybody who was in a family with them during it: where a child goes to school, or
 * whose family a husband is in, tells where the mother is. Whoever has lived with them is shielded until it ends.
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

/** The non-disclosures that the population register itself holds. */
export function* registeredNonDisclosures({ rows, subject, columns }: NonDisclosureTable): Iterable<Shield> {
  for (let row = 0; row < rows; row++)
    yield { subject: subject[row]!, start: columns.start[row]!, end: columns.end[row]! };
}

function orOpen(day: Day): Day {
  return day === NO_DAY ? Infinity : day;
}

/** The marks, with who is shielded by those of non-disclosure found anew: the people, and whoever has lived with them. */
export function withDerivedShields(restrictions: Restrictions, memberships: MembershipTable): Restrictions {
  const found = new Map<PersonKey, Days[]>();
  for (const { subject, start, end } of shields(memberships, addedNonDisclosures(restrictions)))
    found.set(subject, [...(found.get(subject) ?? []), { start, end }]);
  return { ...restrictions, shields: found };
}

function* addedNonDisclosures({ people }: Restrictions): Iterable<Shield> {
  for (const [subject, days] of people['non-disclosure']) yield { subject, ...days };
}

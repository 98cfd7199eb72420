import { addYears, type Day, yearOf } from '../../../schema/calendar.js';
import type { PersonKey } from '../../../schema/keys.js';
import type { Days } from '../columns/days.js';
import { type CodeColumn, NO_DAY, rowsOf, type Table } from '../columns/table.js';
import { familyIndexOf, type MembershipTable } from './familyIndex.js';
import { OF_AGE } from './overlaysRegistry.js';

type DayTable<Names extends string> = Table & { readonly columns: Readonly<Record<Names, Int32Array>> };
type ResidenceTable = Table & { readonly columns: { readonly district: CodeColumn } };

/** What of the population register's tables the overlays are made of. */
export interface OverlaySource {
  readonly persons: DayTable<'birth'>;
  readonly memberships: MembershipTable;
  readonly residences: ResidenceTable;
  readonly nonDisclosures: NonDisclosureTable;
}

type NonDisclosureTable = DayTable<'start' | 'end'>;

/** What conditions ask of a person; the district as the number of its text in the table of residences. */
export interface PersonFacts {
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
  { persons, residences }: Pick<OverlaySource, 'persons' | 'residences'>,
  shielded: ReadonlySet<PersonKey>,
  on: Day,
): Iterable<PersonFacts> {
  for (let row = 0; row < persons.rows; row++) {
    const subject = persons.subject[row]!;
    const birth = persons.columns.birth[row]!;
    const comesOfAge = addYears(birth, AGE_OF_MAJORITY);
    // Rows are ordered by start, so that the last one is where the person lives or lived last.
    const [from, to] = shielded.has(subject) ? [0, 0] : rowsOf(residences, subject);
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
    const [from, to] = rowsOf(memberships, subject);
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

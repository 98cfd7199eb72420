import { yearOf } from '../../schema/calendar.js';
import type { PersonKey } from '../../schema/keys.js';
import { Turns } from '../../schema/turns.js';
import { codeAt } from '../registry/columns/table.js';
import { NO_FAMILY, type YearlyMemberships } from '../registry/groups/familyTypes.js';
import type { YearlyResidences } from '../registry/groups/yearlyResidences.js';
import { yearEndsIn } from '../registry/groups/yearEnds.js';
import type { RegistryStore } from '../registry/subgraph/registryContext.js';
import type { populationRegistry } from './tables.js';

export type PopulationStore = RegistryStore<typeof populationRegistry>;
type Tables = PopulationStore['tables'];

/** What groups ask of the population register, made once for each snapshot. */
export interface YearlyPopulation {
  readonly persons: Uint32Array;
  readonly birthYear: Uint16Array;
  readonly residences: YearlyResidences;
  readonly memberships: YearlyMemberships;
  /** The family that each of `persons` was in last; NO_FAMILY for none. */
  readonly lastFamily: Uint32Array;
}

const made = new WeakMap<object, YearlyPopulation>();

export function yearlyPopulation({ tables }: PopulationStore): YearlyPopulation {
  let yearly = made.get(tables);
  if (!yearly) {
    const { persons } = tables;
    yearly = {
      persons: persons.subject,
      birthYear: Uint16Array.from(persons.columns.birth, yearOf),
      residences: yearlyResidences(tables.residences),
      memberships: yearlyMemberships(tables.memberships),
      lastFamily: persons.subject.map((person) => lastFamilyOf(person, tables.memberships)),
    };
    made.set(tables, yearly);
  }
  return yearly;
}

function yearlyResidences({
  subject,
  columns: { district, start, end },
}: Tables['residences']): YearlyResidences {
  const { rows, firstYear, lastYear } = rowsAtYearEnds(start, end);
  return {
    person: rows.map((row) => subject[row]!),
    district: Uint16Array.from(rows, (row) => district.indices[row]!),
    firstYear,
    lastYear,
  };
}

function yearlyMemberships({ subject, columns }: Tables['memberships']): YearlyMemberships {
  const { family, role, start, end } = columns;
  const { rows, firstYear, lastYear } = rowsAtYearEnds(start, end);
  return {
    person: rows.map((row) => subject[row]!),
    family: rows.map((row) => family[row]!),
    parent: Uint8Array.from(rows, (row) => (codeAt(role, row) === 'parent' ? 1 : 0)),
    firstYear,
    lastYear,
  };
}

/** Intervals that held at the end of some year: their rows, and from the end of which year to that of which. */
function rowsAtYearEnds(
  start: Int32Array,
  end: Int32Array,
): { rows: Uint32Array; firstYear: Uint16Array; lastYear: Uint16Array } {
  const rows = new Uint32Array(start.length);
  const firstYear = new Uint16Array(start.length);
  const lastYear = new Uint16Array(start.length);
  let count = 0;
  for (let row = 0; row < start.length; row++) {
    const [first, last] = yearEndsIn(start[row]!, end[row]!);
    if (first > last) continue;
    rows[count] = row;
    firstYear[count] = first;
    lastYear[count++] = last;
  }
  return {
    rows: rows.slice(0, count),
    firstYear: firstYear.slice(0, count),
    lastYear: lastYear.slice(0, count),
  };
}

function lastFamilyOf(person: PersonKey, { offsets, columns }: Tables['memberships']): number {
  // Rows are ordered by start; keys beyond the offsets have no rows.
  const last = (offsets[person + 1] ?? 0) - 1;
  return last >= (offsets[person] ?? 0) ? columns.family[last]! : NO_FAMILY;
}

/** The memberships that exist for the caller: a family is counted without whoever was erased or restricted. */
export async function shownMemberships(store: PopulationStore): Promise<YearlyMemberships> {
  const { memberships } = yearlyPopulation(store);
  const { person, family } = memberships;
  let shown: Uint32Array | undefined;
  await new Turns().through(person.length, (from, to) => {
    for (let row = from; row < to; row++)
      if (store.isHidden(person[row]!)) (shown ??= family.slice())[row] = NO_FAMILY;
  });
  return shown ? { ...memberships, family: shown } : memberships;
}

import { addYears, parseDay, today } from '../../lib/calendar.js';
import { applyMask, noMaskTables } from '../../policies/engine/catalogue/masks.js';
import type { Condition, Decision, Permission } from '../../policies/engine/decision.js';
import type { WorldRequester } from '../city/serveWorld.js';
import type { World } from '../city/smallWorld.js';
import type { TestRow } from '../spec/tableOf.js';

/** The requester, and whether a break-glass reason is stated. */
export interface Viewer {
  readonly requester: WorldRequester;
  readonly decision: Decision;
  readonly breaksGlass: boolean;
}

interface RecordFacts {
  readonly start: number;
  readonly unit: string | undefined;
}

/** Types of records: the table, the field of Person that lists them, and their fields by column. */
const lists: readonly {
  registry: string;
  table: string;
  list: string;
  type: string;
  fields: Readonly<Record<string, string>>;
  feeds: boolean;
}[] = [
  {
    registry: 'health',
    table: 'contacts',
    list: 'Person.healthContacts',
    type: 'HealthContact',
    fields: {
      start: 'startedAt',
      end: 'endedAt',
      service: 'service',
      unit: 'unit',
      diagnosis: 'diagnosis',
      urgency: 'urgency',
    },
    feeds: true,
  },
  {
    registry: 'social',
    table: 'contacts',
    list: 'Person.socialContacts',
    type: 'SocialContact',
    fields: {
      start: 'startedAt',
      end: 'endedAt',
      service: 'service',
      unit: 'unit',
      kind: 'kind',
      decision: 'decision',
    },
    feeds: true,
  },
  {
    registry: 'social',
    table: 'incomeSupport',
    list: 'Person.incomeSupport',
    type: 'IncomeSupportMonth',
    fields: { month: 'month', amount: 'amount' },
    feeds: false,
  },
  {
    registry: 'education',
    table: 'enrolments',
    list: 'Person.enrolments',
    type: 'Enrolment',
    fields: {
      start: 'startedAt',
      end: 'endedAt',
      service: 'service',
      unit: 'unit',
      hoursPerWeek: 'hoursPerWeek',
    },
    feeds: false,
  },
];

const PATHS = ['ServicePath', 'FamilyServicePath'];

/**
 * All that policy lets a viewer know about a world, read directly from its rows: the definition against which
 * answers are checked. Two worlds with the same view must be indistinguishable.
 */
export function viewOf(whole: World, viewer: Viewer): string {
  const world = withoutHidden(whole, viewer);
  const judge = new Judge(world, whole, viewer);
  const known = [
    ...records(world, judge),
    ...people(world, judge),
    ...families(world, judge),
    ...clients(world, judge),
  ];
  return known.sort().join('\n');
}

/**
 * The world without rows of people who were erased in a registry, or are restricted there and are not the
 * viewer.
 */
export function withoutHidden(world: World, { requester }: Viewer): World {
  const kept = Object.entries(world).map(([registry, tables]) => {
    const isHidden = (person: number) =>
      hasRestriction(tables, 'erasure', person) ||
      (hasRestriction(tables, 'restriction', person) && person !== requester.person);
    const rest = Object.entries(tables).map(([table, rows]) => [
      table,
      rows.filter(({ person }) => !isHidden(person)),
    ]);
    return [registry, Object.fromEntries(rest)];
  });
  return Object.fromEntries(kept) as World;
}

/** Whether a person has a mark today; the last mark of a kind counts. */
function hasRestriction(tables: World[string], kind: string, person: number): boolean {
  const mark = tables[kind]?.findLast((row) => row.person === person);
  return mark !== undefined && isOn(mark, today());
}

function* records(world: World, judge: Judge): Iterable<string> {
  for (const { registry, table, list, type, fields, feeds } of lists) {
    for (const row of world[registry]?.[table] ?? []) {
      const { person } = row;
      const facts = {
        start: parseDay(text(row['start'] ?? row['month']))!,
        unit: row['unit'] as string | undefined,
      };
      const see = (look: (coordinate: string) => Permission | undefined) =>
        Object.entries(fields).map(([column, field]) => {
          const permission = look(`${type}.${field}`);
          // A month is shown as a month; a missing value, too.
          const value = column === 'month' ? text(row[column]).slice(0, 7) : (row[column] ?? null);
          return permission ? [field, masked(permission, value)] : [];
        });
      const shown = judge.sees(registry, list, person, facts)
        ? [
            row['id'] === undefined ? null : String(row['id']),
            see((field) => judge.sees(registry, field, person, facts)),
          ]
        : null;
      const fed = (feeds ? PATHS : []).map((path) => {
        const taken = (field: string) => judge.takes(registry, path, field, person, facts);
        const flows = taken(`${type}.service`) && taken(`${type}.startedAt`);
        return flows ? see(taken) : null;
      });
      if (shown || fed.some((feed) => feed !== null)) yield JSON.stringify([type, person, shown, fed]);
    }
  }
}

function* people(world: World, judge: Judge): Iterable<string> {
  const { persons = [], residences = [] } = world['population'] ?? {};
  for (const { person, birth, sex, language } of persons) {
    const facts = { birthYear: Number(text(birth).slice(0, 4)), sex: sex!, language: language! };
    for (const [field, value] of Object.entries(facts)) {
      const permission = judge.sees('population', `Person.${field}`, person);
      if (permission) yield JSON.stringify([field, person, masked(permission, value)]);
    }
  }
  for (const row of residences)
    if (judge.sees('population', 'Person.district', row.person)) yield JSON.stringify(['residence', row]);
}

function* families(world: World, judge: Judge): Iterable<string> {
  for (const row of world['population']?.['memberships'] ?? []) {
    const { person } = row;
    const facts = { start: parseDay(text(row['start']))!, unit: undefined };
    const channels: [list: string, type: string, other: string, key: unknown, among: unknown][] = [
      ['Person.families', 'FamilyMembership', 'family', row['family'], person],
      ['Family.members', 'FamilyMember', 'person', person, row['family']],
    ];
    for (const [list, type, other, key, among] of channels) {
      if (!judge.sees('population', list, person, facts)) continue;
      const columns = {
        [other]: key,
        role: row['role'],
        startedAt: row['start'],
        endedAt: row['end'] ?? null,
      };
      const seen = Object.entries(columns).map(([field, value]) => {
        const permission = judge.sees('population', `${type}.${field}`, person, facts);
        return permission ? [field, masked(permission, value)] : [];
      });
      yield JSON.stringify([type, among, seen]);
    }
    const taken = (field: string) =>
      judge.takes('population', 'FamilyServicePath', `FamilyMember.${field}`, person, facts);
    if (taken('person') && taken('startedAt')) yield JSON.stringify(['member', row]);
  }
}

function* clients(world: World, judge: Judge): Iterable<string> {
  for (const [registry, list] of [
    ['health', 'Person.healthContacts'],
    ['social', 'Person.socialContacts'],
    ['education', 'Person.educationContacts'],
  ] as const) {
    const all = new Set((world[registry]?.['careRelationships'] ?? []).map(({ person }) => person));
    for (const person of all)
      if (judge.serves(registry, person) && judge.takes(registry, 'PersonPage', list, person))
        yield JSON.stringify(['client', person]);
  }
}

class Judge {
  /**
   * @param world without hidden rows
   * @param whole with hidden rows: nobody's protection ends because another person's rows are hidden
   */
  constructor(
    private readonly world: World,
    private readonly whole: World,
    private readonly viewer: Viewer,
  ) {}

  sees(registry: string, coordinate: string, person: number, record?: RecordFacts): Permission | undefined {
    return this.permitted(registry, this.viewer.decision.show(coordinate), coordinate, person, record);
  }

  takes(
    registry: string,
    type: string,
    coordinate: string,
    person: number,
    record?: RecordFacts,
  ): Permission | undefined {
    return this.permitted(
      registry,
      this.viewer.decision.derive(type, coordinate),
      coordinate,
      person,
      record,
    );
  }

  serves(registry: string, person: number): boolean {
    const { employee, units = [] } = this.viewer.requester;
    return this.rows(registry, 'careRelationships', person).some(
      (row) =>
        isOn(row, today()) &&
        (row['employee'] === undefined ? units.includes(text(row['unit'])) : row['employee'] === employee),
    );
  }

  private permitted(
    registry: string,
    permissions: readonly Permission[],
    coordinate: string,
    person: number,
    record: RecordFacts | undefined,
  ): Permission | undefined {
    if (this.viewer.decision.shields(coordinate) && this.isShielded(person)) return undefined;
    return permissions.find(({ conditions }) =>
      conditions.every((condition) => this.holds(registry, condition, person, record)),
    );
  }

  private holds(
    registry: string,
    condition: Condition,
    person: number,
    record: RecordFacts | undefined,
  ): boolean {
    const { requester, breaksGlass } = this.viewer;
    switch (condition) {
      case 'care-relationship':
        return this.serves(registry, person);
      case 'not-objected':
        return (
          registry !== 'population' &&
          !hasRestriction(this.whole[registry] ?? {}, 'objection', person) &&
          !this.rows(registry, 'objections', person).some((row) => parseDay(text(row['start']))! <= today())
        );
      case 'own-unit':
        return record?.unit !== undefined && (requester.units ?? []).includes(record.unit);
      case 'own-data':
        return person === requester.person;
      case 'break-glass':
        return breaksGlass;
      case 'minor':
      case 'adult': {
        const [row] = this.rows('population', 'persons', person);
        const isAdult = row && addYears(parseDay(text(row['birth']))!, 18) <= today();
        return isAdult === (condition === 'adult');
      }
      default: {
        const years = Number(/^within-years\((\d+)\)$/.exec(condition)![1]);
        return record !== undefined && record.start >= addYears(today(), -years);
      }
    }
  }

  private isShielded(person: number): boolean {
    const register = this.whole['population'] ?? {};
    const { nonDisclosures = [], memberships = [] } = register;
    const lastOfEach = new Map(register['non-disclosure']?.map((mark) => [mark.person, mark]));
    return [...nonDisclosures, ...lastOfEach.values()].some((mark) => {
      if (!isOn(mark, today())) return false;
      if (mark.person === person) return true;
      const homes = memberships.filter((row) => row.person === mark.person);
      return memberships.some(
        (row) =>
          row.person === person &&
          homes.some((home) => home['family'] === row['family'] && overlap([mark, home, row])),
      );
    });
  }

  private rows(registry: string, table: string, person: number): readonly TestRow[] {
    return (this.world[registry]?.[table] ?? []).filter((row) => row.person === person);
  }
}

function masked({ mask }: Permission, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  return mask ? (applyMask(mask, value as string | number, noMaskTables) ?? null) : value;
}

function isOn(row: TestRow, day: number): boolean {
  return (
    parseDay(text(row['start']))! <= day && (row['end'] === undefined || parseDay(text(row['end']))! >= day)
  );
}

function overlap(rows: readonly TestRow[]): boolean {
  const start = Math.max(...rows.map((row) => parseDay(text(row['start']))!));
  const end = Math.min(
    ...rows.map((row) => (row['end'] === undefined ? Infinity : parseDay(text(row['end']))!)),
  );
  return start <= end;
}

function text(value: unknown): string {
  return String(value);
}

import { CooperativeScheduler } from '../../lib/cooperativeScheduler.js';
import { Feed, type FeedColumn } from '../../schema/feed.js';
import type { PersonKey } from '../../schema/keys.js';
import {
  type ChildHousehold,
  ChildHouseholds,
  type Feature,
  type HouseholdPart,
  UNKNOWN_PERSON,
} from '../features/feature.js';
import type { FeedDeclaration } from './guardFeed.js';
import { isOfRecord, type RequestAccess } from './requestAccess.js';

/**
 * Makes a feed of the households of children whose data may be used. Relatives whose data may not be used
 * become UNKNOWN_PERSON, so that the other registries do not know them.
 */
export async function guardHouseholds(
  { households }: HouseholdAnswers,
  declared: FeedDeclaration,
  access: RequestAccess,
): Promise<Feed> {
  const known = await permissionTest(0, declared, access, households.length > 1);
  const relatives = (persons: readonly PersonKey[]): PersonKey[] =>
    persons.map((person) => (known(person) ? person : UNKNOWN_PERSON));
  const open: ChildHousehold[] = [];
  await new CooperativeScheduler().forEachChunk(households.length, (from, to) => {
    for (const { child, parents, siblings } of households.slice(from, to))
      if (known(child)) open.push({ child, parents: relatives(parents), siblings: relatives(siblings) });
  });
  return ChildHouseholds.of(open).feed;
}

/**
 * Makes a feed of features for children whose data may be used. The conditions of each person apply to the
 * rows of that person. The feed has the columns `child` and `factor` (feature ids), the columns of numbers
 * (feature by feature, each for all children), and `shown`.
 */
export async function guardFeatures(
  { children, features, columns, reportsVisibility, texts }: FeatureAnswers,
  declared: FeedDeclaration,
  access: RequestAccess,
): Promise<Feed> {
  const all = children.children.length > 1;
  const mayBeUsed = await permissionTest(0, declared, access, all);
  const known = await permissionTest(declared.exposed, declared, access, all);
  const open: ChildHousehold[] = [];
  await new CooperativeScheduler().forEachChunk(children.children.length, (from, to) => {
    for (let index = from; index < to; index++) {
      const household = children.at(index);
      if (mayBeUsed(household.child)) open.push(household);
    }
  });
  const feed: Record<string, FeedColumn> = {
    child: Uint32Array.from(open, ({ child }) => child),
    factor: features.map(({ id }) => id),
  };
  for (const column of columns) feed[column.name] = await readColumns(column, open, known);
  if (reportsVisibility) feed['shown'] = await visibleFeatures(features, open, access);
  return Feed.data({ ...feed, ...texts });
}

async function readColumns(
  { size, read }: ChildValues,
  households: readonly ChildHousehold[],
  known: (person: PersonKey) => boolean,
): Promise<Float32Array> {
  const count = households.length;
  const values = new Float32Array(size * count);
  const row = new Float32Array(size);
  await new CooperativeScheduler().forEachChunk(count, (from, to) => {
    for (let at = from; at < to; at++) {
      read(households[at]!, known, row);
      for (let number = 0; number < size; number++) values[number * count + at] = row[number]!;
    }
  });
  return values;
}

/**
 * By feature, then by child: 1 if the caller may see every coordinate that the feature reveals, unmasked, of
 * every person concerned.
 */
async function visibleFeatures(
  features: FeatureAnswers['features'],
  households: readonly ChildHousehold[],
  access: RequestAccess,
): Promise<Uint8Array> {
  const shown = new Uint8Array(features.length * households.length);
  const show = ({ child, parents, siblings }: ChildHousehold, at: number): void => {
    const persons = { child: [child], parents, siblings };
    // Hundreds of features use about ten coordinates, so results are cached.
    const answers = new Map<string, boolean>();
    const isShown = (coordinate: string, part: HouseholdPart): boolean => {
      const key = `${part} ${coordinate}`;
      let answer = answers.get(key);
      if (answer === undefined) {
        answer = persons[part].every((subject) => {
          const permission = access.showPermission(coordinate, { subject });
          return permission !== undefined && permission.mask === undefined;
        });
        answers.set(key, answer);
      }
      return answer;
    };
    features.forEach(({ part, reads }, number) => {
      if (reads.every((coordinate) => isShown(coordinate, part))) shown[number * households.length + at] = 1;
    });
  };
  await new CooperativeScheduler().forEachChunk(households.length, (from, to) => {
    for (let at = from; at < to; at++) show(households[at]!, at);
  });
  return shown;
}

/**
 * Makes a test of whether a person's data may be used in the derived type. It checks the declared coordinates
 * from an index on; the coordinates before it are those that a feed repeats of the child only. A number can
 * stand for several records, so a condition on records never holds for it.
 * @param all whether the test will run for everybody, not only for a few persons
 */
async function permissionTest(
  from: number,
  declared: FeedDeclaration,
  access: RequestAccess,
  all: boolean,
): Promise<(person: PersonKey) => boolean> {
  const coordinates = declared.coordinates.slice(from);
  const ways = declared
    .permissionsUnder(access.decision)
    .permissions.slice(from)
    .map((permissions) => permissions.filter(({ conditions }) => !conditions.some(isOfRecord)));
  if (all) {
    const permitted = await access.permittedPersons(ways, coordinates);
    return permitted ? (person) => permitted.has(person) : (person) => person !== UNKNOWN_PERSON;
  }
  const answers = new Map<PersonKey, boolean>();
  const may = (person: PersonKey): boolean =>
    person !== UNKNOWN_PERSON &&
    !access.hides(person) &&
    coordinates.every(
      (coordinate, index) =>
        access.permit(ways[index]!, { subject: person }) !== undefined &&
        !access.isShielded(coordinate, person),
    );
  return (person) => {
    let answer = answers.get(person);
    if (answer === undefined) answers.set(person, (answer = may(person)));
    return answer;
  };
}

/** The households, before enforcement removes persons. */
export interface HouseholdAnswers {
  readonly households: readonly ChildHousehold[];
}

/** One or more columns of numbers about each child. */
export interface ChildValues {
  readonly name: string;
  readonly size: number;
  readonly read: (
    household: ChildHousehold,
    known: (person: PersonKey) => boolean,
    into: Float32Array,
  ) => void;
}

/** The answer of a feed's resolver for features. Enforcement decides which persons' columns are read. */
export interface FeatureAnswers {
  readonly children: ChildHouseholds;
  readonly features: readonly Feature[];
  /**
   * Each entry becomes a column of the feed: number by number, each for all children. `value` has the
   * features.
   */
  readonly columns: readonly ChildValues[];
  /** Whether the feed says for each feature if the caller may see the data that it uses. */
  readonly reportsVisibility: boolean;
  /** Columns that are not about persons, such as dictionaries. */
  readonly texts?: Readonly<Record<string, readonly string[]>>;
}

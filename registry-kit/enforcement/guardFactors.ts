import { Turns } from '../../lib/cooperativeScheduler.js';
import { Feed, type FeedColumn } from '../../schema/feed.js';
import type { PersonKey } from '../../schema/keys.js';
import { type Factor, type Household, Households, SOMEBODY, type Whose } from '../features/feature.js';
import { type Access, isOfRecord } from './access.js';
import type { FeedDeclaration } from './guardFeed.js';

/**
 * Makes a feed of households: of children who may be taken. A relative of whom nothing may be taken is somebody, unknown to
 * the registries that count.
 */
export async function guardHouseholds(
  { households }: HouseholdAnswers,
  declared: FeedDeclaration,
  access: Access,
): Promise<Feed> {
  const known = await permitted(0, declared, access, households.length > 1);
  const relatives = (persons: readonly PersonKey[]): PersonKey[] =>
    persons.map((person) => (known(person) ? person : SOMEBODY));
  const open: Household[] = [];
  await new Turns().through(households.length, (from, to) => {
    for (const { child, parents, siblings } of households.slice(from, to))
      if (known(child)) open.push({ child, parents: relatives(parents), siblings: relatives(siblings) });
  });
  return Households.of(open).feed;
}

/**
 * Makes a feed of factors: of children who may be taken, by rows of people who may be: each person's own conditions govern that
 * person's rows. Columns, each factor after the other: `child`, `factor` (ids), those of the numbers, and `shown`.
 */
export async function guardFactors(
  { of, factors, numbers, tellsShown, texts }: FactorAnswers,
  declared: FeedDeclaration,
  access: Access,
): Promise<Feed> {
  const all = of.children.length > 1;
  const mayBeAsked = await permitted(0, declared, access, all);
  const known = await permitted(declared.exposed, declared, access, all);
  const open: Household[] = [];
  await new Turns().through(of.children.length, (from, to) => {
    for (let index = from; index < to; index++) {
      const household = of.at(index);
      if (mayBeAsked(household.child)) open.push(household);
    }
  });
  const columns: Record<string, FeedColumn> = {
    child: Uint32Array.from(open, ({ child }) => child),
    factor: factors.map(({ id }) => id),
  };
  for (const part of numbers) columns[part.name] = await readNumbers(part, open, known);
  if (tellsShown) columns['shown'] = await shownFactors(factors, open, access);
  return Feed.data({ ...columns, ...texts });
}

async function readNumbers(
  { size, read }: ChildNumbers,
  households: readonly Household[],
  known: (person: PersonKey) => boolean,
): Promise<Float32Array> {
  const count = households.length;
  const columns = new Float32Array(size * count);
  const row = new Float32Array(size);
  await new Turns().through(count, (from, to) => {
    for (let at = from; at < to; at++) {
      read(households[at]!, known, row);
      for (let number = 0; number < size; number++) columns[number * count + at] = row[number]!;
    }
  });
  return columns;
}

/** By factor, then by child: 1 where the caller may see, unmasked, every coordinate that it tells of, of everybody concerned. */
async function shownFactors(
  factors: FactorAnswers['factors'],
  households: readonly Household[],
  access: Access,
): Promise<Uint8Array> {
  const shown = new Uint8Array(factors.length * households.length);
  const show = ({ child, parents, siblings }: Household, at: number): void => {
    const persons = { child: [child], parents, siblings };
    // Hundreds of factors are made of some ten coordinates.
    const answers = new Map<string, boolean>();
    const isShown = (coordinate: string, whose: Whose): boolean => {
      const asked = `${whose} ${coordinate}`;
      let answer = answers.get(asked);
      if (answer === undefined) {
        answer = persons[whose].every((subject) => {
          const permission = access.shown(coordinate, { subject });
          return permission !== undefined && permission.mask === undefined;
        });
        answers.set(asked, answer);
      }
      return answer;
    };
    factors.forEach(({ whose, reads }, number) => {
      if (reads.every((coordinate) => isShown(coordinate, whose))) shown[number * households.length + at] = 1;
    });
  };
  await new Turns().through(households.length, (from, to) => {
    for (let at = from; at < to; at++) show(households[at]!, at);
  });
  return shown;
}

/**
 * Whether a person may be taken into the derived type, by the declared coordinates from a place on: the first ones are what a feed
 * repeats of the child alone. A condition on records cannot be asked of a number that stands for several, so it does not hold.
 * @param all whether it will be asked of everybody, rather than of some
 */
async function permitted(
  from: number,
  declared: FeedDeclaration,
  access: Access,
  all: boolean,
): Promise<(person: PersonKey) => boolean> {
  const coordinates = declared.coordinates.slice(from);
  const ways = declared
    .takenBy(access.decision)
    .permissions.slice(from)
    .map((permissions) => permissions.filter(({ conditions }) => !conditions.some(isOfRecord)));
  if (all) {
    const open = await access.everybody(ways, coordinates);
    return open ? (person) => open.has(person) : (person) => person !== SOMEBODY;
  }
  const answers = new Map<PersonKey, boolean>();
  const may = (person: PersonKey): boolean =>
    person !== SOMEBODY &&
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

/** Who lives with whom, before enforcement has looked at whom it may be told of. */
export interface HouseholdAnswers {
  readonly households: readonly Household[];
}

/** Numbers about each child that a registry hands over besides its factors. */
export interface ChildNumbers {
  readonly name: string;
  readonly size: number;
  readonly read: (household: Household, known: (person: PersonKey) => boolean, into: Float32Array) => void;
}

/** What a feed's resolver answers of factors: how they are read, of whom enforcement lets it. */
export interface FactorAnswers {
  readonly of: Households;
  readonly factors: readonly Factor[];
  /** Each becomes a column, number after number, each of all children: `value` holds the factors. */
  readonly numbers: readonly ChildNumbers[];
  /** Whether the feed tells of each factor if the caller may see what it is made of. */
  readonly tellsShown: boolean;
  /** Columns that are about nobody: dictionaries. */
  readonly texts?: Readonly<Record<string, readonly string[]>>;
}

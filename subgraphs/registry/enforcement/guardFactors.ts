import { Feed, type FeedColumn } from '../../../schema/feed.js';
import type { PersonKey } from '../../../schema/keys.js';
import { Turns } from '../../../schema/turns.js';
import { type Household, Households, SOMEBODY } from '../factors/household.js';
import type { Access } from './access.js';
import type { ChildNumbers, FactorAnswers, HouseholdAnswers } from './factorAnswers.js';
import type { FeedDeclaration } from './guardFeed.js';

/** Children who are read between two looks at the clock. */
const CHILDREN_AT_ONCE = 256;

/**
 * Makes a feed of households: of children who may be taken. A relative of whom nothing may be taken is somebody, unknown to
 * the registries that count.
 */
export function guardHouseholds(
  { households }: HouseholdAnswers,
  declared: FeedDeclaration,
  access: Access,
): Feed {
  const known = permitted(0, declared, access);
  const relatives = (persons: readonly PersonKey[]): PersonKey[] =>
    persons.map((person) => (known(person) ? person : SOMEBODY));
  const open = households
    .filter(({ child }) => known(child))
    .map(({ child, parents, siblings }): Household => ({
      child,
      parents: relatives(parents),
      siblings: relatives(siblings),
    }));
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
  const [mayBeAsked, known] = [permitted(0, declared, access), permitted(declared.exposed, declared, access)];
  const open: Household[] = [];
  for (let index = 0; index < of.children.length; index++) {
    const household = of.at(index);
    if (mayBeAsked(household.child)) open.push(household);
  }
  const columns: Record<string, FeedColumn> = {
    child: Uint32Array.from(open, ({ child }) => child),
    factor: factors.map(({ id }) => id),
  };
  for (const part of numbers) columns[part.name] = await readNumbers(part, open, known);
  if (tellsShown) columns['shown'] = shownFactors(factors, open, access);
  return Feed.data({ ...columns, ...texts });
}

async function readNumbers(
  { size, read }: ChildNumbers,
  households: readonly Household[],
  known: (person: PersonKey) => boolean,
): Promise<Float32Array> {
  const [turns, count] = [new Turns(), households.length];
  const columns = new Float32Array(size * count);
  const row = new Float32Array(size);
  for (let at = 0; at < count; at++) {
    if (at % CHILDREN_AT_ONCE === 0 && turns.over) await turns.next();
    read(households[at]!, known, row);
    for (let number = 0; number < size; number++) columns[number * count + at] = row[number]!;
  }
  return columns;
}

/** By factor, then by child: 1 where the caller may see, unmasked, every coordinate that it tells of, of everybody concerned. */
function shownFactors(
  factors: FactorAnswers['factors'],
  households: readonly Household[],
  access: Access,
): Uint8Array {
  const shown = new Uint8Array(factors.length * households.length);
  households.forEach(({ child, parents, siblings }, at) => {
    const persons = { child: [child], parents, siblings };
    factors.forEach(({ whose, reads }, number) => {
      const isShown = reads.every((coordinate) =>
        persons[whose].every((subject) => {
          const permission = access.shown(coordinate, { subject });
          return permission !== undefined && permission.mask === undefined;
        }),
      );
      if (isShown) shown[number * households.length + at] = 1;
    });
  });
  return shown;
}

/**
 * Whether a person may be taken into the derived type, by the declared coordinates from a place on: the first ones are what a feed
 * repeats of the child alone.
 */
function permitted(from: number, declared: FeedDeclaration, access: Access): (person: PersonKey) => boolean {
  const { permissions } = declared.takenBy(access.decision);
  const answers = new Map<PersonKey, boolean>();
  return (person) => {
    let answer = answers.get(person);
    if (answer === undefined) {
      answer =
        person !== SOMEBODY &&
        !access.hides(person) &&
        declared.coordinates.every(
          (coordinate, index) =>
            index < from ||
            (access.permit(permissions[index]!, { subject: person }) !== undefined &&
              !access.isShielded(coordinate, person)),
        );
      answers.set(person, answer);
    }
    return answer;
  };
}

import { NotApplicable } from './attack.js';
import { valuesUnder } from './verifyAnswer.js';
import type { Sight } from './sight.js';
import type { Target } from './target.js';

const LISTED = 'persons(first: 1000)';

/** Sends a request about every person that a requester may list. */
export async function ofPeople(
  target: Target,
  { requester }: Sight,
  selection: string,
): Promise<readonly Person[]> {
  const { body } = await target.ask(requester, `{ ${LISTED} { nodes { id ${selection} } } }`);
  const page = body.data?.['persons'] as { nodes: readonly Person[] | null } | undefined;
  return page?.nodes ?? [];
}

/** What was requested about a person. */
export type Person = Readonly<Record<string, unknown>> & { readonly id: string };

/**
 * The requesters who may list people, with the ids of these people.
 * @throws NotApplicable when nobody may
 */
export async function thoseWithPeople(
  target: Target,
  ...coordinates: readonly string[]
): Promise<readonly { readonly sight: Sight; readonly ids: readonly string[] }[]> {
  const sights = await target.whoSee('Query.persons', 'PersonPage.nodes', ...coordinates);
  const found = [];
  for (const sight of sights) {
    const ids = (await ofPeople(target, sight, '')).map(({ id }) => id);
    if (ids.length > 0) found.push({ sight, ids });
  }
  if (found.length === 0) throw new NotApplicable('requesters who may list people see nobody in the list');
  return found;
}

/** The ids of families of the people that a requester may list. */
export async function familiesOf(target: Target, sight: Sight): Promise<readonly string[]> {
  if (!sight.shows('Person.families') || !sight.shows('FamilyMembership.family')) return [];
  const people = await ofPeople(target, sight, 'families { family { familyId: id } }');
  return [...new Set([...valuesUnder(people, 'familyId')].map(String))];
}

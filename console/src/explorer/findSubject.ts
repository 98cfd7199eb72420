import { noShortcomings, readShortcomings, type Shortcomings } from '../refusals/readShortcomings.js';
import type { GatewayClient } from '../session/gatewayClient.js';

/** An id to try an example with, or why there is none. */
export interface Subject {
  readonly id: string | undefined;
  readonly shortcomings: Shortcomings;
}

interface Person {
  readonly id: string;
  readonly families?: readonly { readonly family: { readonly id: string } | null }[] | null;
}

const queries = {
  person: 'query SomePerson { persons(first: 1) { nodes { id } } }',
  family: 'query SomeFamily { persons(first: 20) { nodes { id families { family { id } } } } }',
};

/** The first person, or the first family of anyone, whom the client may see. */
export async function findSubject(client: GatewayClient, about: 'person' | 'family'): Promise<Subject> {
  const answer = await client.ask<{ persons: { nodes: readonly Person[] | null } | null }>(
    { query: queries[about] },
    false,
  );
  const people = answer.data?.persons?.nodes ?? [];
  const id =
    about === 'person'
      ? people[0]?.id
      : people.flatMap(({ families }) => families ?? []).find(({ family }) => family)?.family?.id;
  return { id, shortcomings: id === undefined ? readShortcomings(answer) : noShortcomings };
}

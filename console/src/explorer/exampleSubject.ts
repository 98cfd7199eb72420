import { noShortcomings, readShortcomings, type Shortcomings } from '../refusals/readShortcomings.js';
import type { GatewayClient } from '../session/gatewayClient.js';
import type { TextLanguage } from '../texts/languages.js';

/** An id for an example, or the reason why there is none. */
interface ExampleSubject {
  readonly id: string | undefined;
  readonly shortcomings: Shortcomings;
}

interface ExamplePerson {
  readonly id: string;
  readonly families?: readonly { readonly family: { readonly id: string } | null }[] | null;
}

const queries = {
  person: 'query SomePerson { persons(first: 1) { nodes { id } } }',
  family: 'query SomeFamily { persons(first: 20) { nodes { id families { family { id } } } } }',
};

/** The first person that the client may see, or the first family of such a person. */
export async function findSubject(
  client: GatewayClient,
  about: 'person' | 'family',
  language: TextLanguage,
): Promise<ExampleSubject> {
  const { answer } = await client.ask<{ persons: { nodes: readonly ExamplePerson[] | null } | null }>(
    { query: queries[about] },
    { language, partial: false },
  );
  const people = answer.data?.persons?.nodes ?? [];
  const id =
    about === 'person'
      ? people[0]?.id
      : people.flatMap(({ families }) => families ?? []).find(({ family }) => family)?.family?.id;
  return { id, shortcomings: id === undefined ? readShortcomings(answer) : noShortcomings };
}

import type { PersonKey } from '../../schema/keys.js';

/** One page of persons, in an order that tells nothing of them: shuffled within the pseudonymisation domain. */
export function pageOf(
  persons: ReadonlySet<PersonKey>,
  { first, after }: { readonly first: number; readonly after: PersonKey | null },
  shuffle: (person: PersonKey) => number,
): { persons: PersonKey[]; hasMore: boolean } {
  const ranked = [...persons].map((person) => ({ person, rank: shuffle(person) }));
  const beyond = after === null ? ranked : ranked.filter(({ rank }) => rank > shuffle(after));
  const ordered = beyond.sort((a, b) => a.rank - b.rank).map(({ person }) => person);
  return { persons: ordered.slice(0, Math.max(0, first)), hasMore: ordered.length > first };
}

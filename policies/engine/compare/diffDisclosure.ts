import type { DisclosureParameters } from '../disclosure/parameters.js';
import type { Policy } from '../decide/policy.js';

export interface DisclosureDiff {
  readonly sentence: string;
  readonly widens: boolean;
  readonly narrows: boolean;
}

/** Each parameter, and whether more of it is stricter. */
const PARAMETERS: readonly {
  readonly name: string;
  readonly of: (parameters: DisclosureParameters) => number;
  readonly stricter: 'more' | 'less';
}[] = [
  { name: 'the minimum', of: ({ minimum }) => minimum, stricter: 'more' },
  { name: 'the least number of families', of: ({ families }) => families, stricter: 'more' },
  { name: 'the largest share of a family', of: ({ familyShare }) => familyShare, stricter: 'less' },
  { name: 'the largest noise', of: ({ noise }) => noise.maximum, stricter: 'more' },
  { name: 'the variance of noise', of: ({ noise }) => noise.variance, stricter: 'more' },
  { name: 'questions a month', of: ({ questions }) => questions, stricter: 'less' },
];

/** What changes in the protection of numbers of groups, for every purpose and registry that both policies know. */
export function diffDisclosure(before: Policy, after: Policy): DisclosureDiff[] {
  const shared = [...after.model.registries.keys()].filter((name) => before.model.registries.has(name));
  return shared.flatMap((registry) =>
    [...after.purposes.keys()].flatMap((purpose) => {
      const [was, is] = [before.disclosure(purpose, [registry]), after.disclosure(purpose, [registry])];
      return compareDisclosure(was, is).map(({ sentence, ...change }) => ({
        ...change,
        sentence: `Groups with data of ${registry}, for ${purpose}: ${sentence}.`,
      }));
    }),
  );
}

/** Each parameter that differs: what it was, and what it is. */
export function compareDisclosure(was: DisclosureParameters, is: DisclosureParameters): DisclosureDiff[] {
  return PARAMETERS.flatMap(({ name, of, stricter }): DisclosureDiff[] => {
    const [from, to] = [of(was), of(is)];
    if (from === to) return [];
    const narrows = stricter === 'more' ? to > from : to < from;
    return [{ sentence: `${name} was ${from}, and is ${to}`, narrows, widens: !narrows }];
  });
}

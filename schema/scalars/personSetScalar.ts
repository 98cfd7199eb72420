import { GraphQLScalarType } from 'graphql';
import { PersonSet } from '../personSet.js';
import { PolkuError } from '../polkuError.js';

/** Hidden from the API; only derived types hand sets to registries. */
export const PersonSetScalar = new GraphQLScalarType<PersonSet, PersonSet>({
  name: 'PersonSet',
  description: 'A set of persons by their keys, which derived types hand to registries.',
  serialize: (value) => value as PersonSet,
  parseValue: (value) => {
    const set = PersonSet.from(value);
    if (!set) throw new PolkuError('BAD_USER_INPUT', 'Expected a set of persons.');
    return set;
  },
  parseLiteral: () => {
    throw new PolkuError('BAD_USER_INPUT', 'A set of persons cannot be written as a literal.');
  },
});

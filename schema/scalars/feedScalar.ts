import { GraphQLScalarType } from 'graphql';
import { Feed } from '../feed.js';
import { PolkuError } from '../polkuError.js';

/** Hidden from the API; only derived types take feeds. */
export const FeedScalar = new GraphQLScalarType<Feed, Feed>({
  name: 'Feed',
  description: 'Columns that one registry hands to a derived type.',
  serialize: (value) => value as Feed,
  parseValue: (value) => Feed.from(value),
  parseLiteral: () => {
    throw new PolkuError('BAD_USER_INPUT', 'A feed cannot be written as a literal.');
  },
});

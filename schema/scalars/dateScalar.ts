import { GraphQLScalarType, Kind } from 'graphql';
import { type Day, formatDay, parseDay } from '../calendar.js';
import { PolkuError } from '../polkuError.js';

function readDay(value: unknown): Day {
  const day = typeof value === 'string' ? parseDay(value) : undefined;
  if (day === undefined) throw new PolkuError('BAD_USER_INPUT', 'Expected a date such as "2012-05-14".');
  return day;
}

export const DateScalar = new GraphQLScalarType<Day, string>({
  name: 'Date',
  description: 'A calendar date by ISO 8601: 2012-05-14.',
  serialize: (day) => formatDay(day as Day),
  parseValue: readDay,
  parseLiteral: (node) => readDay(node.kind === Kind.STRING ? node.value : undefined),
});

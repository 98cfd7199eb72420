import { GraphQLScalarType, Kind } from 'graphql';
import type { Day } from '../calendar.js';
import { PolkuError } from '../polkuError.js';
import { formatQuarter, parseQuarter } from '../quarter.js';

function readQuarter(value: unknown): Day {
  const day = typeof value === 'string' ? parseQuarter(value) : undefined;
  if (day === undefined) throw new PolkuError('BAD_USER_INPUT', 'Expected a quarter such as "2007-Q1".');
  return day;
}

export const QuarterScalar = new GraphQLScalarType<Day, string>({
  name: 'Quarter',
  description:
    'A quarter of a year: 2007-Q1. As of it means as of its first day, by what began before that day.',
  serialize: (day) => formatQuarter(day as Day),
  parseValue: readQuarter,
  parseLiteral: (node) => readQuarter(node.kind === Kind.STRING ? node.value : undefined),
});

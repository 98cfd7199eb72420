import { GraphQLScalarType, Kind } from 'graphql';
import { isPartialDate, type PartialDate } from '../partialDate.js';
import { PolkuError } from '../polkuError.js';

function readPartialDate(value: unknown): PartialDate {
  if (typeof value === 'string' && isPartialDate(value)) return value;
  throw new PolkuError('BAD_USER_INPUT', 'Expected a date such as "2012", "2012-05" or "2012-05-14".');
}

export const PartialDateScalar = new GraphQLScalarType<PartialDate, PartialDate>({
  name: 'PartialDate',
  description: 'A date by ISO 8601, told no more exactly than policy allows: 2012, 2012-05 or 2012-05-14.',
  serialize: (date) => date as PartialDate,
  parseValue: readPartialDate,
  parseLiteral: (node) => readPartialDate(node.kind === Kind.STRING ? node.value : undefined),
});

import { GraphQLScalarType, Kind, type ValueNode } from 'graphql';
import { type Day, formatDay, formatQuarter, parseDay, parseQuarter } from '../lib/calendar.js';
import { PolkuError } from '../lib/errors.js';
import { isPartialDate, type PartialDate } from '../lib/partialDate.js';
import { Feed } from './feed.js';
import type { ContactKey, FamilyKey, PersonKey } from './keys.js';
import { PersonSet } from './personSet.js';

const MAX_KEY = 0xffff_ffff;
const RECORD_KEY = /^[0-9a-f]{16}$/;

function integerKey(value: unknown): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MAX_KEY) return value;
  throw new PolkuError('BAD_USER_INPUT', 'Expected a key; registries are asked by the gateway only.');
}

function recordKey(value: unknown): string {
  if (typeof value === 'string' && RECORD_KEY.test(value)) return value;
  throw new PolkuError('BAD_USER_INPUT', 'Expected a record key; registries are asked by the gateway only.');
}

/** The gateway hoists id literals into variables before planning, so a registry never meets one. */
function noLiteral(node: ValueNode): never {
  throw new PolkuError('BAD_USER_INPUT', `Expected an id in a variable, got a literal (${node.kind}).`);
}

function keyScalar<Key>(
  name: string,
  description: string,
  read: (value: unknown) => Key,
): GraphQLScalarType<Key, Key> {
  return new GraphQLScalarType({
    name,
    description,
    serialize: read,
    parseValue: read,
    parseLiteral: noLiteral,
  });
}

export const PersonIDScalar = keyScalar<PersonKey>(
  'PersonID',
  'A person, as this recipient may know them for this purpose; the same person has another id elsewhere.',
  integerKey,
);
export const FamilyIDScalar = keyScalar<FamilyKey>(
  'FamilyID',
  'A family, as this recipient may know it for this purpose.',
  integerKey,
);
export const ContactIDScalar = keyScalar<ContactKey>(
  'ContactID',
  'A record of a registry, as this recipient may know it for this purpose.',
  recordKey,
);

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

/** A code has eleven characters; blanks around it are forgiven. */
const LONGEST_TEXT = 16;

/** Its form is checked by linkage, the only zone that may read it. */
export const IdentityCodeScalar = new GraphQLScalarType<string, string>({
  name: 'IdentityCode',
  description: 'A Finnish personal identity code. It is sent as a variable, never written into an operation.',
  serialize: () => {
    throw new PolkuError('INTERNAL_SERVER_ERROR', 'An identity code never leaves.');
  },
  // What is no text is no code either, and linkage says so: an error thrown here would be reworded to quote the value.
  parseValue: (value) => (typeof value === 'string' && value.length <= LONGEST_TEXT ? value : ''),
  parseLiteral: () => {
    throw new PolkuError(
      'IDENTITY_CODE_LITERAL',
      'Send the identity code as a variable: $code: IdentityCode!.',
    );
  },
});

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

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
  throw new PolkuError('BAD_USER_INPUT', 'Expected a key. Only the gateway may query registries.');
}

function recordKey(value: unknown): string {
  if (typeof value === 'string' && RECORD_KEY.test(value)) return value;
  throw new PolkuError('BAD_USER_INPUT', 'Expected a record key. Only the gateway may query registries.');
}

/** The gateway moves id literals into variables before planning, so a registry never receives one. */
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
  'The id of a person for this recipient and purpose. For others the same person has another id.',
  integerKey,
);
export const FamilyIDScalar = keyScalar<FamilyKey>(
  'FamilyID',
  'The id of a family for this recipient and purpose.',
  integerKey,
);
export const ContactIDScalar = keyScalar<ContactKey>(
  'ContactID',
  'The id of a record in a registry for this recipient and purpose.',
  recordKey,
);

function readDay(value: unknown): Day {
  const day = typeof value === 'string' ? parseDay(value) : undefined;
  if (day === undefined) throw new PolkuError('BAD_USER_INPUT', 'Expected a date such as "2012-05-14".');
  return day;
}

export const DateScalar = new GraphQLScalarType<Day, string>({
  name: 'Date',
  description: 'A calendar date in ISO 8601 form: 2012-05-14.',
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
  description: 'A date in ISO 8601 form, with the precision that policy allows: 2012, 2012-05 or 2012-05-14.',
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
    'A quarter of a year: 2007-Q1. It stands for its first day: only what began before that day counts.',
  serialize: (day) => formatQuarter(day as Day),
  parseValue: readQuarter,
  parseLiteral: (node) => readQuarter(node.kind === Kind.STRING ? node.value : undefined),
});

/** A code has eleven characters, and blanks around it are allowed. */
const LONGEST_TEXT = 16;

/** Linkage checks the form of a code, because it is the only zone that may read one. */
export const IdentityCodeScalar = new GraphQLScalarType<string, string>({
  name: 'IdentityCode',
  description: 'A Finnish personal identity code. Send it as a variable, never in the text of an operation.',
  serialize: () => {
    throw new PolkuError('INTERNAL_SERVER_ERROR', 'Identity codes are never returned.');
  },
  // Linkage rejects the empty text. An error thrown here would be reworded by graphql-js and quote the value.
  parseValue: (value) => (typeof value === 'string' && value.length <= LONGEST_TEXT ? value : ''),
  parseLiteral: () => {
    throw new PolkuError(
      'IDENTITY_CODE_LITERAL',
      'Send the identity code as a variable: $code: IdentityCode!.',
    );
  },
});

/** Not in the public API. Only derived types send sets to registries. */
export const PersonSetScalar = new GraphQLScalarType<PersonSet, PersonSet>({
  name: 'PersonSet',
  description: 'A set of persons by key. Only derived types send it to registries.',
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

/** Not in the public API. Only derived types read feeds. */
export const FeedScalar = new GraphQLScalarType<Feed, Feed>({
  name: 'Feed',
  description: 'Columns that one registry gives to a derived type.',
  serialize: (value) => value as Feed,
  parseValue: (value) => Feed.from(value),
  parseLiteral: () => {
    throw new PolkuError('BAD_USER_INPUT', 'A feed cannot be written as a literal.');
  },
});

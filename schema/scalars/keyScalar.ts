import { GraphQLScalarType, type ValueNode } from 'graphql';
import type { ContactKey, FamilyKey, PersonKey } from '../keys.js';
import { PolkuError } from '../polkuError.js';

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

import { getNamedType, type GraphQLSchema, isObjectType } from 'graphql';
import type { ReferenceResolver } from '../../lib/buildFederatedSchema.js';
import type { TaskClient } from '../../lib/fairQueue.js';
import type { ObjectBudget } from '../../lib/objectBudget.js';
import type { PersonKey } from '../../schema/keys.js';
import { PersonIDScalar } from '../../schema/scalars.js';
import type { DecisionContext } from '../../schema/tokens/decisionContext.js';
import type { CodeCatalogue } from '../codes/codeCatalogue.js';
import type { RequestAccess } from '../enforcement/requestAccess.js';
import type { Manifest } from '../snapshot/manifest.js';

/**
 * What a resolver may use while one request is answered: the caller, their permissions, and the registry's
 * rows as of the start of the request.
 */
export interface RequestContext<Store = unknown> {
  readonly decision: DecisionContext;
  readonly access: RequestAccess;
  /** Merged keys as of the start of the request. */
  readonly mergedPersons: MergedPersons;
  readonly store: Store;
  /** The code lists that labels come from. */
  readonly codes: CodeCatalogue;
  /** The client of the gateway, if it is known when the client disconnects. */
  readonly client?: TaskClient | undefined;
  /** The remaining number of objects that the answer may hold. */
  readonly budget: ObjectBudget;
}

// Two codes may turn out to belong to one person. Then one key is current, and ids issued for the other key
// must still resolve to that person. Keys enter a subgraph in three ways: as an argument, as the key of an
// entity, and as the caller.

/** Merged keys -> the current key. */
export type MergedPersons = ReadonlyMap<PersonKey, PersonKey>;

const NONE: MergedPersons = new Map();
const merged = new WeakMap<Manifest, MergedPersons>();

/** The merged keys in the manifest of the person flags. */
export function mergedPersonsIn(personFlags: Manifest): MergedPersons {
  if (!personFlags.mergedPersons?.length) return NONE;
  let persons = merged.get(personFlags);
  if (!persons) merged.set(personFlags, (persons = new Map(personFlags.mergedPersons)));
  return persons;
}

export function currentPerson(persons: MergedPersons, person: PersonKey): PersonKey {
  return persons.get(person) ?? person;
}

/** Every key of a person, the current one first. Older records still hold the former keys. */
export function everyKeyOf(persons: MergedPersons, person: PersonKey): PersonKey[] {
  const current = currentPerson(persons, person);
  return [current, ...[...persons.keys()].filter((former) => persons.get(former) === current)];
}

/** The decision context with the current key of the caller. */
export function withCurrentPerson(decision: DecisionContext, persons: MergedPersons): DecisionContext {
  const { person } = decision;
  return person !== undefined && persons.has(person)
    ? { ...decision, person: currentPerson(persons, person) }
    : decision;
}

type Reference = ReferenceResolver<RequestContext>;

/** Wraps the entity resolvers so that they receive current keys, whichever key a representation holds. */
export function referencesToCurrentPersons(
  references: Readonly<Record<string, Reference>>,
  schema: () => GraphQLSchema,
): Readonly<Record<string, Reference>> {
  return Object.fromEntries(
    Object.entries(references).map(([typename, resolve]) => {
      let fields: readonly string[] | undefined;
      const byCurrent: Reference = (representation, context) => {
        const { mergedPersons } = context;
        if (mergedPersons.size === 0) return resolve(representation, context);
        fields ??= personFields(schema(), typename);
        const renamed = fields
          .filter((field) => mergedPersons.has(representation[field] as PersonKey))
          .map((field) => [field, mergedPersons.get(representation[field] as PersonKey)]);
        return resolve({ ...representation, ...Object.fromEntries(renamed) }, context);
      };
      return [typename, byCurrent];
    }),
  );
}

/** The fields of a type that hold a person's key. */
function personFields(schema: GraphQLSchema, typename: string): readonly string[] {
  const type = schema.getType(typename);
  if (!isObjectType(type)) return [];
  return Object.values(type.getFields())
    .filter((field) => getNamedType(field.type).name === PersonIDScalar.name)
    .map(({ name }) => name);
}

import { getNamedType, type GraphQLSchema, isObjectType } from 'graphql';
import type { ReferenceResolver } from '../../lib/buildFederatedSchema.js';
import type { TaskClient } from '../../lib/fairQueue.js';
import type { ObjectBudget } from '../../lib/objectBudget.js';
import type { PersonKey } from '../../schema/keys.js';
import { PersonIDScalar } from '../../schema/scalars.js';
import type { DecisionContext } from '../../schema/tokens/decisionContext.js';
import type { RequestAccess } from '../enforcement/requestAccess.js';
import type { Manifest } from '../snapshot/manifest.js';

/**
 * What a resolver may use while one request is answered: who asks, what they may see, and the registry's rows as they
 * stood when the request began.
 */
export interface RequestContext<Store = unknown> {
  readonly decision: DecisionContext;
  readonly access: RequestAccess;
  /** See mergedPersons.ts. */
  readonly mergedPersons: MergedPersons;
  readonly store: Store;
  /** For whom the gateway asks, where it is known when they go. */
  readonly client?: TaskClient | undefined;
  /** What is left of the objects that the answer may hold. */
  readonly budget: ObjectBudget;
}

// Two codes may turn out to be one person's: then one key counts, and ids that were given out for the other must still lead to that
// person. Keys come into a subgraph in three ways: as an argument, as the key of an entity, and as the caller.

/** Keys that turned out to be another's person -> the key that counts now. */
export type MergedPersons = ReadonlyMap<PersonKey, PersonKey>;

const NONE: MergedPersons = new Map();
const merged = new WeakMap<Manifest, MergedPersons>();

/** What the manifest of the overlays says of them. */
export function mergedPersonsIn(overlays: Manifest): MergedPersons {
  if (!overlays.mergedPersons?.length) return NONE;
  let persons = merged.get(overlays);
  if (!persons) merged.set(overlays, (persons = new Map(overlays.mergedPersons)));
  return persons;
}

export function currentPerson(persons: MergedPersons, person: PersonKey): PersonKey {
  return persons.get(person) ?? person;
}

/** Every key that a person has had, the one that counts now first: what was written down before still names the others. */
export function everyKeyOf(persons: MergedPersons, person: PersonKey): PersonKey[] {
  const current = currentPerson(persons, person);
  return [current, ...[...persons.keys()].filter((former) => persons.get(former) === current)];
}

/** The decision, of a caller who is known by the key that counts now. */
export function withCurrentPerson(decision: DecisionContext, persons: MergedPersons): DecisionContext {
  const { person } = decision;
  return person !== undefined && persons.has(person)
    ? { ...decision, person: currentPerson(persons, person) }
    : decision;
}

type Reference = ReferenceResolver<RequestContext>;

/** How entities are found by the keys that count now, whichever a representation names. */
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

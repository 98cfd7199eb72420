import { isNonNullType, isObjectType, type OperationDefinitionNode, print } from 'graphql';
import { type DataObject, own } from '../execution/dataObject.js';
import type { VariableValues } from '../execution/variables.js';
import type { EntityKey, EntityTypes } from '../hooks.js';
import type { FetchPlace, RepresentedField } from '../planning/queryPlan.js';
import { isHandedOver, type PlanGraph } from './fetchSelection.js';

/** Adds the observed entities that a value carries as keys or rows. */
export type NoteEntities = (value: DataObject, entities: Set<EntityKey>) => void;

/**
 * Compiles which observed entities the representations of a fetch carry: entities whose keys they hold, and
 * entities whose rows are handed over about one entity. Values about pages and groups are about many entities
 * and show few or none, so they name nobody. The audit record has their coordinates.
 * @returns undefined where nothing can be carried
 */
export function representedEntities(
  places: readonly FetchPlace[],
  graph: PlanGraph,
): NoteEntities | undefined {
  const readers = new Map<string, NoteEntities[]>();
  for (const { typename, fields } of places.flatMap(({ entities }) => entities)) {
    const known = readers.get(typename) ?? [];
    readers.set(typename, [...known, ...readersOf(typename, fields, graph)]);
  }
  if ([...readers.values()].every((found) => found.length === 0)) return undefined;
  return (value, entities) => {
    for (const read of readers.get(String(own(value, '__typename'))) ?? []) read(value, entities);
  };
}

function readersOf(
  typename: string,
  represented: readonly RepresentedField[],
  graph: PlanGraph,
): NoteEntities[] {
  const { schema, types } = graph;
  const { observed, handedOver } = types;
  const type = schema.getType(typename);
  if (!observed || !isObjectType(type)) return [];
  const fields = type.getFields();
  const isAboutOne = Object.values(fields).some(
    ({ type: of }) => isNonNullType(of) && types.isKeyScalar(namedType(of)),
  );
  return represented.flatMap(({ name }): NoteEntities[] => {
    if (namedType(fields[name]?.type) === observed.scalar)
      return [(value, entities) => addKeys(own(value, name), entities)];
    if (!handedOver || !isAboutOne || !isHandedOver(typename, name, graph)) return [];
    return [
      (value, entities) => {
        const handed = own(value, name);
        if (handedOver.is(handed)) for (const entity of handedOver.entities(handed)) entities.add(entity);
      },
    ];
  });
}

/** Compiles which observed entities the variables of a fetch carry. */
export function variableEntities(
  { variableDefinitions = [] }: OperationDefinitionNode,
  { observed }: EntityTypes,
): ((values: VariableValues, entities: Set<EntityKey>) => void) | undefined {
  const names = variableDefinitions
    .filter(({ type }) => namedType(print(type)) === observed?.scalar)
    .map(({ variable }) => variable.name.value);
  if (names.length === 0) return undefined;
  return (values, entities) => {
    for (const name of names) addKeys(values[name], entities);
  };
}

function addKeys(value: unknown, entities: Set<EntityKey>): void {
  if (Array.isArray(value)) for (const item of value) addKeys(item, entities);
  else if (typeof value === 'number') entities.add(value);
}

/** Returns the name of a type without lists and exclamation marks. */
function namedType(type: unknown): string {
  return String(type).replace(/[[\]!]/g, '');
}

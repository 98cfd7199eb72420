import type { QueryPlanSelectionNode } from '@apollo/query-planner';
import {
  type GraphQLSchema,
  isNonNullType,
  isObjectType,
  type OperationDefinitionNode,
  print,
} from 'graphql';
import { Feed } from '../../schema/feed.js';
import type { KeyScalar, PersonKey } from '../../schema/keys.js';
import { type DataObject, own } from '../execution/dataObject.js';
import type { VariableValues } from '../execution/variables.js';
import { isFeedField } from './fetchSelection.js';

/** Adds the people whose keys or rows a value carries. */
export type NotePeople = (value: DataObject, people: Set<PersonKey>) => void;

/**
 * Compiles who is carried by the representations of a fetch: persons by their keys, and those in whose rows a feed of one
 * person or one family consists. Feeds of pages and groups are of many of whom few are shown or none, and name nobody: the
 * record has their coordinates. Undefined where nobody can be carried.
 */
export function representedPeople(
  requires: readonly QueryPlanSelectionNode[],
  schema: GraphQLSchema,
): NotePeople | undefined {
  const readers = new Map<string, NotePeople[]>();
  for (const selection of requires) {
    if (selection.kind !== 'InlineFragment' || selection.typeCondition === undefined) continue;
    const { typeCondition } = selection;
    const known = readers.get(typeCondition) ?? [];
    readers.set(typeCondition, [...known, ...readersOf(typeCondition, selection.selections, schema)]);
  }
  if ([...readers.values()].every((found) => found.length === 0)) return undefined;
  return (value, people) => {
    for (const read of readers.get(String(own(value, '__typename'))) ?? []) read(value, people);
  };
}

function readersOf(
  typename: string,
  selections: readonly QueryPlanSelectionNode[],
  schema: GraphQLSchema,
): NotePeople[] {
  const type = schema.getType(typename);
  if (!isObjectType(type)) return [];
  const fields = type.getFields();
  const isOfFew = Object.values(fields).some(
    ({ type: of }) => isNonNullType(of) && (isNamed(of, 'PersonID') || isNamed(of, 'FamilyID')),
  );
  return selections.flatMap((field): NotePeople[] => {
    if (field.kind !== 'Field') return [];
    const key = field.alias ?? field.name;
    if (isNamed(fields[field.name]?.type, 'PersonID'))
      return [(value, people) => addKeys(own(value, key), people)];
    if (!isOfFew || !isFeedField(typename, field.name, schema)) return [];
    return [(value, people) => addRows(own(value, key), people)];
  });
}

/** Compiles who is carried by the variables of a fetch. */
export function variablePeople({
  variableDefinitions = [],
}: OperationDefinitionNode): ((values: VariableValues, people: Set<PersonKey>) => void) | undefined {
  const names = variableDefinitions
    .filter(({ type }) => isNamed(print(type), 'PersonID'))
    .map(({ variable }) => variable.name.value);
  if (names.length === 0) return undefined;
  return (values, people) => {
    for (const name of names) addKeys(values[name], people);
  };
}

function addKeys(value: unknown, people: Set<PersonKey>): void {
  if (Array.isArray(value)) for (const item of value) addKeys(item, people);
  else if (typeof value === 'number') people.add(value);
}

function addRows(feed: unknown, people: Set<PersonKey>): void {
  const rows = feed instanceof Feed ? feed.columns['person'] : undefined;
  if (rows instanceof Uint32Array) for (const person of rows) people.add(person);
}

function isNamed(type: unknown, scalar: KeyScalar): boolean {
  return String(type).replace(/[[\]!]/g, '') === scalar;
}

import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  type GraphQLSchema,
  isInterfaceType,
} from 'graphql';
import type { Decision } from '../../policies/engine/decision.js';

type FieldType = GraphQLObjectType | GraphQLInterfaceType;

/**
 * The schema coordinates that a field of a type stands for. Owners decide on objects; a field of an interface stands
 * for that field of every possible type, so that neither is a way around the other (CVE-2025-64530, CVE-2025-64173).
 */
export function fieldCoordinates(
  schema: GraphQLSchema,
  type: FieldType,
  field: { readonly name: string },
): readonly string[] {
  return ownersOf(schema, type).map(({ name }) => `${name}.${field.name}`);
}

/** Likewise of an argument: `Type.field(argument:)`. */
export function argumentCoordinates(
  schema: GraphQLSchema,
  type: FieldType,
  field: { readonly name: string },
  argument: { readonly name: string },
): readonly string[] {
  return fieldCoordinates(schema, type, field).map((coordinate) => `${coordinate}(${argument.name}:)`);
}

export function isFieldShown(
  schema: GraphQLSchema,
  decision: Decision,
  type: FieldType,
  field: GraphQLField<unknown, unknown>,
): boolean {
  return fieldCoordinates(schema, type, field).every((coordinate) => decision.show(coordinate).length > 0);
}

export function isArgumentShown(
  schema: GraphQLSchema,
  decision: Decision,
  type: FieldType,
  field: GraphQLField<unknown, unknown>,
  argument: GraphQLArgument,
): boolean {
  return argumentCoordinates(schema, type, field, argument).every(
    (coordinate) => decision.show(coordinate).length > 0,
  );
}

function ownersOf(schema: GraphQLSchema, type: FieldType): readonly GraphQLObjectType[] {
  return isInterfaceType(type) ? schema.getPossibleTypes(type) : [type];
}

import {
  type DocumentNode,
  type FieldNode,
  type GraphQLField,
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  type GraphQLSchema,
  isIntrospectionType,
  isUnionType,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import type { Decision, Refusal } from '../../policies/engine/decision.js';
import { PolkuError } from '../../schema/polkuError.js';
import { argumentCoordinates, fieldCoordinates } from './coordinates.js';

/** One field as a document selects it, with every coordinate that it needs. */
export interface SelectedField {
  readonly node: FieldNode;
  readonly field: GraphQLField<unknown, unknown>;
  readonly coordinates: readonly string[];
}

/**
 * Every coordinate that a document selects: fields of objects, those behind fields of interfaces, and arguments.
 * Introspection is left out; it tells no more than the visible schema.
 */
export function selectedFields(schema: GraphQLSchema, document: DocumentNode): readonly SelectedField[] {
  const selected: SelectedField[] = [];
  const typeInfo = new TypeInfo(schema);
  visit(
    document,
    visitWithTypeInfo(typeInfo, {
      Field(node) {
        const found = selectedField(schema, typeInfo, node);
        if (found) selected.push(found);
      },
    }),
  );
  return selected;
}

/** What the field under the visitor needs; undefined where it is GraphQL's own. */
export function selectedField(
  schema: GraphQLSchema,
  typeInfo: TypeInfo,
  node: FieldNode,
): SelectedField | undefined {
  const type = typeInfo.getParentType();
  if (node.name.value.startsWith('__') || !type || isUnionType(type) || isIntrospectionType(type)) return;
  const field = typeInfo.getFieldDef();
  if (!field) throw new Error(`${type.name}.${node.name.value} passed validation and is not in the schema.`);
  return { node, field, coordinates: coordinatesOf(schema, type, field, node) };
}

function coordinatesOf(
  schema: GraphQLSchema,
  type: GraphQLObjectType | GraphQLInterfaceType,
  field: GraphQLField<unknown, unknown>,
  node: FieldNode,
): readonly string[] {
  const names = (node.arguments ?? []).map(({ name }) => ({ name: name.value }));
  return [
    ...fieldCoordinates(schema, type, field),
    ...names.flatMap((argument) => argumentCoordinates(schema, type, field, argument)),
  ];
}

/** Why the decision does not show a selected field; empty where it does. The arguments of a hidden field go without saying. */
export function refusalsOf({ coordinates }: SelectedField, decision: Decision): readonly Refusal[] {
  const hidden = new Set(coordinates.filter((coordinate) => decision.show(coordinate).length === 0));
  return [...hidden]
    .filter((coordinate) => !coordinate.includes('(') || !hidden.has(coordinate.split('(')[0]!))
    .map((coordinate) => decision.refusal(coordinate));
}

/** The first tier's answer to an operation that asks for more than its caller may see: nothing at all, and why. */
export function notPermitted(refusals: readonly [Refusal, ...Refusal[]], decision: Decision): PolkuError {
  const { purpose, revision } = decision;
  const [first] = refusals;
  const others = refusals.length > 1 ? ` It is one of ${refusals.length} refusals.` : '';
  return new PolkuError(
    'PURPOSE_NOT_PERMITTED',
    `${first.reason}${others} Leave it out; nothing was answered.`,
    { ...first, purpose, revision, refusals },
  );
}

/** Each coordinate once, in order. */
export function distinct(refusals: readonly Refusal[]): readonly Refusal[] {
  return [...new Map(refusals.map((refusal) => [refusal.coordinate, refusal])).values()];
}

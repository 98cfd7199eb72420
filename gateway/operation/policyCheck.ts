import {
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldNode,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  type GraphQLSchema,
  isInterfaceType,
  isIntrospectionType,
  isUnionType,
  Kind,
  parse,
  TypeInfo,
  valueFromASTUntyped,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { PolkuError } from '../../lib/errors.js';
import type { Decision, Explanation } from '../../policies/engine/decision.js';
import type { SubgraphSdl } from '../../policies/engine/parse/readSubgraph.js';
import { inLanguage, type Language, type LocalizedText } from '../../schema/language.js';

/** A field that a document selects, with every coordinate that it needs. */
export interface SelectedCoordinates {
  readonly node: FieldNode;
  readonly field: GraphQLField<unknown, unknown>;
  readonly coordinates: readonly string[];
}

/**
 * Every coordinate that a document selects: fields of objects, the fields behind fields of interfaces, and
 * arguments. Introspection is left out, because it shows only the visible schema.
 */
export function selectedFields(
  schema: GraphQLSchema,
  document: DocumentNode,
): readonly SelectedCoordinates[] {
  const selected: SelectedCoordinates[] = [];
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

/** What the field under the visitor needs; undefined for a field that GraphQL itself defines. */
export function selectedField(
  schema: GraphQLSchema,
  typeInfo: TypeInfo,
  node: FieldNode,
): SelectedCoordinates | undefined {
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

/**
 * Why the decision does not show a selected field; empty if it does. Arguments of a hidden field are left
 * out.
 */
export function refusalsOf({ coordinates }: SelectedCoordinates, decision: Decision): readonly Explanation[] {
  const hidden = new Set(coordinates.filter((coordinate) => decision.show(coordinate).length === 0));
  return [...hidden]
    .filter((coordinate) => !coordinate.includes('(') || !hidden.has(coordinate.split('(')[0]!))
    .map((coordinate) => decision.explain(coordinate));
}

/**
 * Refuses an operation that asks for more than its caller may see: nothing is answered, and the error gives
 * the reasons.
 */
export function notPermitted(
  refusals: readonly [Explanation, ...Explanation[]],
  { purpose, revision }: Decision,
  language: Language,
): PolkuError {
  const first = spoken(refusals[0], language);
  const others = refusals.length > 1 ? ` ${inLanguage(oneOf(refusals.length), language)}` : '';
  return new PolkuError(
    'PURPOSE_NOT_PERMITTED',
    `${first.reason}${others} ${inLanguage(NOTHING_ANSWERED, language)}`,
    { ...first, purpose, revision, refusals: refusals.map((refusal) => spoken(refusal, language)) },
  );
}

const NOTHING_ANSWERED: LocalizedText = {
  en: 'Leave it out; nothing was answered.',
  fi: 'Jätä kenttä pois; mihinkään ei vastattu.',
  sv: 'Utelämna fältet; inget besvarades.',
};

function oneOf(count: number): LocalizedText {
  return {
    en: `It is one of ${count} refusals.`,
    fi: `Se on yksi ${count} epäyksestä.`,
    sv: `Det är ett av ${count} avslag.`,
  };
}

/** An explanation as a response carries it. */
interface SpokenExplanation {
  readonly coordinate: string;
  readonly registry: string;
  readonly owner: string;
  readonly reason: string;
}

/** An explanation in the language of a request. */
export function spoken(explanation: Explanation, language: Language): SpokenExplanation {
  const { coordinate, registry, owner, reason } = explanation;
  return {
    coordinate,
    registry,
    owner: inLanguage(owner, language),
    reason: inLanguage(reason, language),
  };
}

/** Each coordinate once, in order. */
export function distinct(refusals: readonly Explanation[]): readonly Explanation[] {
  return [...new Map(refusals.map((refusal) => [refusal.coordinate, refusal])).values()];
}

type FieldType = GraphQLObjectType | GraphQLInterfaceType;

/**
 * The schema coordinates that a field of a type stands for. Owners decide on objects. A field of an interface
 * stands for that field of every possible type, so neither bypasses the other (CVE-2025-64530,
 * CVE-2025-64173).
 */
function fieldCoordinates(
  schema: GraphQLSchema,
  type: FieldType,
  field: { readonly name: string },
): readonly string[] {
  return ownersOf(schema, type).map(({ name }) => `${name}.${field.name}`);
}

/** The same for an argument: `Type.field(argument:)`. */
function argumentCoordinates(
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

/**
 * The fields that an owner must release for derivation before a part of an input type is useful (`@takes`).
 */
interface RequiredFields {
  readonly type: string;
  readonly fields: readonly string[];
}

/**
 * Which fields of input types and values of enumerations a decision makes available. A criterion of a group
 * is useless to a caller if the owner of the tested field does not release it for derivation.
 */
export class DerivableInputs {
  /** By `Type.field` or `Enumeration.VALUE`. */
  readonly #required = new Map<string, RequiredFields>();

  constructor(contracts: readonly SubgraphSdl[]) {
    for (const { sdl } of contracts)
      for (const node of parse(sdl, { noLocation: true }).definitions) {
        if (node.kind !== Kind.INPUT_OBJECT_TYPE_DEFINITION && node.kind !== Kind.ENUM_TYPE_DEFINITION)
          continue;
        const parts = node.kind === Kind.ENUM_TYPE_DEFINITION ? node.values : node.fields;
        for (const { name, directives = [] } of parts ?? []) {
          const requires = directives.find((directive) => directive.name.value === 'takes');
          if (requires) this.#required.set(`${node.name.value}.${name.value}`, requiredBy(requires));
        }
      }
  }

  /** A part without `@takes` is always available. */
  isAvailable(coordinate: string, decision: Decision): boolean {
    const required = this.#required.get(coordinate);
    return !required || required.fields.every((field) => decision.derive(required.type, field).length > 0);
  }
}

function requiredBy({ arguments: given = [] }: ConstDirectiveNode): RequiredFields {
  return Object.fromEntries(
    given.map(({ name, value }) => [name.value, valueFromASTUntyped(value)]),
  ) as unknown as RequiredFields;
}

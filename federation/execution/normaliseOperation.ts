import {
  type ASTNode,
  type ConstValueNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  getLocation,
  getNamedType,
  getNullableType,
  type GraphQLInputType,
  type GraphQLSchema,
  type GraphQLType,
  isInputObjectType,
  isListType,
  isNonNullType,
  Kind,
  parseType,
  typeFromAST,
  TypeInfo,
  type TypeNode,
  valueFromASTUntyped,
  type ValueNode,
  type VariableDefinitionNode,
  type VariableNode,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import type { EntityTypes } from '../hooks.js';
import { dataKeyOf, isIntrospection } from './responseShape.js';

/** A variable of the normal operation: one of the client, or an id from the text. */
export interface OperationVariable {
  /** Its internal name. */
  readonly name: string;
  /** Its name in errors. */
  readonly label: string;
  readonly type: TypeNode;
  readonly defaultValue: ConstValueNode | undefined;
  /** Whether it is used where null is not allowed, whatever its type allows. */
  readonly nonNull: boolean;
  /** Where its value comes from. */
  readonly source: { readonly variable: string } | { readonly literal: unknown };
}

interface NormalOperation {
  readonly document: DocumentNode;
  readonly variables: readonly OperationVariable[];
  /** The internal names of the variables of @skip and @include. */
  readonly conditions: readonly string[];
}

/**
 * Converts an operation into its normal form for planning. Data keys are keys that no schema field can have
 * (responseShape.ts). Variables get internal names, because fetches declare `representations`. Ids move
 * from the text into variables, because ids are unsealed by type before a registry receives them.
 * @param document one valid operation with its fragments
 */
export function normaliseOperation(
  document: DocumentNode,
  { apiSchema: schema, types }: { readonly apiSchema: GraphQLSchema; readonly types: EntityTypes },
): NormalOperation {
  const variables: OperationVariable[] = [];
  const nonNull = nonNullVariables(document, schema);
  const typeInfo = new TypeInfo(schema);
  let introspecting = 0;
  const conditions = new Set<string>();

  const hoist = (literal: ValueNode, type: GraphQLInputType): VariableNode => {
    const name = `id_${variables.length}`;
    const source = { literal: valueFromASTUntyped(literal) };
    const label = `The id in the operation${place(literal)}`;
    variables.push({
      name,
      label,
      type: parseType(String(type)),
      defaultValue: undefined,
      nonNull: isNonNullType(type),
      source,
    });
    return variableNode(name);
  };
  const hoistKey = (node: ValueNode): VariableNode | undefined => {
    const type = typeInfo.getInputType();
    return type && types.isKeyScalar(getNamedType(type).name) ? hoist(node, type) : undefined;
  };

  const normal = visit(
    document,
    visitWithTypeInfo(typeInfo, {
      Field: {
        enter(node): FieldNode | undefined {
          if (isIntrospection(node)) introspecting += 1;
          if (introspecting > 0) return undefined;
          const takesArguments = (typeInfo.getFieldDef()?.args ?? []).length > 0;
          return withDataKey(node, dataKeyOf(node, takesArguments));
        },
        leave(node): void {
          if (isIntrospection(node)) introspecting -= 1;
        },
      },
      FragmentDefinition: {
        enter(node): void {
          if (isOnIntrospection(node)) introspecting += 1;
        },
        leave(node): void {
          if (isOnIntrospection(node)) introspecting -= 1;
        },
      },
      Directive({ arguments: given = [] }): void {
        for (const { value } of given)
          if (value.kind === Kind.VARIABLE) conditions.add(innerName(value.name.value));
      },
      VariableDefinition(node): VariableDefinitionNode | undefined {
        const { type, defaultValue } = node;
        const variable = node.variable.name.value;
        const name = innerName(variable);
        variables.push({
          name,
          label: `$${variable}`,
          type,
          defaultValue,
          nonNull: nonNull.has(variable),
          source: { variable },
        });
        // A registry receives no id as a literal, including defaults. The value is sent instead.
        return holdsKeys(typeFromAST(schema, type), types) ? withoutDefault(node) : undefined;
      },
      Variable(node): VariableNode {
        return variableNode(innerName(node.name.value));
      },
      IntValue: hoistKey,
      FloatValue: hoistKey,
      StringValue: hoistKey,
      BooleanValue: hoistKey,
      EnumValue: hoistKey,
      ObjectValue: hoistKey,
      ListValue(node): VariableNode | undefined {
        const type = typeInfo.getParentInputType();
        const isItemised = isListType(getNullableType(type ?? undefined));
        return isItemised ? undefined : hoistKey(node);
      },
    }),
  );
  return { document: withDefinitions(normal, variables), variables, conditions: [...conditions].sort() };
}

function withDataKey({ alias: _alias, ...field }: FieldNode, key: string): FieldNode {
  return key === field.name.value ? field : { ...field, alias: { kind: Kind.NAME, value: key } };
}

function withoutDefault({ defaultValue: _default, ...node }: VariableDefinitionNode): VariableDefinitionNode {
  return node;
}

function isOnIntrospection({ typeCondition }: FragmentDefinitionNode): boolean {
  return typeCondition.name.value.startsWith('__');
}

function innerName(variable: string): string {
  return `v_${variable}`;
}

function variableNode(name: string): VariableNode {
  return { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: name } };
}

/** Whether a value of this type can hold an id, at any depth. */
function holdsKeys(type: GraphQLType | undefined, types: EntityTypes, seen = new Set<string>()): boolean {
  if (!type) return false;
  const named = getNamedType(type);
  if (!isInputObjectType(named)) return types.isKeyScalar(named.name);
  if (seen.has(named.name)) return false;
  seen.add(named.name);
  return Object.values(named.getFields()).some((field) => holdsKeys(field.type, types, seen));
}

/**
 * Declares the hoisted ids. A variable without its former default becomes non-null where null is not allowed.
 */
function withDefinitions(document: DocumentNode, variables: readonly OperationVariable[]): DocumentNode {
  const byName = new Map(variables.map((variable) => [variable.name, variable]));
  const hoisted = variables.filter(({ source }) => 'literal' in source).map(definition);
  const firm = (node: VariableDefinitionNode): VariableDefinitionNode => {
    const { defaultValue, nonNull } = byName.get(node.variable.name.value)!;
    const lost = defaultValue !== undefined && !node.defaultValue;
    if (!lost || !nonNull || node.type.kind === Kind.NON_NULL_TYPE) return node;
    return { ...node, type: { kind: Kind.NON_NULL_TYPE, type: node.type } };
  };
  const definitions = document.definitions.map((node) =>
    node.kind === Kind.OPERATION_DEFINITION
      ? { ...node, variableDefinitions: [...(node.variableDefinitions ?? []).map(firm), ...hoisted] }
      : node,
  );
  return { ...document, definitions };
}

function definition({ name, type }: OperationVariable): VariableDefinitionNode {
  return { kind: Kind.VARIABLE_DEFINITION, variable: variableNode(name), type };
}

function place({ loc }: ASTNode): string {
  if (!loc) return '';
  const { line, column } = getLocation(loc.source, loc.start);
  return ` at line ${line}, column ${column},`;
}

/**
 * Returns the variables of an operation that are used where null is not allowed. A variable with a default
 * may have a nullable type there (AllowedVariableUsage, GraphQL §5.8.5). Null as its value is then an error
 * (§6.4.1, CoerceArgumentValues).
 * @param document one valid operation with its fragments
 */
export function nonNullVariables(document: DocumentNode, schema: GraphQLSchema): ReadonlySet<string> {
  const names = new Set<string>();
  const typeInfo = new TypeInfo(schema);
  visit(
    document,
    visitWithTypeInfo(typeInfo, {
      VariableDefinition: () => false,
      Variable({ name }) {
        if (isNonNullType(typeInfo.getInputType())) names.add(name.value);
      },
    }),
  );
  return names;
}

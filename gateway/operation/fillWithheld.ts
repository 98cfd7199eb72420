import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  GraphQLIncludeDirective,
  type GraphQLOutputType,
  type GraphQLSchema,
  GraphQLSkipDirective,
  getDirectiveValues,
  getNamedType,
  getOperationAST,
  getVariableValues,
  isAbstractType,
  isCompositeType,
  isObjectType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { PolkuError } from '../../schema/polkuError.js';
import { TYPE_KEY } from './cutOperation.js';

type Data = Record<string, unknown>;
type Variables = Readonly<Record<string, unknown>>;

/**
 * Puts `null` where fields were cut, in the client's own order (specification §6.3.2), and takes out what the gateway had
 * asked along.
 * @param document the client's document with one operation, from which `cut` was taken
 */
export function fillWithheld(
  data: Data,
  {
    schema,
    document,
    cut,
    values,
  }: {
    schema: GraphQLSchema;
    document: DocumentNode;
    cut: ReadonlySet<FieldNode>;
    values: Variables;
  },
): Data {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);

  function fillObject(
    value: Data,
    selectionSets: readonly SelectionSetNode[],
    type: GraphQLObjectType,
  ): Data {
    const fields = new Map<string, FieldNode[]>();
    for (const { selections } of selectionSets) collect(selections, type, fields);
    const filled = Object.create(null) as Data;
    for (const [key, nodes] of fields) {
      const kept = nodes.filter((node) => !cut.has(node));
      filled[key] = kept.length === 0 ? null : fillField(value[key], kept, type);
    }
    return filled;
  }

  function fillField(value: unknown, nodes: readonly FieldNode[], parent: GraphQLObjectType): unknown {
    const field = parent.getFields()[nodes[0]!.name.value];
    const selectionSets = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
    return field && selectionSets.length > 0 ? fillValue(value, selectionSets, field.type) : value;
  }

  function fillValue(
    value: unknown,
    selectionSets: readonly SelectionSetNode[],
    declared: GraphQLOutputType,
  ): unknown {
    if (Array.isArray(value)) return value.map((item) => fillValue(item, selectionSets, declared));
    if (typeof value !== 'object' || value === null) return value;
    const object = value as Data;
    const named = getNamedType(declared);
    const type = isObjectType(named) ? named : schema.getType(String(object[TYPE_KEY]));
    if (!isObjectType(type)) throw new Error(`An object of ${named.name} came without its type.`);
    return fillObject(object, selectionSets, type);
  }

  function collect(
    selections: readonly SelectionNode[],
    type: GraphQLObjectType,
    into: Map<string, FieldNode[]>,
  ): void {
    for (const selection of selections) {
      if (!isIncluded(selection, values)) continue;
      if (selection.kind === Kind.FIELD) {
        const key = (selection.alias ?? selection.name).value;
        into.set(key, [...(into.get(key) ?? []), selection]);
        continue;
      }
      const fragment =
        selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value)! : selection;
      if (applies(fragment.typeCondition?.name.value, type))
        collect(fragment.selectionSet.selections, type, into);
    }
  }

  function applies(condition: string | undefined, type: GraphQLObjectType): boolean {
    if (condition === undefined || condition === type.name) return true;
    const wider = schema.getType(condition);
    return isCompositeType(wider) && isAbstractType(wider) && schema.isSubType(wider, type);
  }

  return fillObject(data, [getOperationAST(document)!.selectionSet], schema.getQueryType()!);
}

function isIncluded(node: SelectionNode, variables: Variables): boolean {
  return (
    getDirectiveValues(GraphQLSkipDirective, node, variables)?.['if'] !== true &&
    getDirectiveValues(GraphQLIncludeDirective, node, variables)?.['if'] !== false
  );
}

/**
 * The values of all variables of an operation, those too that only cut fields use.
 * @throws PolkuError BAD_USER_INPUT
 */
export function valuesOfAll(
  schema: GraphQLSchema,
  { document, nonNull }: { readonly document: DocumentNode; readonly nonNull: ReadonlySet<string> },
  variables: Variables,
): Variables {
  const { variableDefinitions = [] } = getOperationAST(document)!;
  const { coerced } = getVariableValues(schema, variableDefinitions, variables);
  if (coerced && ![...nonNull].some((name) => coerced[name] === null)) return coerced;
  throw new PolkuError(
    'BAD_USER_INPUT',
    'A variable does not fit its type or the place where it is used, or is missing.',
  );
}

import {
  type DocumentNode,
  type FieldNode,
  getNamedType,
  getOperationAST,
  getVariableValues,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  isAbstractType,
  isNonNullType,
  isObjectType,
  Kind,
  type SelectionSetNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { collectFields, fragmentsOf } from '../../lib/collectFields.js';
import { PolkuError } from '../../lib/errors.js';
import type { Decision, Explanation } from '../../policies/engine/decision.js';
import { distinct, refusalsOf, selectedField } from './policyCheck.js';

/**
 * Alias of __typename, which the gateway adds where the type of an object is not known beforehand. It never
 * leaves the gateway.
 */
const TYPE_KEY = '__polkuType';

/** An operation without the fields that the decision does not show. */
interface CutOperation {
  readonly document: DocumentNode;
  /** Nodes of the original document that were cut. The client receives `null` in their place. */
  readonly cut: ReadonlySet<FieldNode>;
  readonly withheld: readonly Explanation[];
  /** Refusals that cannot be answered by `null`, because the schema promises a value. */
  readonly unanswerable: readonly Explanation[];
}

/**
 * Removes every field that the decision does not show, because of the field itself or of an argument that it
 * has.
 */
export function cutOperation(
  schema: GraphQLSchema,
  document: DocumentNode,
  decision: Decision,
): CutOperation {
  const cut = new Set<FieldNode>();
  const withheld: Explanation[] = [];
  const unanswerable: Explanation[] = [];
  const typeInfo = new TypeInfo(schema);
  const rest = visit(
    document,
    visitWithTypeInfo(typeInfo, {
      Field(node) {
        const selected = selectedField(schema, typeInfo, node);
        if (!selected) return undefined;
        const refusals = refusalsOf(selected, decision);
        if (refusals.length === 0) return undefined;
        (isNonNullType(selected.field.type) ? unanswerable : withheld).push(...refusals);
        cut.add(node);
        return null;
      },
      SelectionSet: {
        leave(node) {
          const unknown = isAbstractType(typeInfo.getParentType());
          return node.selections.length === 0 || unknown ? withType(node) : undefined;
        },
      },
    }),
  );
  return {
    document: withoutUnusedVariables(rest),
    cut,
    withheld: distinct(withheld),
    unanswerable: distinct(unanswerable),
  };
}

/** Drops variables that only removed fields used. Their types may be hidden from this caller. */
function withoutUnusedVariables(document: DocumentNode): DocumentNode {
  const used = new Set<string>();
  visit(document, {
    VariableDefinition: () => false,
    Variable: ({ name }) => void used.add(name.value),
  });
  return visit(document, {
    VariableDefinition: ({ variable }) => (used.has(variable.name.value) ? undefined : null),
  });
}

function withType(node: SelectionSetNode): SelectionSetNode {
  const typename: FieldNode = {
    kind: Kind.FIELD,
    alias: { kind: Kind.NAME, value: TYPE_KEY },
    name: { kind: Kind.NAME, value: '__typename' },
  };
  return { ...node, selections: [...node.selections, typename] };
}

type Data = Record<string, unknown>;
type Variables = Readonly<Record<string, unknown>>;

/**
 * Puts `null` where fields were cut, in the order of the client (specification §6.3.2), and removes the
 * fields that the gateway added.
 * @param document the client's document with one operation, before fields were cut
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
  const context = { schema, fragments: fragmentsOf(document), conditions: values };

  function fillObject(
    value: Data,
    selectionSets: readonly SelectionSetNode[],
    type: GraphQLObjectType,
  ): Data {
    const filled = Object.create(null) as Data;
    for (const [key, nodes] of collectFields(type, selectionSets, context)) {
      const shown = nodes.filter((node) => !cut.has(node));
      filled[key] = shown.length === 0 ? null : fillField(value[key], shown, type);
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
    if (!isObjectType(type)) throw new Error(`An object of ${named.name} has no type.`);
    return fillObject(object, selectionSets, type);
  }

  return fillObject(data, [getOperationAST(document)!.selectionSet], schema.getQueryType()!);
}

/**
 * The values of all variables of an operation, with those that only cut fields use.
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

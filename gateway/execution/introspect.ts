import {
  executeSync,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
} from 'graphql';
import type { VariableValues } from './unsealVariables.js';

interface Introspection {
  readonly operation: OperationDefinitionNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** What the caller may see. */
  readonly schema: GraphQLSchema;
  readonly values: VariableValues;
}

/** Answers one root field of introspection, given by its merged selections. */
export function introspect(
  nodes: readonly FieldNode[],
  { operation, fragments, schema, values }: Introspection,
): unknown {
  // @skip and @include of the field itself are decided already.
  const selections = nodes.map((node) => ({ ...node, directives: [] }));
  const alone = { ...operation, selectionSet: { kind: Kind.SELECTION_SET, selections } } as const;
  const { data } = executeSync({
    schema,
    document: { kind: Kind.DOCUMENT, definitions: [alone, ...fragments.values()] },
    variableValues: values,
  });
  return data && Object.values(data)[0];
}

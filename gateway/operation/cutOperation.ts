import {
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  isAbstractType,
  isNonNullType,
  Kind,
  type SelectionSetNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import type { Decision, Refusal } from '../../policies/engine/decision.js';
import { distinct, refusalsOf, selectedField } from './policyCheck.js';

/** Asked along by the gateway in every place where the type of an object is not known beforehand; never answered. */
export const TYPE_KEY = '__polkuType';

/** An operation without what the decision does not show. */
export interface CutOperation {
  readonly document: DocumentNode;
  /** Nodes of the original document that were cut; the client is told `null` in their place. */
  readonly cut: ReadonlySet<FieldNode>;
  readonly withheld: readonly Refusal[];
  /** Refusals that cannot be answered by `null`, because the schema promises a value. */
  readonly unanswerable: readonly Refusal[];
}

/** Takes out every field that the decision does not show, itself or by an argument that is given to it. */
export function cutOperation(
  schema: GraphQLSchema,
  document: DocumentNode,
  decision: Decision,
): CutOperation {
  const cut = new Set<FieldNode>();
  const withheld: Refusal[] = [];
  const unanswerable: Refusal[] = [];
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

/** What only a cut field took is asked no more: its type may be hidden, too. */
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

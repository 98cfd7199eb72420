import {
  type DirectiveNode,
  type FieldNode,
  type FragmentDefinitionNode,
  getDirectiveValues,
  type GraphQLObjectType,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  type InlineFragmentNode,
  isAbstractType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import type { ProgramContext } from './programContext.js';

/**
 * The fields that selections ask of an object type, by response key and in order (GraphQL §6.3.2).
 * @throws GraphQLError where a condition has no value
 */
export function collectFields(
  type: GraphQLObjectType,
  selections: readonly SelectionSetNode[],
  context: ProgramContext,
): ReadonlyMap<string, readonly FieldNode[]> {
  const fields = new Map<string, FieldNode[]>();
  const spread = new Set<string>();

  const collect = ({ selections }: SelectionSetNode): void => {
    for (const selection of selections) {
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        const name = selection.name.value;
        if (spread.has(name) || !isIncluded(selection, context)) continue;
        spread.add(name);
        const fragment = context.fragments[name];
        if (fragment && applies(fragment, type, context)) collect(fragment.selectionSet);
      } else if (!isIncluded(selection, context)) {
        continue;
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        if (applies(selection, type, context)) collect(selection.selectionSet);
      } else {
        const key = (selection.alias ?? selection.name).value;
        const known = fields.get(key);
        if (known) known.push(selection);
        else fields.set(key, [selection]);
      }
    }
  };
  selections.forEach(collect);
  return fields;
}

function isIncluded(
  node: { readonly directives?: readonly DirectiveNode[] },
  { conditions }: ProgramContext,
): boolean {
  if (!node.directives?.length) return true;
  return (
    getDirectiveValues(GraphQLSkipDirective, node, conditions)?.['if'] !== true &&
    getDirectiveValues(GraphQLIncludeDirective, node, conditions)?.['if'] !== false
  );
}

function applies(
  { typeCondition }: FragmentDefinitionNode | InlineFragmentNode,
  type: GraphQLObjectType,
  { schema }: ProgramContext,
): boolean {
  const condition = typeCondition && schema.getType(typeCondition.name.value);
  if (!typeCondition || condition === type) return true;
  return isAbstractType(condition) && schema.isSubType(condition, type);
}

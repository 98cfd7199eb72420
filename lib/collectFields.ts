import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  getDirectiveValues,
  GraphQLIncludeDirective,
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  type GraphQLSchema,
  GraphQLSkipDirective,
  isAbstractType,
  Kind,
  type NamedTypeNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

/** What decides which selections apply to an object. */
export interface SelectionContext {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** Values of the variables of `@skip` and `@include`. */
  readonly conditions: Readonly<Record<string, unknown>>;
}

/**
 * CollectFields (GraphQL §6.3.2) in a valid document: the selected fields of a type by response key, in
 * order.
 * @throws GraphQLError where a condition has no value
 */
export function collectFields(
  type: GraphQLObjectType | GraphQLInterfaceType,
  selectionSets: readonly SelectionSetNode[],
  context: SelectionContext,
): ReadonlyMap<string, readonly FieldNode[]> {
  const fields = new Map<string, FieldNode[]>();
  const spread = new Set<string>();

  const collect = ({ selections }: SelectionSetNode): void => {
    for (const selection of selections) {
      if (!isIncluded(selection, context)) continue;
      if (selection.kind === Kind.FIELD) {
        const key = (selection.alias ?? selection.name).value;
        const known = fields.get(key);
        if (known) known.push(selection);
        else fields.set(key, [selection]);
        continue;
      }
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        if (spread.has(selection.name.value)) continue;
        spread.add(selection.name.value);
      }
      const fragment =
        selection.kind === Kind.FRAGMENT_SPREAD ? context.fragments.get(selection.name.value)! : selection;
      if (applies(fragment.typeCondition, type, context)) collect(fragment.selectionSet);
    }
  };
  selectionSets.forEach(collect);
  return fields;
}

/** The fragments of a document by their names. */
export function fragmentsOf({ definitions }: DocumentNode): ReadonlyMap<string, FragmentDefinitionNode> {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  return fragments;
}

function isIncluded(selection: SelectionNode, { conditions }: SelectionContext): boolean {
  if (!selection.directives?.length) return true;
  return (
    getDirectiveValues(GraphQLSkipDirective, selection, conditions)?.['if'] !== true &&
    getDirectiveValues(GraphQLIncludeDirective, selection, conditions)?.['if'] !== false
  );
}

function applies(
  condition: NamedTypeNode | undefined,
  type: GraphQLObjectType | GraphQLInterfaceType,
  { schema }: SelectionContext,
): boolean {
  if (!condition || condition.name.value === type.name) return true;
  const wider = schema.getType(condition.name.value);
  return isAbstractType(wider) && schema.isSubType(wider, type);
}

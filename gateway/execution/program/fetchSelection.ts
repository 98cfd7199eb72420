import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  parse,
  type SelectionSetNode,
} from 'graphql';

/** The operation of a fetch, as its subgraph reads it. */
export interface FetchSelection {
  readonly operation: OperationDefinitionNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
}

/** A field as it stands in a selection, with the type condition next above it. */
export interface SelectedField {
  readonly node: FieldNode;
  readonly typeCondition: string | undefined;
}

export function fetchSelection(document: DocumentNode | undefined, text: string): FetchSelection {
  const { definitions } = document ?? parse(text, { noLocation: true });
  const fragments = definitions.flatMap((node) =>
    node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node] as const] : [],
  );
  const operation = definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION)!;
  return { operation, fragments: new Map(fragments) };
}

/** The fields of a selection, those in its fragments included. */
export function fieldsIn(
  { selections }: SelectionSetNode,
  fragments: FetchSelection['fragments'],
  typeCondition?: string,
): SelectedField[] {
  return selections.flatMap((node): SelectedField[] => {
    if (node.kind === Kind.FIELD) return [{ node, typeCondition }];
    const fragment = node.kind === Kind.FRAGMENT_SPREAD ? fragments.get(node.name.value)! : node;
    return fieldsIn(fragment.selectionSet, fragments, fragment.typeCondition?.name.value ?? typeCondition);
  });
}

/** The key that a field has in the response. */
export function keyOf({ alias, name }: FieldNode): string {
  return (alias ?? name).value;
}

import { type ConstDirectiveNode, type DocumentNode, Kind, visit } from 'graphql';

/**
 * Puts the keys by which a subgraph can be asked before those by which it cannot. Where a field requires others of its own
 * subgraph, the planner takes the first key of the type to come back by, and does not look whether it is resolvable.
 * @param supergraph what composition wrote
 */
export function resolvableKeysFirst(supergraph: DocumentNode): DocumentNode {
  const sorted = (directives: readonly ConstDirectiveNode[] | undefined) =>
    directives &&
    [...directives].sort((one, other) => Number(isUnresolvable(one)) - Number(isUnresolvable(other)));
  return visit(supergraph, {
    ObjectTypeDefinition: (node) => ({ ...node, directives: sorted(node.directives) }),
    InterfaceTypeDefinition: (node) => ({ ...node, directives: sorted(node.directives) }),
  });
}

function isUnresolvable({ name, arguments: given = [] }: ConstDirectiveNode): boolean {
  if (name.value !== 'join__type') return false;
  return given.some(
    ({ name: { value }, value: set }) => value === 'resolvable' && set.kind === Kind.BOOLEAN && !set.value,
  );
}

import {
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import type { DataPath } from './dataObject.js';
import { responseKeyOf } from './responseKeys.js';

interface Selected {
  readonly operation: OperationDefinitionNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
}

/**
 * A path in the data as the client knows it: by response keys, and only as far as it was asked for. What the plan fetched
 * for itself, feeds above all, is not named.
 */
export function clientPath(path: DataPath, { operation, fragments }: Selected): DataPath {
  const known: (string | number)[] = [];
  let selections: readonly SelectionSetNode[] = [operation.selectionSet];
  for (const key of path) {
    if (typeof key === 'number') {
      known.push(key);
      continue;
    }
    const next = below(key, selections, fragments);
    if (!next) break;
    known.push(responseKeyOf(key));
    selections = next;
  }
  return known;
}

/** The selections below a field; undefined where the field is not selected. */
function below(
  key: string,
  selectionSets: readonly SelectionSetNode[],
  fragments: Selected['fragments'],
): SelectionSetNode[] | undefined {
  let found: SelectionSetNode[] | undefined;
  for (const selection of selectionSets.flatMap(({ selections }) => selections)) {
    if (selection.kind === Kind.FIELD) {
      if ((selection.alias ?? selection.name).value === key)
        (found ??= []).push(...(selection.selectionSet ? [selection.selectionSet] : []));
      continue;
    }
    const { selectionSet } =
      selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value)! : selection;
    const inside = below(key, [selectionSet], fragments);
    if (inside) (found ??= []).push(...inside);
  }
  return found;
}

import {
  type ArgumentNode,
  type FieldNode,
  type InlineFragmentNode,
  Kind,
  type NameNode,
  type SelectionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';
import type { FetchField, SelectedFields, SelectedObjects } from './plannedFetch.js';
import type { PlanningGraph } from './planningGraph.js';
import type { Renaming } from './queryPlan.js';

interface Written<Node> {
  readonly node: Node;
  readonly text: string;
}

/** Writes what fetches select, as text and as a document. */
export class SelectionWriter {
  readonly variables = new Set<string>();
  readonly renamings: Renaming[] = [];
  #aliases = 0;

  /** @param isSorted whether fields are in the order of their texts: equal selections are equal texts then */
  constructor(
    private readonly graph: PlanningGraph,
    private readonly isSorted = false,
  ) {}

  /** @param path the path of the objects from those of the fetch */
  objects(selected: SelectedObjects, path: readonly string[]): Written<SelectionSetNode> {
    const { place, needsTypename, types } = selected;
    const parts: Written<SelectionNode>[] = needsTypename ? [typename] : [];
    const names = new Set(place.nodes.map(({ type }) => type));
    const common = names.has(place.type) ? types.get(place.type) : this.#common(selected);
    for (const field of common?.values() ?? []) parts.push(this.#field(field, field.field.key, path));
    if (!names.has(place.type)) {
      for (const field of types.get(place.type)?.values() ?? [])
        if (!common?.has(field.field.key)) parts.push(this.#field(field, field.field.key, path));
      parts.push(...this.#fragments(selected, common, path));
    }
    if (this.isSorted) parts.sort((one, other) => (one.text < other.text ? -1 : 1));
    return selectionSet(parts.length > 0 ? parts : [typename]);
  }

  /** The fields that are selected alike of all types, and that the abstract type has. */
  #common({ place, types }: SelectedObjects): SelectedFields {
    const common: SelectedFields = new Map();
    const [first, ...others] = place.nodes.map(({ type }) => types.get(type));
    if (!first || others.includes(undefined)) return common;
    for (const [key, field] of first) {
      if (!this.graph.hasField(place.subgraph, place.type, field.field.name)) continue;
      if (others.every((other) => isAlike(field, other!.get(key)))) common.set(key, field);
    }
    return common;
  }

  /** A fragment for each type with fields of its own. Keys that would conflict get aliases. */
  #fragments(
    { place, types }: SelectedObjects,
    common: SelectedFields | undefined,
    path: readonly string[],
  ): Written<SelectionNode>[] {
    const byKey = new Map<string, FetchField[]>();
    return place.nodes.flatMap(({ type }) => {
      const fields = [...(types.get(type)?.values() ?? [])].filter(({ field }) => !common?.has(field.key));
      if (fields.length === 0) return [];
      const parts = fields.map((selected) => {
        const { key } = selected.field;
        const others = byKey.get(key) ?? [];
        byKey.set(key, [...others, selected]);
        if (!others.some((other) => isConflicting(selected, other))) return this.#field(selected, key, path);
        const alias = `__c${this.#aliases++}_${key}`;
        const written = this.#field(selected, alias, path);
        this.renamings.push({ path: [...path, alias], key });
        return written;
      });
      if (this.isSorted) parts.sort((one, other) => (one.text < other.text ? -1 : 1));
      return [fragment(type, selectionSet(parts))];
    });
  }

  #field({ field, below }: FetchField, key: string, path: readonly string[]): Written<FieldNode> {
    const { name, arguments: given, argumentText } = field;
    for (const argument of given) this.#noteVariables(argument.value);
    const inner = below && this.objects(below, [...path, key]);
    const node: FieldNode = {
      kind: Kind.FIELD,
      name: nameNode(name),
      ...(key !== name && { alias: nameNode(key) }),
      ...(given.length > 0 && { arguments: given as readonly ArgumentNode[] }),
      ...(inner && { selectionSet: inner.node }),
    };
    return { node, text: `${key === name ? '' : `${key}:`}${name}${argumentText}${inner?.text ?? ''}` };
  }

  #noteVariables(value: ValueNode): void {
    switch (value.kind) {
      case Kind.VARIABLE:
        this.variables.add(value.name.value);
        return;
      case Kind.LIST:
        for (const item of value.values) this.#noteVariables(item);
        return;
      case Kind.OBJECT:
        for (const field of value.fields) this.#noteVariables(field.value);
    }
  }
}

/** Whether two selected fields become the same text. */
function isAlike(one: FetchField, other: FetchField | undefined): boolean {
  if (!other || one.field.name !== other.field.name || one.nodeField.type !== other.nodeField.type)
    return false;
  if (one.field.argumentText !== other.field.argumentText) return false;
  return one.below === other.below || (one.below !== undefined && isAlikeBelow(one.below, other.below));
}

function isAlikeBelow(one: SelectedObjects, other: SelectedObjects | undefined): boolean {
  if (!other || one.place !== other.place || one.types.size !== other.types.size) return false;
  return [...one.types].every(([type, fields]) => {
    const others = other.types.get(type);
    return (
      others?.size === fields.size && [...fields].every(([key, field]) => isAlike(field, others.get(key)))
    );
  });
}

/** Whether fields of two types cannot have one key in one document (GraphQL 5.3.2, SameResponseShape). */
function isConflicting(one: FetchField, other: FetchField): boolean {
  if (wrappers(one) !== wrappers(other)) return true;
  if (!one.below || !other.below) return one.nodeField.type !== other.nodeField.type;
  return areConflicting(one.below, other.below);
}

/** Whether selections of objects of different types cannot be in one document. */
export function areConflicting(one: SelectedObjects, other: SelectedObjects): boolean {
  if (one === other) return false;
  for (const fields of one.types.values())
    for (const others of other.types.values())
      for (const [key, field] of fields) {
        const same = others.get(key);
        if (same && isConflicting(field, same)) return true;
      }
  return false;
}

function wrappers({ nodeField }: FetchField): string {
  return nodeField.type.replaceAll(/\w+/g, '');
}

export function fragment(
  type: string,
  { node, text }: Written<SelectionSetNode>,
): Written<InlineFragmentNode> {
  const typeCondition = { kind: Kind.NAMED_TYPE, name: nameNode(type) } as const;
  return {
    node: { kind: Kind.INLINE_FRAGMENT, typeCondition, selectionSet: node },
    text: `...on ${type}${text}`,
  };
}

export function selectionSet(parts: readonly Written<SelectionNode>[]): Written<SelectionSetNode> {
  return {
    node: { kind: Kind.SELECTION_SET, selections: parts.map(({ node }) => node) },
    text: `{${parts.map(({ text }) => text).join(' ')}}`,
  };
}

export function nameNode(value: string): NameNode {
  return { kind: Kind.NAME, value };
}

const typename: Written<FieldNode> = {
  node: { kind: Kind.FIELD, name: nameNode('__typename') },
  text: '__typename',
};

import {
  type ConstDirectiveNode,
  type ConstValueNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  getNamedType,
  type GraphQLCompositeType,
  type GraphQLSchema,
  isAbstractType,
  isCompositeType,
  isUnionType,
  Kind,
  type OperationDefinitionNode,
  parse,
  type SelectionNode,
} from 'graphql';

/** A subgraph that can answer a field, and what it needs from others for it. */
interface Resolver {
  readonly subgraph: string;
  readonly requires: readonly string[];
}

/** A fetch that a plan will have. */
interface PredictedFetch {
  readonly subgraph: string;
}

/**
 * Where a selection set is evaluated: the fetch that returns its object, and the fetches that add fields to
 * it.
 */
interface Place {
  readonly from: PredictedFetch;
  readonly added: Map<string, PredictedFetch>;
}

/** The operation to plan, in its normal form. */
export interface Costed {
  readonly operation: OperationDefinitionNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
}

/**
 * Predicts the number of fetches of an operation without planning it. The plan may have fewer requests: it
 * joins fetches that select the same at different places.
 */
export class PlanningCost {
  /** Keyed by `Type.field`. */
  readonly #resolvers: ReadonlyMap<string, readonly Resolver[]>;

  /** @param supergraph the supergraph SDL that composition wrote */
  constructor(
    supergraph: DocumentNode,
    private readonly schema: GraphQLSchema,
  ) {
    this.#resolvers = resolversIn(supergraph);
  }

  /** @param most counting stops above this cost, because nested abstract types multiply fields */
  of({ operation, fragments }: Costed, most: number): number {
    const root = this.schema.getRootType(operation.operation)!;
    const count = new Count(this.schema, this.#resolvers, fragments, most);
    count.add(operation.selectionSet.selections, root, { from: NO_FETCH, added: new Map() });
    return count.cost;
  }
}

const NO_FETCH: PredictedFetch = { subgraph: '' };

class Count {
  #fetches = 0;

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly resolvers: ReadonlyMap<string, readonly Resolver[]>,
    private readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>,
    private readonly most: number,
  ) {}

  get cost(): number {
    return this.#fetches;
  }

  add(selections: readonly SelectionNode[], type: GraphQLCompositeType, place: Place): void {
    for (const selection of selections) {
      if (this.cost > this.most) return;
      if (selection.kind !== Kind.FIELD) {
        const fragment =
          selection.kind === Kind.INLINE_FRAGMENT ? selection : this.fragments.get(selection.name.value)!;
        const name = fragment.typeCondition?.name.value;
        const narrowed = name === undefined ? type : this.schema.getType(name);
        if (isCompositeType(narrowed)) this.add(fragment.selectionSet.selections, narrowed, place);
        continue;
      }
      const field = isUnionType(type) ? undefined : type.getFields()[selection.name.value];
      if (!field) continue;
      const below = getNamedType(field.type);
      for (const { name } of isAbstractType(type) ? this.schema.getPossibleTypes(type) : [type]) {
        const from = this.#fetchOf(name, field.name, place);
        if (selection.selectionSet && isCompositeType(below))
          this.add(selection.selectionSet.selections, below, { from, added: new Map() });
      }
    }
  }

  /** Returns the fetch that provides a field of the object at a place. */
  #fetchOf(type: string, field: string, place: Place): PredictedFetch {
    const { from, added } = place;
    const resolvers = this.resolvers.get(`${type}.${field}`) ?? [];
    const chosen =
      resolvers.find(({ subgraph }) => subgraph === from.subgraph) ??
      resolvers.find(({ subgraph, requires }) => added.has(subgraph) && requires.length === 0) ??
      resolvers[0];
    if (!chosen) return from;
    const { subgraph, requires } = chosen;
    if (requires.length > 0) {
      const needed = { from, added: new Map<string, PredictedFetch>() };
      for (const name of requires) this.#fetchOf(type, name, needed);
      return this.#fetch(subgraph);
    }
    if (subgraph === from.subgraph) return from;
    let fetch = added.get(subgraph);
    if (!fetch) added.set(subgraph, (fetch = this.#fetch(subgraph)));
    return fetch;
  }

  #fetch(subgraph: string): PredictedFetch {
    this.#fetches += 1;
    return { subgraph };
  }
}

function resolversIn(supergraph: DocumentNode): Map<string, readonly Resolver[]> {
  const resolvers = new Map<string, readonly Resolver[]>();
  for (const type of supergraph.definitions) {
    if (type.kind !== Kind.OBJECT_TYPE_DEFINITION && type.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue;
    const everywhere = new Set(joins(type.directives, 'join__type').map(({ subgraph }) => subgraph));
    for (const field of type.fields ?? []) {
      const named = joins(field.directives, 'join__field');
      const found =
        named.length === 0
          ? [...everywhere].map((subgraph) => ({ subgraph, requires: [] }))
          : named.filter(({ external }) => !external);
      resolvers.set(`${type.name.value}.${field.name.value}`, found);
    }
  }
  return resolvers;
}

function joins(
  directives: readonly ConstDirectiveNode[] | undefined,
  name: string,
): (Resolver & { readonly external: boolean })[] {
  return (directives ?? []).flatMap((directive) => {
    const given = new Map(directive.arguments?.map((argument) => [argument.name.value, argument.value]));
    const graph = given.get('graph');
    if (directive.name.value !== name || graph?.kind !== Kind.ENUM) return [];
    const external = given.get('external');
    return {
      subgraph: graph.value,
      requires: requiredFields(given.get('requires')),
      external: external?.kind === Kind.BOOLEAN && external.value,
    };
  });
}

/** Returns the outermost fields of a field set. Nested fields usually come with them. */
function requiredFields(set: ConstValueNode | undefined): readonly string[] {
  if (set?.kind !== Kind.STRING) return [];
  const [definition] = parse(`{ ${set.value} }`, { noLocation: true }).definitions;
  const { selections } = (definition as OperationDefinitionNode).selectionSet;
  return selections.flatMap((selection) => (selection.kind === Kind.FIELD ? selection.name.value : []));
}

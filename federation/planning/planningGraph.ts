import { type FieldNode, type OperationDefinitionNode, parse } from 'graphql';
import { type FieldJoin, type JoinedField, type JoinedType, type Joins } from './readJoins.js';
import { argumentTextOf, type FieldSelection, SelectionReader } from './selection.js';

/** A field of a type in one subgraph. */
export interface NodeField {
  readonly name: string;
  /** Its type in the subgraph, such as `[Product!]`. */
  readonly type: string;
  /** What its objects may be; undefined for a leaf. */
  readonly place: PlaceType | undefined;
  /** Whether the subgraph resolves it. An external field is resolved only where a path provides it. */
  readonly isResolved: boolean;
  /** Fields of the same object that the subgraph must be given. */
  readonly requires: FieldSelection | undefined;
  /** Fields below it that the subgraph also resolves, on this path only. */
  readonly provides: FieldSelection | undefined;
}

/**
 * A type as one subgraph knows it: an object type, or an interface whose objects it can look up by a key.
 */
export interface GraphNode {
  readonly id: number;
  readonly subgraph: string;
  /** The name of its type in the subgraph. */
  readonly type: string;
  /** Whether it is a root type, which needs no key. */
  readonly isRoot: boolean;
  readonly fields: ReadonlyMap<string, NodeField>;
  /** The keys by which the subgraph finds its objects. */
  readonly keys: readonly FieldSelection[];
  /** What an object of it is, once it is found. */
  readonly place: PlaceType;
}

/** What the objects of a field may be, according to one subgraph. */
export interface PlaceType {
  readonly id: number;
  readonly subgraph: string;
  readonly type: string;
  /** Whether the supergraph has several types for it. */
  readonly isAbstract: boolean;
  /** Whether the subgraph knows only the interface of its objects (`@interfaceObject`). */
  readonly isInterfaceObject: boolean;
  /** The types that the objects may have here. */
  readonly nodes: readonly GraphNode[];
}

/**
 * What each subgraph resolves of each type, and the keys that lead from one subgraph to another. Made once
 * for a supergraph. Immutable.
 */
export class PlanningGraph {
  readonly #nodes = new Map<string, GraphNode>();
  readonly #places = new Map<string, PlaceType>();
  readonly #ofType = new Map<string, readonly GraphNode[]>();
  readonly #withField = new Map<string, Map<string, readonly GraphNode[]>>();
  readonly #abstracts = new Map<string, ReadonlySet<string>>();
  readonly #members = new Map<string, string[]>();
  readonly #rootTypes: ReadonlySet<string>;
  /** Arguments of required fields, which give them keys of their own. */
  readonly #argumentTexts = new Map<string, number>();
  readonly #reader: SelectionReader;

  /** @param isOn whether fields with an override label were taken over */
  constructor(
    private readonly joins: Joins,
    private readonly isOn: (label: string) => boolean,
  ) {
    this.#rootTypes = new Set(joins.roots.values());
    for (const { name, kind, isIn } of joins.types.values()) {
      const abstracts = new Set(isIn.map(({ abstract }) => abstract));
      this.#abstracts.set(name, abstracts);
      if (kind !== 'object') continue;
      for (const abstract of abstracts) {
        const known = this.#members.get(abstract);
        if (known) known.push(name);
        else this.#members.set(abstract, [name]);
      }
    }
    this.#reader = new SelectionReader({
      fragments: new Map(),
      conditions: {},
      isOf: (type, condition) => this.isOf(type, condition),
      keyOf: (field) => this.#requiredKey(field),
    });
  }

  /** The name of the root type of an operation. */
  root(operation: string): string | undefined {
    return this.joins.roots.get(operation);
  }

  /** The name of a subgraph. */
  nameOf(graph: string): string {
    return this.joins.graphs.get(graph) ?? graph;
  }

  isOf(type: string, condition: string): boolean {
    return type === condition || (this.#abstracts.get(type)?.has(condition) ?? false);
  }

  /** The object types that an abstract type may be. */
  members(abstract: string): readonly string[] {
    return this.#members.get(abstract) ?? [];
  }

  isAbstract(type: string): boolean {
    const kind = this.joins.types.get(type)?.kind;
    return kind !== undefined && kind !== 'object';
  }

  /** Where fields of a type are resolved. */
  nodesOf(type: string): readonly GraphNode[] {
    let found = this.#ofType.get(type);
    if (found) return found;
    const joined = this.joins.types.get(type)!;
    const graphs = graphsOf(joined);
    if (joined.kind === 'object') {
      const own = graphs.map((graph) => this.node(graph, type));
      const views = [...this.#abstracts.get(type)!].flatMap((abstract) => {
        const { joins } = this.joins.types.get(abstract)!;
        const viewing = new Set(joins.filter((join) => join.isInterfaceObject).map(({ graph }) => graph));
        return [...viewing].map((graph) => this.node(graph, abstract));
      });
      found = [...own, ...views];
    } else found = graphs.map((graph) => this.node(graph, type));
    this.#ofType.set(type, found);
    return found;
  }

  /** Where one field of a type is resolved. */
  nodesWith(type: string, field: string): readonly GraphNode[] {
    let fields = this.#withField.get(type);
    if (!fields) this.#withField.set(type, (fields = new Map()));
    let found = fields.get(field);
    if (!found) {
      found = this.nodesOf(type).filter((node) => node.fields.get(field)?.isResolved);
      fields.set(field, found);
    }
    return found;
  }

  node(graph: string, type: string): GraphNode {
    const key = `${graph} ${type}`;
    let node = this.#nodes.get(key);
    if (!node) this.#nodes.set(key, (node = this.#makeNode(graph, type)));
    return node;
  }

  place(graph: string, type: string): PlaceType {
    const key = `${graph} ${type}`;
    let place = this.#places.get(key);
    if (place) return place;
    const joined = this.joins.types.get(type)!;
    const isInterfaceObject = joined.joins.some((join) => join.graph === graph && join.isInterfaceObject);
    let nodes: readonly GraphNode[] | undefined;
    const { joins } = this;
    const makeNodes = (): readonly GraphNode[] => {
      if (joined.kind === 'object' || isInterfaceObject) return [this.node(graph, type)];
      const here = (member: string) =>
        joins.types.get(member)!.isIn.some((one) => one.graph === graph && one.abstract === type);
      const found = this.members(type)
        .filter(here)
        .map((member) => this.node(graph, member));
      // Nothing implements the interface here. Its fields are planned as those of one object.
      return found.length > 0 ? found : [this.node(graph, type)];
    };
    place = {
      id: this.#places.size,
      subgraph: graph,
      type,
      isAbstract: joined.kind !== 'object',
      isInterfaceObject,
      get nodes() {
        return (nodes ??= makeNodes());
      },
    };
    this.#places.set(key, place);
    return place;
  }

  /** Whether a field can be selected of any object of an abstract type in a subgraph. */
  hasField(graph: string, abstract: string, name: string): boolean {
    const joined = this.joins.types.get(abstract);
    const field = joined?.fields.find((one) => one.name === name);
    if (!joined || !field) return false;
    const joins = joinsOf(field, joined);
    return joins.some((join) => join.graph === graph && !join.isExternal);
  }

  #makeNode(graph: string, type: string): GraphNode {
    const joined = this.joins.types.get(type)!;
    const id = this.#nodes.size;
    let fields: ReadonlyMap<string, NodeField> | undefined;
    const makeFields = () => this.#fields(graph, joined);
    const keys = joined.joins
      .filter((join) => join.graph === graph && join.resolvable && join.key !== undefined)
      .map(({ key }) => this.#fieldSet(key!));
    const makePlace = () => this.place(graph, type);
    return {
      id,
      subgraph: graph,
      type,
      isRoot: this.#rootTypes.has(type),
      keys,
      get place() {
        return makePlace();
      },
      get fields() {
        return (fields ??= makeFields());
      },
    };
  }

  #fields(graph: string, joined: JoinedType): ReadonlyMap<string, NodeField> {
    const fields = new Map<string, NodeField>();
    for (const field of joined.fields) {
      const join = joinsOf(field, joined).find((one) => one.graph === graph);
      if (join) fields.set(field.name, this.#field(graph, field, join));
    }
    const { isInterfaceObject, nodes } = this.place(graph, joined.name);
    if (joined.kind !== 'interface' || isInterfaceObject) return fields;
    // A field of an interface is resolved if it is for each type that implements the interface.
    return new Map(
      [...fields].filter(([name]) =>
        nodes.every((node) => {
          if (node.type === joined.name) return true;
          const field = node.fields.get(name);
          return field?.isResolved && !field.requires;
        }),
      ),
    );
  }

  #field(graph: string, { name, type: usual }: JoinedField, join: FieldJoin): NodeField {
    const type = join.type ?? usual;
    const named = type.replaceAll(/[[\]!]/g, '');
    const { label, overrides } = join;
    const isActive = label === undefined || this.isOn(label) === overrides;
    return {
      name,
      type,
      place: this.joins.types.has(named) ? this.place(graph, named) : undefined,
      isResolved: !join.isExternal && isActive && !join.takesContext,
      requires: join.requires === undefined ? undefined : this.#fieldSet(join.requires),
      provides: join.provides === undefined ? undefined : this.#fieldSet(join.provides),
    };
  }

  #fieldSet(text: string): FieldSelection {
    const [operation] = parse(`{ ${text} }`, { noLocation: true }).definitions;
    return this.#reader.read([(operation as OperationDefinitionNode).selectionSet]);
  }

  /** Fields with different arguments are different values, and no field of a client has such a key. */
  #requiredKey(field: FieldNode): string {
    const text = argumentTextOf(field);
    if (text === '') return field.name.value;
    let index = this.#argumentTexts.get(text);
    if (index === undefined) this.#argumentTexts.set(text, (index = this.#argumentTexts.size));
    return `__r${index}_${field.name.value}`;
  }
}

function graphsOf({ joins }: JoinedType): string[] {
  return [...new Set(joins.map(({ graph }) => graph))];
}

/** The declarations of a field, also if each subgraph with the type has the field. */
function joinsOf(field: JoinedField, type: JoinedType): readonly FieldJoin[] {
  if (field.isJoined) return field.joins;
  return graphsOf(type).map((graph) => ({
    graph,
    requires: undefined,
    provides: undefined,
    type: undefined,
    isExternal: false,
    overrides: false,
    label: undefined,
    takesContext: false,
  }));
}

/** The root object, before any subgraph is asked. */
export function rootStart(type: string): GraphNode {
  const place: PlaceType = {
    id: -1,
    subgraph: '',
    type,
    isAbstract: false,
    isInterfaceObject: false,
    nodes: [],
  };
  return { id: -1, subgraph: '', type, isRoot: true, fields: new Map(), keys: [], place };
}

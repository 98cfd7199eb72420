import type { PlanField } from './selection.js';
import type { GraphNode, NodeField, PlaceType } from './planningGraph.js';

/** A field that a fetch selects. */
export interface FetchField {
  readonly field: PlanField;
  readonly nodeField: NodeField;
  readonly below: SelectedObjects | undefined;
  /** The objects below it in the data. */
  readonly place: DataPlace | undefined;
}

/** What a fetch selects of objects of one type, by the keys of the data. */
export type SelectedFields = Map<string, FetchField>;

/** What a fetch selects of the objects of one value. */
export class SelectedObjects {
  readonly types = new Map<string, SelectedFields>();

  constructor(
    readonly place: PlaceType,
    /** Whether the type name of each object is needed. */
    readonly needsTypename: boolean,
  ) {}

  of(type: string): SelectedFields {
    let fields = this.types.get(type);
    if (!fields) this.types.set(type, (fields = new Map()));
    return fields;
  }
}

/** A field of a representation. */
export interface Input {
  /** Its key in the data. */
  readonly key: string;
  /** Its name in the representation. */
  readonly name: string;
  /** What is copied of its objects, by type; `undefined` is any type. Absent in a leaf. */
  readonly below: ReadonlyMap<string | undefined, readonly Input[]> | undefined;
}

/** A request to a subgraph while a plan is made. */
export class PlannedFetch {
  /** Requests that must be answered before. */
  readonly after = new Set<PlannedFetch>();
  /** What represents an entity; by the names of the fields. */
  readonly inputs = new Map<string, Input>();
  /** One more than the highest level of the requests before it. */
  level = 1;

  constructor(
    readonly id: number,
    readonly node: GraphNode,
    /** The objects that it adds fields to. */
    readonly state: ObjectState | undefined,
    readonly selected: SelectedObjects,
    readonly isMutation: boolean,
  ) {}

  waitFor(fetch: PlannedFetch): void {
    this.after.add(fetch);
    this.level = Math.max(this.level, fetch.level + 1);
  }
}

/** Where fields of objects of one type are selected: a subgraph, in one fetch. */
export interface Site {
  readonly node: GraphNode;
  readonly fetch: PlannedFetch;
  readonly selected: SelectedFields;
  /** Fields that only this path provides; see NodeField.provides. */
  readonly provided: NodeField['provides'];
}

/** The objects of one type at a place of the data, while a plan is made. */
export class ObjectState {
  /** Fetches that need nothing but a key, by node. */
  readonly sites = new Map<number, Site>();
  /** Fetches that need more. */
  readonly requiring: Site[] = [];

  constructor(
    readonly type: string,
    readonly place: DataPlace,
    /** The fetch that returned the objects. */
    readonly origin: Site,
  ) {
    this.sites.set(origin.node.id, origin);
  }
}

/** The objects that a field returns, at any number of places of the data. */
export class DataPlace {
  readonly states = new Map<string, ObjectState>();
  /** Places below it, which types share if they select the same. */
  readonly below = new Map<string, DataPlace>();
  /** The types of the parent that it is below. */
  readonly parentTypes = new Set<string>();
  /** Made when the plan is. */
  #path: readonly string[] | undefined;

  constructor(
    readonly type: PlaceType,
    readonly parent: DataPlace | undefined,
    /** The key of its field and the depth of its lists; undefined if it has the objects of its parent. */
    readonly step: { readonly key: string; readonly lists: number } | undefined,
    readonly fetch: PlannedFetch | undefined,
    readonly selected: SelectedObjects,
    readonly provided: NodeField['provides'],
  ) {}

  /** Its path in the data. `@` is each item of a list, and `|A,B` passes objects of these types only. */
  get path(): readonly string[] {
    return (this.#path ??= this.#makePath());
  }

  #makePath(): readonly string[] {
    const { parent, step } = this;
    if (!parent) return [];
    if (!step) return parent.path;
    const { nodes, isAbstract, isInterfaceObject, type } = parent.type;
    const isNarrow = isAbstract && !this.parentTypes.has(type) && this.parentTypes.size < nodes.length;
    return [
      ...parent.path,
      ...(isNarrow && !isInterfaceObject ? [`|${[...this.parentTypes].sort().join()}`] : []),
      step.key,
      ...Array.from({ length: step.lists }, () => '@'),
    ];
  }
}

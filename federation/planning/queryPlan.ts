import type { DocumentNode } from 'graphql';

/** A field of a representation, copied from the data. */
export interface RepresentedField {
  /** Its key in the data. */
  readonly key: string;
  /** Its name in the schema, and in the representation. */
  readonly name: string;
  /** What is copied of its objects; absent in a leaf. */
  readonly objects?: RepresentedObjects;
}

/** What is copied of objects, by their type. Without a type: of every object. */
export type RepresentedObjects = readonly {
  readonly type?: string;
  readonly fields: readonly RepresentedField[];
}[];

/** How entities of one type are represented. */
export interface RepresentedEntity {
  /** The type of the objects; undefined if only their interface is known. */
  readonly type: string | undefined;
  /** Whether their type is the only one at this place, so that the data need not name it. */
  readonly isOnly: boolean;
  /** The type name to send: another one where the subgraph knows only the interface. */
  readonly typename: string;
  readonly fields: readonly RepresentedField[];
}

/** Objects that a fetch adds fields to. */
export interface FetchPlace {
  /** Keys of the data. `@` is each item of a list, `|A,B` passes objects of these types only. */
  readonly path: readonly string[];
  /** What represents the objects; empty in a fetch of root fields. */
  readonly entities: readonly RepresentedEntity[];
}

/** A key of an answer that is renamed before the answer is merged. */
export interface Renaming {
  /** The path from an object of the answer. */
  readonly path: readonly string[];
  readonly key: string;
}

/** A request to a subgraph. */
export interface FetchNode {
  readonly subgraph: string;
  /** The indexes of the fetches that must be answered before. */
  readonly after: readonly number[];
  /** 1 for a fetch that waits for no other; otherwise one more than the highest level before it. */
  readonly level: number;
  readonly places: readonly FetchPlace[];
  readonly isEntityFetch: boolean;
  readonly isMutation: boolean;
  readonly document: DocumentNode;
  /** The same as text. */
  readonly operation: string;
  readonly operationName: string | undefined;
  readonly variables: readonly string[];
  readonly renamings: readonly Renaming[];
}

/** The fetches of an operation, each after those that it needs. */
export interface QueryPlan {
  readonly fetches: readonly FetchNode[];
}

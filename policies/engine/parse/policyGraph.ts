/** What a derived field does with its inputs, as `@lineage` in the SDL tells; see docs/decisions/policy-language.md. */
export interface Lineage {
  /** Values repeated in the derived field: a client reads them there, so they must be shown as well as released. */
  readonly exposes: readonly string[];
  /** Values repeated where they may be; without them the derived field is poorer, not withheld. */
  readonly optional: readonly string[];
  /** Values that a score is computed from. */
  readonly computes: readonly string[];
  /** Values that a group number is counted from. */
  readonly aggregates: readonly string[];
}

export interface GraphArgument {
  readonly coordinate: string;
  /** The field by whose values the argument selects rows (`@tests`). */
  readonly tests: string | undefined;
}

/**
 * - `governed`: shown only where a policy grants it;
 * - `key`: an id, or an inaccessible part of a `@key`, by which subgraphs find an object: needs no grant;
 * - `feed`: columns for a derived type, never shown to a client;
 * - `internal`: federation's own (`_entities`, `_service`);
 * - `interface`: decided on the types that implement it.
 */
export type FieldKind = 'governed' | 'key' | 'feed' | 'internal' | 'interface';

export interface GraphField {
  /** `Type.field` */
  readonly coordinate: string;
  readonly type: string;
  readonly name: string;
  /** The subgraph that answers it, whose owner decides. */
  readonly subgraph: string;
  readonly kind: FieldKind;
  /** The named type it returns. */
  readonly returns: string;
  readonly arguments: readonly GraphArgument[];
  readonly lineage: Lineage | undefined;
  /** Coordinates that federation hands to its resolver (`@requires`). */
  readonly requires: readonly string[];
  /** Whether it tells of people one by one: its type, or what it returns, leads to or from an object with an id. */
  readonly personal: boolean;
}

/** Registries that are known and not joined here: rules and tests about them are passed over. */
export interface LeftOut {
  readonly subgraphs: ReadonlySet<string>;
  /** Types of theirs, and the fields that they add to each. */
  readonly types: ReadonlyMap<string, ReadonlySet<string>>;
}

/** The supergraph as policies see it: who owns which field, and what each derived field is made of. */
export interface PolicyGraph {
  readonly subgraphs: ReadonlySet<string>;
  readonly leftOut: LeftOut;
  readonly fields: ReadonlyMap<string, GraphField>;
  /** Object and interface types, and the fields of each. */
  readonly types: ReadonlyMap<string, readonly GraphField[]>;
  /** Interface -> the types that implement it. */
  readonly implementations: ReadonlyMap<string, readonly string[]>;
}

/** How a derived field uses its inputs (`@lineage` in the SDL); see docs/decisions/policy-language.md. */
export interface Lineage {
  /**
   * Values that the derived field repeats. A client reads them there, so they must be shown as well as
   * released.
   */
  readonly exposes: readonly string[];
  /**
   * Values that it repeats if they are shown. Without them the derived field has less, but it is not
   * withheld.
   */
  readonly optional: readonly string[];
  /** Values that it computes a score from. */
  readonly computes: readonly string[];
  /** Values that it counts a group number from. */
  readonly aggregates: readonly string[];
}

/**
 * The GraphQL type of codes with labels. The field that answers one governs it: its own fields need no grant.
 */
export const CODING_TYPE = 'Coding';

export interface GraphArgument {
  readonly coordinate: string;
  /** The field whose values the argument tests in order to select rows (`@tests`). */
  readonly tests: string | undefined;
}

/**
 * - `governed`: shown only if a policy grants it;
 * - `key`: an id, an inaccessible part of a `@key` by which subgraphs find an object, or a part of a coding;
 *   it needs no grant;
 * - `feed`: columns for a derived type, never shown to a client;
 * - `internal`: a field of federation itself (`_entities`, `_service`);
 * - `interface`: the decisions on the types that implement it apply.
 */
export type FieldKind = 'governed' | 'key' | 'feed' | 'internal' | 'interface';

export interface GraphField {
  /** `Type.field` */
  readonly coordinate: string;
  readonly type: string;
  readonly name: string;
  /** The subgraph that answers it. Its owner decides on the field. */
  readonly subgraph: string;
  readonly kind: FieldKind;
  /** The named type that it returns. */
  readonly returns: string;
  readonly arguments: readonly GraphArgument[];
  readonly lineage: Lineage | undefined;
  /** Coordinates that federation passes to its resolver (`@requires`). */
  readonly requires: readonly string[];
  /**
   * Whether it is about individual people: its type, or the type that it returns, leads to or from an object
   * with an id.
   */
  readonly personal: boolean;
}

/** Registries that are known but not joined here: rules and tests about them are skipped. */
export interface LeftOut {
  readonly subgraphs: ReadonlySet<string>;
  /** Their types, and the fields that they add to each. */
  readonly types: ReadonlyMap<string, ReadonlySet<string>>;
}

/** What policies need of the supergraph: who owns which field, and what each derived field is made of. */
export interface PolicyGraph {
  readonly subgraphs: ReadonlySet<string>;
  readonly leftOut: LeftOut;
  readonly fields: ReadonlyMap<string, GraphField>;
  /** Object and interface types, and the fields of each. */
  readonly types: ReadonlyMap<string, readonly GraphField[]>;
  /** Interface -> the types that implement it. */
  readonly implementations: ReadonlyMap<string, readonly string[]>;
}

/**
 * What a gateway adds to federation. Federation knows types, fields and fetches, but no people, registries or
 * policies. A gateway implements these hooks where its supergraph has ids that clients must not see, values
 * that travel by reference, or entities with recorded reads.
 */

/** The key of an entity whose reads are observed. */
export type EntityKey = number;

/** Scalars and fields of a supergraph that need special handling. */
export interface EntityTypes {
  /** Whether subgraphs exchange keys as values of this scalar, while clients see sealed ids. */
  isKeyScalar(scalar: string): boolean;
  /** Whether a value is a key of this scalar. */
  isKey(scalar: string, value: unknown): boolean;
  /** How objects name the entity that they are about; undefined where reads are not observed. */
  readonly observed: ObservedEntity | undefined;
  /** Values that one subgraph hands to another by reference; undefined where there are none. */
  readonly handedOver: HandedOverScalar | undefined;
}

/** The entity whose reads are observed: an object is one, or it names one. */
export interface ObservedEntity {
  /** The key scalar of the entity. */
  readonly scalar: string;
  /** The field of the entity that holds its key. */
  readonly keyField: string;
  /** The field, without arguments, by which another object names the entity. */
  readonly entityField: string;
}

/**
 * A scalar with large values that travel by reference within the process. A missing value is sent as null.
 */
export interface HandedOverScalar {
  readonly scalar: string;
  /** Reads a value that came as JSON. */
  read(value: object): object;
  /** Whether a value is one of them. */
  is(value: unknown): value is object;
  /** Keys of the observed entities whose rows a value holds. */
  entities(value: object): Iterable<EntityKey>;
}

/** Seals keys into the ids that one recipient sees, and unseals them. */
export interface IdCodec {
  sealAll(requests: readonly SealRequest[]): string[];
  /** The key behind an id; undefined where this recipient was not given it for this scalar. */
  unseal(scalar: string, id: unknown): unknown;
}

/** A key that waits to be sealed. */
export interface SealRequest {
  readonly scalar: string;
  readonly key: unknown;
}

/** For a supergraph without special scalars. */
export const plainTypes: EntityTypes = {
  isKeyScalar: () => false,
  isKey: () => false,
  observed: undefined,
  handedOver: undefined,
};

/** For a supergraph without key scalars: there is nothing to seal. */
export const noIds: IdCodec = { sealAll: () => [], unseal: () => undefined };

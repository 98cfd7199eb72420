/** What was foretold of children at one horizon, and what came of it. */
export interface Foretold {
  /** Probabilities, by child. */
  readonly probability: Float64Array;
  /** 1 where the child became a client. */
  readonly became: Uint8Array;
  /** How often each child counts: 1, or in a bootstrap as often as its family was drawn. */
  readonly weight: Uint8Array;
}

/** Children in the order of their probability: sorted once, and used for every draw of families. */
export function orderOf(probability: Float64Array): Uint32Array {
  return Uint32Array.from(probability.keys()).sort((a, b) => probability[a]! - probability[b]!);
}

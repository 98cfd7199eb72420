/** How numbers of groups are protected (docs/disclosure.md). */
export interface DisclosureParameters {
  /** No number is told of fewer people than this, nor of a difference of fewer. */
  readonly minimum: number;
  /** Of how many families they must be at least. */
  readonly families: number;
  /** The largest share of a number that one family may have, 0 to 1. */
  readonly familyShare: number;
  /** Every count is told with noise of mean 0 and this variance, never more than `maximum` off. */
  readonly noise: { readonly maximum: number; readonly variance: number };
  /** How many questions a recipient may ask in a calendar month; a table is as many as it has views (2 ^ dimensions). */
  readonly questions: number;
}

/** Where people lived at the ends of years: rows of equal place belong together. */
export interface YearlyResidences {
  readonly person: Uint32Array;
  /** The number of the district in a dictionary. */
  readonly district: Uint16Array;
  readonly firstYear: Uint16Array;
  readonly lastYear: Uint16Array;
}

/** Whose rows a factor is made of: the child's own, those of the parents in the child's family, or of the other children in it. */
export type Whose = 'child' | 'parents' | 'siblings';

export interface Labels {
  readonly fi: string;
  readonly en: string;
  readonly sv: string;
}

/** Something that a registry knows of a child, as a number, as of the first day of a quarter and only from what began before it. */
export interface Factor {
  /** `health.parents.T60.36m`: unique in the city; it begins with the registry. */
  readonly id: string;
  readonly whose: Whose;
  readonly label: Labels;
  /** How it is reckoned, in words. */
  readonly formula: string;
  /** Months that it looks back; undefined: as far as the registry reaches. */
  readonly months: number | undefined;
  /** The coordinates that it tells of. */
  readonly reads: readonly string[];
}

/** The registry that a factor is of: its id begins with it. */
export function registryOf(factor: string): string {
  return factor.slice(0, factor.indexOf('.'));
}

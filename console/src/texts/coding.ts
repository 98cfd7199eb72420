/** A code of a registry, with its label in the language of the request. Withheld or unlabelled: null. */
export interface Coding {
  readonly code: string | null;
  readonly label: string | null;
}

/** The name of a code for readers: its label, else the code itself. */
export function codingName(coding: Coding | null): string | null {
  return coding && (coding.label ?? coding.code);
}

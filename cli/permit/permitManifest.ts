import type { OutputCheck } from './outputCheck.js';

/** Where an extract waits until a second person releases it. */
export function heldFolder(out: string): string {
  return `${out}.held`;
}

/** The manifest of an extract. */
export interface PermitManifest {
  readonly permit: string;
  readonly recipient: string;
  readonly purpose: string;
  readonly basis: readonly string[];
  readonly policyRevision: string;
  /** Who ran the extraction. */
  readonly extractedBy: string;
  readonly createdAt: string;
  /** The registries whose data is in it. People of their owners may release it. */
  readonly registries: readonly string[];
  /** What the person who releases it looks at. */
  readonly check: OutputCheck;
  /** The last day on which it may be used. */
  readonly expires: string;
  readonly tables: Readonly<
    Record<string, { rows: number; sha256: string; columns: Readonly<Record<string, string | null>> }>
  >;
}

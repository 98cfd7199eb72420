export interface SecurityProperty {
  readonly key: string;
  readonly sentence: string;
  /** Paths of files or folders, or a pattern. */
  readonly enforcedBy: readonly string[];
  readonly tests: readonly string[];
}

export function securityProperties(root: string): Promise<ReadonlyMap<string, SecurityProperty>>;
export function propertiesPage(root: string): Promise<string>;

/** Which registries a process joins, as the configuration of the city says. */
export interface JoinedRegistries {
  /** Registries of Polku that this city does not have. */
  readonly leftOut: readonly string[];
  /**
   * The folders of registries, by name: of one that the city declares itself, or of one of Polku's whose
   * export is mapped in another way.
   */
  readonly folders: ReadonlyMap<string, string>;
}

let joined: JoinedRegistries = { leftOut: [], folders: new Map() };

/**
 * Chooses the registries of this process. It takes effect before the first import of subgraphs/registries.ts,
 * because types and commands are made of the registries when they are loaded.
 */
export function joinRegistries(choice: Partial<JoinedRegistries>): void {
  joined = { leftOut: [], folders: new Map(), ...choice };
}

export function joinedRegistries(): JoinedRegistries {
  return joined;
}

import type { RegistryDefinition } from '../../../subgraphs/registry/columns/tableDefinition.js';
import type { Manifest } from '../../../subgraphs/registry/snapshot/manifest.js';
import {
  openSnapshot,
  readManifest,
  type Snapshot,
} from '../../../subgraphs/registry/snapshot/openSnapshot.js';

/** Throws where a snapshot may not be served. */
export type AcceptSnapshot = (manifest: Manifest) => void;

/** A registry's snapshot in service; a newer one is loaded beside it and then taken, whole. */
export class LiveSnapshot<Definition extends RegistryDefinition = RegistryDefinition> {
  #refreshing: Promise<void> | undefined;

  private constructor(
    private readonly data: string,
    private readonly definition: Definition,
    private readonly accept: AcceptSnapshot,
    private snapshot: Snapshot<Definition>,
  ) {}

  /** @throws PolkuError SNAPSHOT_MISSING, SNAPSHOT_INVALID, SNAPSHOT_NEWER, and what `accept` throws */
  static async open<Definition extends RegistryDefinition>(
    data: string,
    definition: Definition,
    accept: AcceptSnapshot,
  ): Promise<LiveSnapshot<Definition>> {
    accept(await readManifest(data, definition));
    const snapshot = await openSnapshot(data, definition);
    // Another may have become current meanwhile.
    accept(snapshot.manifest);
    return new LiveSnapshot(data, definition, accept, snapshot);
  }

  get current(): Snapshot<Definition> {
    return this.snapshot;
  }

  /**
   * Takes up the newest snapshot. Requests that have begun end on the one that they began with. One refresh runs at a time:
   * a large snapshot takes longer to load than it is between two looks.
   */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#takeNewest().finally(() => (this.#refreshing = undefined));
    return this.#refreshing;
  }

  async #takeNewest(): Promise<void> {
    const manifest = await readManifest(this.data, this.definition);
    if (manifest.snapshotId === this.snapshot.manifest.snapshotId) return;
    this.accept(manifest);
    const snapshot = await openSnapshot(this.data, this.definition);
    this.accept(snapshot.manifest);
    this.snapshot = snapshot;
  }
}

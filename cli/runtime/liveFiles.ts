import { fileRevision } from '../../lib/regularFile.js';
import type { RegistryDefinition } from '../../registry-kit/columns/tableDefinition.js';
import {
  restrictionPath,
  type RestrictionPlace,
  missingRestrictions,
  readRestrictions,
  traceRestrictions,
} from '../../registry-kit/restrictions/restrictionFile.js';
import { type Restrictions, noRestrictions } from '../../registry-kit/restrictions/restrictions.js';
import type { Manifest } from '../../registry-kit/snapshot/manifest.js';
import { openSnapshot, readManifest, type Snapshot } from '../../registry-kit/snapshot/openSnapshot.js';

/**
 * The marks of a registry in service. If newer marks cannot be read, the marks that were read last stay in
 * force.
 */
export class LiveMarks {
  private constructor(
    private readonly place: RestrictionPlace,
    private marks: Restrictions,
    private revision: string,
  ) {}

  /** @throws PolkuError MARKS_INVALID, LINKAGE_STORE_CHANGED: then the registry must not be served */
  static async open(place: RestrictionPlace): Promise<LiveMarks> {
    const { data, registry, store } = place;
    const revision = await fileRevision(restrictionPath(data, registry));
    const marks = await readRestrictions(data, registry, store);
    await traceRestrictions(place);
    return new LiveMarks(place, marks, revision);
  }

  get current(): Restrictions {
    return this.marks;
  }

  /**
   * Loads changed marks. Running requests end with the marks that they began with.
   * @throws PolkuError MARKS_INVALID, LINKAGE_STORE_CHANGED
   */
  async refresh(): Promise<void> {
    const { data, registry, store } = this.place;
    const revision = await fileRevision(restrictionPath(data, registry));
    if (revision === this.revision) return;
    const marks = await readRestrictions(data, registry, store);
    // A file that disappears lifts nobody's mark.
    if (marks === noRestrictions) throw missingRestrictions(data, registry);
    [this.marks, this.revision] = [marks, revision];
    await traceRestrictions(this.place);
  }
}

/** Throws if a snapshot may not be served. */
type AcceptSnapshot = (manifest: Manifest) => void;

/**
 * A registry's snapshot in service. A newer snapshot is loaded completely before it replaces the present one.
 */
export class LiveSnapshot<Definition extends RegistryDefinition = RegistryDefinition> {
  #refreshing: Promise<void> | undefined;
  #switched: (manifest: Manifest) => void = () => {};

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
    // Another snapshot may have become current in the meantime.
    accept(snapshot.manifest);
    return new LiveSnapshot(data, definition, accept, snapshot);
  }

  get current(): Snapshot<Definition> {
    return this.snapshot;
  }

  /** Sets what is called with each snapshot that replaces another. */
  onSwitch(listener: (manifest: Manifest) => void): void {
    this.#switched = listener;
  }

  /**
   * Loads the newest snapshot. Running requests end with the snapshot that they began with. One refresh runs
   * at a time, because loading a large snapshot can take longer than the interval between two checks.
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
    this.#switched(snapshot.manifest);
  }
}

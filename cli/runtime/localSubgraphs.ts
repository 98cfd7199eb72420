import { join } from 'node:path';
import { CellNoise, recordKeys } from '../../disclosure-control/cellNoise.js';
import { DisclosureControl } from '../../disclosure-control/disclosureControl.js';
import { GroupPrices } from '../../disclosure-control/groupPrices.js';
import { type Ledger, openLedger } from '../../disclosure-control/ledger/ledger.js';
import { today } from '../../lib/calendar.js';
import { PolkuError } from '../../lib/errors.js';
import type { Log } from '../../lib/log.js';
import { Linkage } from '../../linkage/linkage.js';
import { hetu } from '../../linkage/localId.js';
import type { Policy } from '../../policies/engine/decide/policy.js';
import { CodeCatalogue } from '../../registry-kit/codes/codeCatalogue.js';
import { readCodeLists } from '../../registry-kit/codes/codeLists.js';
import { DisclosureLog, type DisclosureRecord } from '../../registry-kit/disclosureLog.js';
import { flagConditions } from '../../registry-kit/person-flags/flagConditions.js';
import { personFlagsRegistry } from '../../registry-kit/person-flags/personFlags.js';
import { hasRestriction, SHIELDING_REGISTRY } from '../../registry-kit/restrictions/restrictions.js';
import { createSubgraph, type Decide } from '../../registry-kit/subgraph/createSubgraph.js';
import { derivedSources, registrySources } from '../../registry-kit/subgraph/registrySources.js';
import {
  currentPerson,
  everyKeyOf,
  type MergedPersons,
  mergedPersonsIn,
} from '../../registry-kit/subgraph/requestContext.js';
import type { RegisterTrust } from '../../risk-model/register/verifyRegister.js';
import { LiveRiskModel } from '../../risk-model/register/liveRiskModel.js';
import { ServedRegister } from '../../risk-model/register/servedRegister.js';
import type { PersonKey } from '../../schema/keys.js';
import type { SecurityEvents } from '../../schema/securityEvents.js';
import type { Subgraph } from '../../schema/subgraph.js';
import type { DecisionContext } from '../../schema/tokens/decisionContext.js';
import type { CohortsStore } from '../../subgraphs/cohorts/cohortsStore.js';
import type { DirectoryStore } from '../../subgraphs/directory/subgraph.js';
import type { RiskSubgraphStore } from '../../subgraphs/risk/riskRegister.js';
import { derivedModules, registries, riskSources } from '../../subgraphs/registries.js';
import { LiveMarks, LiveSnapshot } from './liveFiles.js';
import type { Secrets } from './secrets.js';

/** How often a server checks for newer snapshots, marks or a newer linkage store. */
const REFRESH_MS = 5_000;

interface LocalSubgraphsOptions {
  readonly names: readonly string[];
  readonly data: string;
  /**
   * The name of this process among those with subgraphs of the data directory. Each has its own disclosure
   * log.
   */
  readonly writer: string;
  readonly secrets: Secrets;
  /** The policy for a request that the gateway decides under the given revision. */
  readonly policy: (revision: string) => Policy;
  /**
   * Whether to reject snapshots of real people. `--dev` must, because anyone can act as any persona there.
   */
  readonly syntheticOnly: boolean;
  /** How many numbers about groups may be asked for in total, if groups are served. */
  readonly ledgerCapacity?: number | undefined;
  /** The age in hours from which on a snapshot is stale, if the city has set one. */
  readonly snapshotHours?: number | undefined;
  /** Whose signatures are valid in the register of risk models, if risk is served. */
  readonly riskTrust: () => Promise<RegisterTrust>;
  /** Receives changes of that register. */
  readonly events?: Pick<SecurityEvents, 'record'> | undefined;
  /**
   * Writes a registry's entry in the disclosure log. Without this function, the registry waits until its
   * entry is durable, as a registry in its own process must. In the gateway's process the response waits, so
   * that entries are written concurrently.
   */
  readonly note?: (log: DisclosureLog, disclosure: DisclosureRecord) => Promise<void>;
  /** Gets newer snapshots, and each fault that keeps an older state in service. */
  readonly log: Log;
}

/** Subgraphs of this process. */
export interface LocalSubgraphs {
  readonly subgraphs: readonly Subgraph[];
  /** The registries of this process, and when the snapshot of each was extracted (ISO 8601). */
  readonly snapshots: readonly { readonly registry: string; readonly createdAt: () => string }[];
  /** The ledger of questions about groups, if they are served here. */
  readonly ledger: Pick<Ledger, 'ready' | 'asked' | 'capacity'> | undefined;
  /**
   * Whether a person is under non-disclosure for safety. It is true for everybody if this process has no
   * registry.
   */
  isShielded(person: PersonKey): boolean;
  /** Every key that a person has had; only the given key if this process has no registry. */
  keysOf(person: PersonKey): readonly PersonKey[];
  /**
   * The person with an identity code; undefined if the city knows no such person, or the population register
   * has erased the person. Only where linkage runs in this process.
   */
  readonly residentOf: ((code: string) => PersonKey | undefined) | undefined;
  stop(): Promise<void>;
}

/** The names of all subgraphs that this program can serve. */
export const subgraphNames: readonly string[] = [
  ...registries.map(({ definition }) => definition.name),
  ...Object.keys(derivedModules),
];

/**
 * Loads snapshots and creates the named subgraphs from them.
 * @throws PolkuError SNAPSHOT_MISSING, SNAPSHOT_INVALID, SNAPSHOT_NEWER, NOT_SYNTHETIC, MARKS_INVALID,
 * LINKAGE_STORE_INVALID, LINKAGE_STORE_CHANGED, DISCLOSURE_LOG_LOCKED
 */
export async function openLocalSubgraphs(options: LocalSubgraphsOptions): Promise<LocalSubgraphs> {
  const closing: (() => Promise<void>)[] = [];
  try {
    return await openAll(options, closing);
  } catch (cause) {
    for (const close of closing) await close();
    throw cause;
  }
}

async function openAll(
  options: LocalSubgraphsOptions,
  closing: (() => Promise<void>)[],
): Promise<LocalSubgraphs> {
  const refreshes: (() => Promise<void>)[] = [];
  const shared = await openShared(options, refreshes);
  const opened: Opened = { shared, refreshes, closing, snapshots: [] };
  const subgraphs = await Promise.all(options.names.map((name) => openSubgraph(name, options, opened)));
  const log = await DisclosureLog.open(options.data, options.writer);
  opened.log = log;
  closing.push(() => log.close());
  const timer = setInterval(() => {
    for (const refresh of refreshes)
      refresh().catch((fault: unknown) => options.log.fault('refresh-failed', fault));
  }, REFRESH_MS).unref();
  return {
    subgraphs,
    snapshots: opened.snapshots,
    ledger: opened.ledger,
    isShielded: (person) =>
      !shared || conditionsNow(shared).isShielded(currentPerson(mergedPersons(shared), person)),
    residentOf: opened.linkage && ((code) => residentOf(opened.linkage!, shared, code)),
    keysOf: (person) => (shared ? everyKeyOf(mergedPersons(shared), person) : [person]),
    async stop() {
      clearInterval(timer);
      for (const close of closing) await close();
    },
  };
}

/** What all registries of a process use of the population register: ages, non-disclosures and its marks. */
interface Shared {
  readonly overlays: LiveSnapshot<typeof personFlagsRegistry>;
  readonly marks: LiveMarks;
  /** The linkage store whose keys are in all snapshots and marks of this process. */
  readonly store: string;
}

/** Undefined if the process has no registry. */
async function openShared(
  { names, data }: LocalSubgraphsOptions,
  refreshes: (() => Promise<void>)[],
): Promise<Shared | undefined> {
  if (!registries.some(({ definition }) => names.includes(definition.name))) return undefined;
  let first: string | undefined;
  const overlays = await LiveSnapshot.open(data, personFlagsRegistry, ({ linkageStore }) => {
    first ??= linkageStore;
    if (linkageStore !== first) throw anotherStore('The snapshot of overlays');
  });
  const { linkageStore: store } = overlays.current.manifest;
  const marks = await LiveMarks.open({ data, registry: SHIELDING_REGISTRY, store });
  refreshes.push(
    () => overlays.refresh(),
    () => marks.refresh(),
  );
  return { overlays, marks, store };
}

function conditionsNow({ overlays, marks }: Shared): ReturnType<typeof flagConditions> {
  return flagConditions(overlays.current.tables, marks.current, today(), undefined);
}

function mergedPersons({ overlays }: Shared): MergedPersons {
  return mergedPersonsIn(overlays.current.manifest);
}

function residentOf(linkage: Linkage, shared: Shared | undefined, code: string): PersonKey | undefined {
  const person = linkage.findPerson(hetu, code);
  if (typeof person !== 'number') return undefined;
  return shared && hasRestriction(shared.marks.current, 'erasure', person, today()) ? undefined : person;
}

/** What the subgraphs of a process share, and what to do when it stops. */
interface Opened {
  readonly shared: Shared | undefined;
  readonly refreshes: (() => Promise<void>)[];
  readonly closing: (() => Promise<void>)[];
  readonly snapshots: LocalSubgraphs['snapshots'][number][];
  ledger?: Ledger;
  linkage?: Linkage;
  /** Opened last, when everything else is ready. */
  log?: DisclosureLog;
}

async function openSubgraph(name: string, options: LocalSubgraphsOptions, opened: Opened): Promise<Subgraph> {
  const { shared, refreshes } = opened;
  const { data, policy, syntheticOnly, note, log } = options;
  const decide: Decide = (caller, revision) => policy(revision).decide(caller, new Date());
  const registry = registries.find(({ definition }) => definition.name === name);
  if (registry && shared) {
    const live = await LiveSnapshot.open(data, registry.definition, ({ synthetic, linkageStore }) => {
      if (syntheticOnly && !synthetic) throw notSynthetic(name);
      if (linkageStore !== shared.store) throw anotherStore(`The snapshot of ${name}`);
    });
    live.onSwitch(({ snapshotId: snapshot, createdAt }) =>
      log.write('snapshot-switched', `The snapshot of ${name} is of ${createdAt}.`, {
        registry: name,
        snapshot,
      }),
    );
    refreshes.push(() => live.refresh());
    opened.snapshots.push({ registry: name, createdAt: () => live.current.manifest.createdAt });
    let { marks } = shared;
    if (name !== SHIELDING_REGISTRY) {
      marks = await LiveMarks.open({ data, registry: name, store: shared.store });
      refreshes.push(() => marks.refresh());
    }
    return createSubgraph({
      name,
      module: registry.module,
      decide,
      codes: await CodeCatalogue.read([name]),
      mergedPersons: () => mergedPersons(shared),
      note: (disclosure) => (note ? note(opened.log!, disclosure) : opened.log!.append(disclosure)),
      open: registrySources(
        () => live.current,
        () => shared.overlays.current.tables,
        () => ({ own: marks.current, population: shared.marks.current }),
      ),
    });
  }
  const store = await derivedStore(name, options, opened);
  return createSubgraph({
    name,
    module: derivedModules[name]!,
    decide,
    open: (decision) => derivedSources(store(decision))(decision),
    codes: await CodeCatalogue.read(registries.map(({ definition }) => definition.name)),
    mergedPersons: shared && (() => mergedPersons(shared)),
  });
}

/** What a subgraph without register data reads, in addition to its feeds, while it answers one request. */
async function derivedStore(
  name: string,
  { data, secrets, policy, ledgerCapacity, snapshotHours, riskTrust, events, log }: LocalSubgraphsOptions,
  opened: Opened,
): Promise<(decision: DecisionContext) => unknown> {
  const { shared, refreshes, closing } = opened;
  switch (name) {
    case 'linkage': {
      const linkage = await Linkage.open({ dir: join(data, 'linkage'), secret: await secrets.linkage() });
      if (shared && !isStoreOf(shared, linkage)) throw anotherStore(`The one in ${join(data, 'linkage')}`);
      opened.linkage = linkage;
      refreshes.push(() => linkage.reload());
      return () => linkage;
    }
    case 'cohorts': {
      const { store, ledger } = await openCohortsStore(
        data,
        await secrets.disclosure(),
        policy,
        ledgerCapacity,
      );
      opened.ledger = ledger;
      closing.push(() => ledger.close());
      return store;
    }
    case 'risk': {
      const factors = new Set(riskSources.flatMap(({ features }) => features.map(({ id }) => id)));
      const live = new LiveRiskModel({ data, trust: riskTrust, factors });
      // If no model may serve, everything else still does.
      await live.refresh().catch((fault: unknown) => log.fault('refresh-failed', fault));
      refreshes.push(() => live.refresh());
      closing.push(() => live.close());
      const onChange = () =>
        live.refreshAgain().catch((fault: unknown) => log.fault('refresh-failed', fault));
      const register = new ServedRegister({ data, trust: riskTrust, onChange, events });
      const store: RiskSubgraphStore = { inForce: live.inForce, register };
      return () => store;
    }
    case 'directory':
      return ({ revision }): DirectoryStore => ({
        ownerOf: (registry) => policy(revision).ownerOf(registry),
        snapshotHours,
      });
    default:
      return () => undefined;
  }
}

/**
 * Whether the linkage store has issued the keys that are served. An older copy would issue some of them to
 * other people.
 */
function isStoreOf({ store, overlays }: Shared, linkage: Linkage): boolean {
  const { linkageKeys = 0 } = overlays.current.manifest;
  return linkage.store === store && linkage.issuedKeys >= linkageKeys;
}

function anotherStore(what: string): PolkuError {
  return new PolkuError(
    'LINKAGE_STORE_CHANGED',
    `${what} belongs to another linkage store, or another copy of it, than what is served here: people have other keys in it. Put back the store ` +
      'before, or read "Rotation" in docs/decisions/linkage.md, and start again.',
  );
}

function notSynthetic(registry: string): PolkuError {
  return new PolkuError(
    'NOT_SYNTHETIC',
    `The snapshot of ${registry} is not marked synthetic, and with --dev anyone can act as any persona. Serve real data without --dev, with an identity provider. If nobody in it exists, extract it again with --synthetic.`,
    { registry },
  );
}

/**
 * Opens what protects group numbers: the ledger of answers, and the noise, which depends on a secret.
 * @throws PolkuError DISCLOSURE_LEDGER_LOCKED, DISCLOSURE_LEDGER_INVALID, MAPPING_INVALID
 */
async function openCohortsStore(
  data: string,
  secret: Buffer,
  policy: (revision: string) => Policy,
  capacity: number | undefined,
): Promise<{ store: (decision: DecisionContext) => CohortsStore; ledger: Ledger }> {
  const noise = new CellNoise(secret);
  const codes = await readGroupCodes();
  const ledger = await openLedger(data, noise, { capacity });
  const control = new DisclosureControl(noise, ledger);
  const prices = new GroupPrices(ledger);
  return {
    store: ({ revision }) => ({
      answer: (question) => control.answer(question),
      form: (group) => control.form(group),
      prices,
      recordKeys: (bound) => recordKeys(secret, bound),
      parameters: (purpose, registries) => policy(revision).disclosure(purpose, registries),
      codes,
    }),
    ledger,
  };
}

/**
 * The codes that criteria of groups may use, by registry and list.
 * @throws PolkuError MAPPING_INVALID
 */
export async function readGroupCodes(): Promise<CohortsStore['codes']> {
  const lists = new Map<string, readonly string[]>();
  for (const { definition } of registries) {
    for (const [list, codes] of await readCodeLists(definition.name))
      lists.set(`${definition.name}.${list}`, [...codes.keys()]);
  }
  return (registry, list) => lists.get(`${registry}.${list}`) ?? [];
}

import type { KeyObject } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CheckPolicies } from '../../approvals/policy-revisions/compileApart.js';
import { draftFolder, draftRollback } from '../../approvals/policy-revisions/draftRevision.js';
import type { VerifiedRevision } from '../../approvals/policy-revisions/verifyRevisions.js';
import { loadOwners } from '../../approvals/owners.js';
import { createPersonKey, readPersonKey, signPayload } from '../../approvals/personKey.js';
import { type Closure, closurePayload, writeRevision } from '../../approvals/policy-revisions/revision.js';
import { RevisionService } from '../../approvals/policy-revisions/revisionService.js';
import { RevisionStore } from '../../approvals/policy-revisions/revisionStore.js';
import { policiesFolder } from '../../cli/options.js';
import { committedGraph } from '../../cli/runtime/openPolicy.js';
import { compilePolicy } from '../../policies/engine/compile/compilePolicy.js';
import { loadPolicyFolder } from '../../policies/engine/parse/loadPolicyFolder.js';
import type { PolicyGraph } from '../../policies/engine/parse/policyGraph.js';
import type { PolicySource } from '../../policies/engine/parse/problems.js';

/** Two people of the health services, two of every other owner, and an unknown stranger. */
export const SIGNERS = ['health-1', 'health-2', 'city-1', 'city-2'] as const;
export type Signer = (typeof SIGNERS)[number];

const OTHERS = [
  'population',
  'social',
  'education',
  'paths',
  'cohorts',
  'risk',
  'directory',
  'linkage',
  'governance',
];

/** A store of signed revisions in a temporary folder, with the people who may sign. */
export interface SignedPolicies {
  readonly folder: string;
  readonly store: string;
  readonly owners: string;
  readonly revisionService: RevisionService;
  keyFile(person: Signer | 'stranger'): string;
  key(person: Signer | 'stranger'): Promise<KeyObject>;
  /** The policies, with one file changed. */
  sources(file?: string, change?: (text: string) => string): Promise<readonly PolicySource[]>;
  propose(
    author: Signer,
    sources: readonly PolicySource[],
    terms?: { readonly days?: number; readonly renew?: readonly string[] },
  ): Promise<VerifiedRevision>;
  rollback(author: Signer, sequence: number): Promise<VerifiedRevision>;
  approve(sequence: number, ...people: readonly Signer[]): Promise<VerifiedRevision>;
  close(closure: Closure, sequence: number, person: Signer, comment?: string): Promise<VerifiedRevision>;
  /** Proposes and approves the policies as the first revision. */
  first(days?: number): Promise<VerifiedRevision>;
  remove(): Promise<void>;
}

export interface SignedPoliciesOptions {
  readonly now?: () => Date;
  /** The shipped policies by default. */
  readonly policies?: readonly PolicySource[];
  readonly graph?: PolicyGraph;
  /** How proposals are compiled; by default in this thread. */
  readonly check?: CheckPolicies;
}

export async function signedPolicies(options: SignedPoliciesOptions = {}): Promise<SignedPolicies> {
  const now = options.now ?? (() => new Date());
  const policies = options.policies ?? (await loadPolicyFolder(policiesFolder));
  const graph = options.graph ?? (await committedGraph());
  const folder = await mkdtemp(join(tmpdir(), 'polku-signed-'));
  const [store, owners] = [join(folder, 'store'), join(folder, 'owners.yaml')];
  const keyFile = (person: string) => join(folder, 'keys', `${person}.key`);
  const key = (person: string) => readPersonKey(keyFile(person));
  await mkdir(join(folder, 'keys'));
  const lines = ['people:'];
  for (const person of SIGNERS)
    lines.push(`  ${person}: { label: Office, key: ${await createPersonKey(keyFile(person))} }`);
  await createPersonKey(keyFile('stranger'));
  lines.push('owners:', '  health: [health-1, health-2]');
  lines.push(...OTHERS.map((registry) => `  ${registry}: [city-1, city-2]`));
  await writeFile(owners, `${lines.join('\n')}\n`);
  const revisionService = new RevisionService({
    store: new RevisionStore(store),
    owners: () => loadOwners(owners),
    check: options.check ?? (async (sources) => compilePolicy(sources, graph).problems),
    now,
  });
  const submit = async (author: Signer, payload: string) =>
    revisionService.propose(payload, { person: author, signature: signPayload(payload, await key(author)) });
  const signed: SignedPolicies = {
    folder,
    store,
    owners,
    revisionService,
    keyFile,
    key,
    async sources(file, change) {
      return policies.map((source) =>
        source.file === file && change ? { file, text: change(source.text) } : source,
      );
    },
    async propose(author, sources, { days = 30, renew = [] } = {}) {
      const terms = { author, comment: 'because', now: now(), days, renew };
      return submit(author, writeRevision(draftFolder(await revisionService.history(), sources, terms)));
    },
    async rollback(author, sequence) {
      const terms = { author, comment: 'back', now: now(), days: 30 };
      return submit(author, writeRevision(draftRollback(await revisionService.history(), sequence, terms)));
    },
    async approve(sequence, ...people) {
      let last!: VerifiedRevision;
      for (const person of people) {
        const { payload } = await revisionService.waiting(sequence);
        last = await revisionService.approve(sequence, {
          person,
          signature: signPayload(payload, await key(person)),
        });
      }
      return last;
    },
    async close(closure, sequence, person, comment = 'no more') {
      const { payload } = await revisionService.waiting(sequence);
      const signature = signPayload(closurePayload(closure, payload, comment), await key(person));
      return revisionService.close(sequence, { closure, person, comment, signature });
    },
    async first(days = 30) {
      const { sequence } = await signed.propose('city-1', await signed.sources(), { days });
      return signed.approve(sequence, 'city-2', 'health-1', 'health-2');
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
  return signed;
}

/** Changes one file in place, byte by byte, as an intruder would. */
export async function tamper(file: string, change: (text: string) => string): Promise<void> {
  const text = await readFile(file, 'utf8');
  const changed = change(text);
  if (changed === text) throw new Error('Nothing was changed.');
  await writeFile(file, changed);
}

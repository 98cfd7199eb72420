import {
  draftChanges,
  draftRollback,
  type Draft,
  type FileChanges,
} from '../../approvals/policy-revisions/draftRevision.js';
import { type Revision, writeRevision } from '../../approvals/policy-revisions/revision.js';
import { ownersOf, type RevisionService } from '../../approvals/policy-revisions/revisionService.js';
import {
  type Content,
  type RevisionHistory,
  type VerifiedRevision,
  withoutExpired,
} from '../../approvals/policy-revisions/verifyRevisions.js';
import { SIGNATURES_NEEDED } from '../../approvals/signedDocument.js';
import { PolkuError } from '../../lib/errors.js';
import type { StoredOperation } from '../../policies/engine/compare/operationImpact.js';
import type { PolicySource } from '../../policies/engine/parse/problems.js';
import { MAX_FILE_BYTES } from '../../policies/engine/parse/sourceDocument.js';
import type { PolicyReview } from './reviewPolicies.js';
import type { ReviewClient, ReviewThread } from './reviewThread.js';

const MOST_FILES = 100;
const MOST_BYTES = 2 * 2 ** 20;
const FILE_NAME = /^[a-z][a-z0-9-]*(\.test)?\.ya?ml$/;
const TEST_FILE = /\.test\.ya?ml$/;

export interface PolicyDraftsOptions {
  /** Where policies are signed; undefined with `--dev`, where a folder is in force. */
  readonly revisionService: RevisionService | undefined;
  /** The policies of the folder that is in force with `--dev`. */
  readonly folder: () => Promise<readonly PolicySource[]>;
  /** The tests that come with the installation. Revisions replace them file by file. */
  readonly tests: () => Promise<readonly PolicySource[]>;
  readonly operations: () => Promise<readonly StoredOperation[]>;
  readonly thread: Pick<ReviewThread, 'review'>;
  readonly now?: () => Date;
}

/** A file of the policies or of their tests. */
export interface DraftFile {
  readonly name: string;
  readonly text: string;
  /** undefined: it is a file of tests, or with `--dev`. */
  readonly expiresAt: Date | undefined;
}

/** A file that a change sets or removes. undefined: there is no such file. */
export interface ChangedFile {
  readonly name: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** A person whose signature counts for an owner. */
export interface OwnerNeeded {
  readonly registry: string;
  /** How many people of the owner must still sign. */
  readonly count: number;
}

/** The author's words and decisions about a draft. */
export type DraftTerms = Pick<Draft, 'author' | 'comment' | 'days' | 'overruled'>;

/** A change of the policies with what it means. */
export interface ReviewedDraft {
  readonly review: PolicyReview;
  /** The number of the revision that it was compared with; undefined: none, or with `--dev`. */
  readonly comparedWith: number | undefined;
  /** The files that it sets or removes, those of tests last. A file that is only renewed stays equal. */
  readonly files: readonly ChangedFile[];
  readonly owners: readonly OwnerNeeded[];
  /**
   * The text to sign; undefined with `--dev`.
   * @throws PolkuError USAGE if nothing changes
   */
  readonly payload: ((terms: DraftTerms) => string) | undefined;
}

/** Shows what a draft, a waiting revision or a rollback would change before anybody signs it. */
export class PolicyDrafts {
  constructor(private readonly options: PolicyDraftsOptions) {}

  /**
   * The files of a revision, tests last; by default those in force.
   * @throws PolkuError BAD_USER_INPUT if there is no such revision
   */
  async files(sequence: number | undefined): Promise<readonly DraftFile[]> {
    const revision = await this.#revision(sequence);
    const policies = revision
      ? [...revision.content].map(([name, { text, expiresAt }]) => ({ name, text, expiresAt }))
      : (await this.options.folder()).map(({ file, text }) => ({ name: file, text, expiresAt: undefined }));
    const tests = await this.#tests(revision?.allTests ?? new Map());
    return [
      ...policies.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
      ...tests.map(({ file, text }) => ({ name: file, text, expiresAt: undefined })),
    ];
  }

  /**
   * @param changes file name -> its new text; undefined: the file is removed
   * @param renewed files of policies that are set again even if they do not change, so that they expire later
   * @throws PolkuError BAD_USER_INPUT, POLICY_TOO_LARGE, POLICY_INVALID, RATE_LIMITED
   */
  async reviewDraft(
    changes: FileChanges,
    client: ReviewClient,
    renewed: readonly string[] = [],
  ): Promise<ReviewedDraft> {
    checkDraft(changes);
    const history = await this.options.revisionService?.history();
    const present = new Map((await this.files(undefined)).map(({ name, text }) => [name, text] as const));
    if (renewed.some((name) => TEST_FILE.test(name) || !present.has(name)))
      throw new PolkuError('BAD_USER_INPUT', 'Only files of policies that are in force can be renewed.');
    const changed = new Map([
      ...renewed.map((name) => [name, present.get(name)] as const),
      ...[...changes].filter(([name, text]) => present.get(name) !== text),
    ]);
    const files = new Map([...changed].filter(([name]) => !TEST_FILE.test(name)));
    const tests = new Map([...changed].filter(([name]) => TEST_FILE.test(name)));
    const draft = (terms: DraftTerms) => draftChanges(history!, files, tests, { ...terms, now: this.#now() });
    return this.#review({ history, files, tests, draft }, client);
  }

  /**
   * Compares a revision with the one that it follows.
   * @throws PolkuError BAD_USER_INPUT, POLICY_UNSIGNED
   */
  async reviewRevision(sequence: number, client: ReviewClient): Promise<ReviewedDraft> {
    const { revisions } = await this.#signed().history();
    const revision = found(revisions, sequence);
    const parent = revisions.find(({ digest }) => digest === revision.parent);
    const waits = revision.state === 'waiting';
    const contentOf = (one: VerifiedRevision) =>
      sourcesOf(waits ? withoutExpired(one.content, this.#now()) : one.content);
    const shipped = await this.options.tests();
    const review = await this.options.thread.review(
      {
        before: parent && contentOf(parent),
        after: contentOf(revision),
        tests: applied(shipped, revision.allTests),
        operations: await this.options.operations(),
        now: this.#now(),
      },
      client,
    );
    return {
      review,
      comparedWith: parent?.sequence,
      files: changedFiles(
        [...(parent ? sourcesOf(parent.content) : []), ...applied(shipped, parent?.allTests ?? new Map())],
        [...revision.files, ...revision.tests],
      ),
      owners: [...revision.missing].map(([registry, count]) => ({ registry, count })),
      payload: () => revision.payload,
    };
  }

  /**
   * Compares an earlier revision with the one in force.
   * @throws PolkuError BAD_USER_INPUT, POLICY_UNSIGNED
   */
  async reviewRollback(sequence: number, client: ReviewClient): Promise<ReviewedDraft> {
    const history = await this.#signed().history();
    if (found(history.revisions, sequence).state !== 'superseded')
      throw new PolkuError('BAD_USER_INPUT', `Revision ${sequence} was not in force before the present one.`);
    const draft = (terms: DraftTerms) => draftRollback(history, sequence, { ...terms, now: this.#now() });
    const { files, tests } = draft({ author: 'nobody', comment: '', days: 1 });
    return this.#review({ history, files, tests, draft }, client);
  }

  async #review(
    change: {
      readonly history: RevisionHistory | undefined;
      readonly files: FileChanges;
      readonly tests: FileChanges;
      readonly draft: (terms: DraftTerms) => Revision;
    },
    client: ReviewClient,
  ): Promise<ReviewedDraft> {
    const { history, files, tests, draft } = change;
    const inForce = history?.inForce;
    const before = history
      ? inForce && sourcesOf(withoutExpired(inForce.content, this.#now()))
      : await this.options.folder();
    const testsBefore = await this.#tests(inForce?.allTests ?? new Map());
    const review = await this.options.thread.review(
      {
        before,
        after: applied(before ?? [], files),
        tests: applied(testsBefore, tests),
        operations: await this.options.operations(),
        now: this.#now(),
      },
      client,
    );
    const content: Content = inForce?.content ?? new Map();
    const owners = files.size + tests.size > 0 ? [...ownersOf({ files, tests, content })] : [];
    return {
      review,
      comparedWith: inForce?.sequence,
      files: changedFiles(
        [...(inForce ? sourcesOf(inForce.content) : (before ?? [])), ...testsBefore],
        [...files, ...tests],
      ),
      owners: history ? owners.map((registry) => ({ registry, count: SIGNATURES_NEEDED })) : [],
      payload: history && ((terms) => writeRevision(draft(terms))),
    };
  }

  async #tests(replaced: FileChanges): Promise<readonly PolicySource[]> {
    return applied(await this.options.tests(), replaced);
  }

  /** undefined with `--dev`. */
  async #revision(sequence: number | undefined): Promise<VerifiedRevision | undefined> {
    if (sequence !== undefined) return found((await this.#signed().history()).revisions, sequence);
    return (await this.options.revisionService?.history())?.inForce;
  }

  #signed(): RevisionService {
    const { revisionService } = this.options;
    if (revisionService) return revisionService;
    throw new PolkuError(
      'POLICY_UNSIGNED',
      'With --dev policies are edited in their folder, so there are no revisions.',
    );
  }

  #now(): Date {
    return this.options.now?.() ?? new Date();
  }
}

/**
 * Runs the tests for proposals.
 * @returns the names of those that fail, as `registry: name`
 */
export function failingTests({
  thread,
  tests,
}: Pick<PolicyDraftsOptions, 'thread' | 'tests'>): (
  sources: readonly PolicySource[],
  replaced: FileChanges,
) => Promise<readonly string[]> {
  return async (sources, replaced) => {
    const review = await thread.review(
      {
        before: undefined,
        after: sources,
        tests: applied(await tests(), replaced),
        operations: [],
        now: new Date(),
      },
      { caller: 'proposals' },
    );
    return failedTests(review);
  };
}

/** The names of the tests that fail, as a revision that overrules them has them. */
export function failedTests({ tests }: PolicyReview): readonly string[] {
  return tests
    .filter(({ failures }) => failures.length > 0)
    .map(({ registry, name }) => `${registry}: ${name}`);
}

/** The tests of a folder that differ from those after the revision in force. Missing files stay. */
export function changedTests(
  shipped: readonly PolicySource[],
  replaced: FileChanges,
  wanted: readonly PolicySource[],
): FileChanges {
  const present = textsOf(applied(shipped, replaced));
  return new Map([...textsOf(wanted)].filter(([file, text]) => present.get(file) !== text));
}

function textsOf(sources: readonly PolicySource[]): ReadonlyMap<string, string> {
  return new Map(sources.map(({ file, text }) => [file, text]));
}

function applied(sources: readonly PolicySource[], changes: FileChanges): readonly PolicySource[] {
  const after = new Map<string, string | undefined>([...textsOf(sources), ...changes]);
  const names = [...after.keys()].sort();
  return names.flatMap((file) => {
    const text = after.get(file);
    return text === undefined ? [] : [{ file, text }];
  });
}

function changedFiles(
  sources: readonly PolicySource[],
  changes: readonly (readonly [name: string, after: string | undefined])[],
): readonly ChangedFile[] {
  const before = textsOf(sources);
  return changes.map(([name, after]) => ({ name, before: before.get(name), after }));
}

function sourcesOf(content: Content): readonly PolicySource[] {
  return [...content].map(([file, { text }]) => ({ file, text }));
}

function found(revisions: readonly VerifiedRevision[], sequence: number): VerifiedRevision {
  const revision = revisions.find((one) => one.sequence === sequence);
  if (revision) return revision;
  throw new PolkuError('BAD_USER_INPUT', `There is no revision ${sequence}.`);
}

/** @throws PolkuError BAD_USER_INPUT, POLICY_TOO_LARGE */
function checkDraft(changes: FileChanges): void {
  const wrong = [...changes.keys()].find((name) => !FILE_NAME.test(name) || name.startsWith('owners.'));
  if (wrong !== undefined)
    throw new PolkuError('BAD_USER_INPUT', 'A draft has files of policies and of their tests only.');
  const sizes = [...changes.values()].map((text) => Buffer.byteLength(text ?? ''));
  const sum = sizes.reduce((all, one) => all + one, 0);
  if (changes.size > MOST_FILES || sum > MOST_BYTES || sizes.some((size) => size > MAX_FILE_BYTES))
    throw new PolkuError(
      'POLICY_TOO_LARGE',
      `A draft has at most ${MOST_FILES} files of ${MAX_FILE_BYTES} bytes, and ${MOST_BYTES} bytes together.`,
    );
}

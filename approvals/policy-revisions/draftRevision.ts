import { PolkuError } from '../../lib/errors.js';
import type { PolicySource } from '../../policies/engine/parse/problems.js';
import { type Content, nextSequence, type RevisionHistory } from './verifyRevisions.js';
import type { OverruledTests, Revision } from './revision.js';

const DAY_MS = 86_400_000;

export interface Draft {
  readonly author: string;
  readonly comment: string;
  readonly now: Date;
  /** For how long the files that it sets are in force. */
  readonly days: number;
  /** Tests that fail and that the author accepts. */
  readonly overruled?: OverruledTests | undefined;
}

/** File name -> its whole text; undefined: the file is removed. */
export type FileChanges = Revision['files'];

/**
 * Drafts a revision that changes the policies to the content of a folder.
 * @param renew files that the revision sets although they did not change, so that they expire later
 * @throws PolkuError USAGE if there is nothing to propose
 */
export function draftFolder(
  history: RevisionHistory,
  sources: readonly PolicySource[],
  draft: Draft & {
    readonly renew: readonly string[];
    /** Files of tests that change with the policies. */
    readonly tests?: FileChanges;
  },
): Revision {
  const before: Content = history.inForce?.content ?? new Map();
  const after = new Map(sources.map(({ file, text }) => [file, text]));
  for (const file of draft.renew) {
    if (!after.has(file)) throw new PolkuError('USAGE', `There is no file ${file} to renew.`);
  }
  return draftChanges(history, changesBetween(before, after, draft.renew), draft.tests ?? new Map(), draft);
}

/**
 * Drafts a revision, with a new number, that restores the policies of an earlier one.
 * @throws PolkuError USAGE if there is no such revision, or nothing to restore
 */
export function draftRollback(history: RevisionHistory, sequence: number, draft: Draft): Revision {
  const earlier = history.revisions.find((revision) => revision.sequence === sequence);
  if (earlier?.state !== 'superseded') {
    const known = history.revisions.filter(({ state }) => state === 'superseded').map((one) => one.sequence);
    throw new PolkuError(
      'USAGE',
      `Revision ${sequence} was not in force before the present one. ${known.length > 0 ? `There are: ${known.join(', ')}.` : 'There is none to go back to.'}`,
    );
  }
  const texts = new Map([...earlier.content].map(([file, { text }]) => [file, text]));
  const { content, allTests } = history.inForce!;
  return draftChanges(
    history,
    changesBetween(content, texts, []),
    fileChanges(allTests, earlier.allTests),
    draft,
  );
}

/** What differs between two sets of files. */
export function fileChanges(before: FileChanges, after: FileChanges): FileChanges {
  const all = new Set([...before.keys(), ...after.keys()]);
  const changed = [...all].filter((file) => before.get(file) !== after.get(file));
  return new Map(changed.map((file) => [file, after.get(file)]));
}

function changesBetween(
  before: Content,
  after: ReadonlyMap<string, string>,
  renew: readonly string[],
): FileChanges {
  const changes = new Map<string, string | undefined>();
  for (const [file, text] of after)
    if (before.get(file)?.text !== text || renew.includes(file)) changes.set(file, text);
  for (const file of before.keys()) if (!after.has(file)) changes.set(file, undefined);
  return changes;
}

/**
 * Drafts a revision that makes these changes.
 * @throws PolkuError USAGE if there is none
 */
export function draftChanges(
  history: RevisionHistory,
  files: FileChanges,
  tests: FileChanges,
  { author, comment, now, days, overruled }: Draft,
): Revision {
  if (files.size + tests.size === 0)
    throw new PolkuError(
      'USAGE',
      'Nothing differs from the policies in force, so there is nothing to propose.',
    );
  return {
    sequence: nextSequence(history),
    parent: history.inForce?.digest,
    author,
    comment,
    proposedAt: now,
    expiresAt: new Date(now.getTime() + days * DAY_MS),
    files,
    tests,
    overruled,
  };
}

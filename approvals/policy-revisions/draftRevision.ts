import { PolkuError } from '../../lib/errors.js';
import type { PolicySource } from '../../policies/engine/parse/problems.js';
import { type Content, nextSequence, type RevisionHistory } from './verifyRevisions.js';
import type { Revision } from './revision.js';

const DAY_MS = 86_400_000;

export interface Draft {
  readonly author: string;
  readonly comment: string;
  readonly now: Date;
  /** For how long the files that it sets are in force. */
  readonly days: number;
}

/**
 * Drafts a revision that changes the policies to the content of a folder.
 * @param renew files that the revision sets although they did not change, so that they expire later
 * @throws PolkuError USAGE if there is nothing to propose
 */
export function draftFolder(
  history: RevisionHistory,
  sources: readonly PolicySource[],
  draft: Draft & { readonly renew: readonly string[] },
): Revision {
  const before: Content = history.inForce?.content ?? new Map();
  const after = new Map(sources.map(({ file, text }) => [file, text]));
  for (const file of draft.renew) {
    if (!after.has(file)) throw new PolkuError('USAGE', `There is no file ${file} to renew.`);
  }
  return follow(history, changesBetween(before, after, draft.renew), draft);
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
  return follow(history, changesBetween(history.inForce!.content, texts, []), draft);
}

function changesBetween(
  before: Content,
  after: ReadonlyMap<string, string>,
  renew: readonly string[],
): ReadonlyMap<string, string | undefined> {
  const changes = new Map<string, string | undefined>();
  for (const [file, text] of after)
    if (before.get(file)?.text !== text || renew.includes(file)) changes.set(file, text);
  for (const file of before.keys()) if (!after.has(file)) changes.set(file, undefined);
  return changes;
}

function follow(
  history: RevisionHistory,
  files: Revision['files'],
  { author, comment, now, days }: Draft,
): Revision {
  if (files.size === 0)
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
  };
}

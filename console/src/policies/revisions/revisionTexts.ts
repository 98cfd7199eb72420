import type { ShownRevision } from './policyRevisions.js';

/** A revision with the exact text that is signed. */
export interface SignedText extends ShownRevision {
  readonly payload: string;
}

/** A policy file before and after a revision. An empty text: there is no such file. */
export interface FileTexts {
  readonly file: string;
  readonly before: string;
  readonly after: string;
}

/** The files that a revision sets or removes, with the texts that were in force before it. */
export function changedFiles(revision: SignedText, revisions: readonly SignedText[]): readonly FileTexts[] {
  const earlier = revisions
    .filter(({ standing }) => standing === 'IN_FORCE' || standing === 'SUPERSEDED')
    .filter(({ sequence }) => sequence < revision.sequence)
    .toSorted((a, b) => b.sequence - a.sequence)
    .map(({ payload }) => filesOf(payload));
  return Object.entries(filesOf(revision.payload)).map(([file, after]) => ({
    file,
    before: earlier.find((files) => file in files)?.[file] ?? '',
    after: after ?? '',
  }));
}

/** File name -> its text; null: the file is removed. */
function filesOf(payload: string): Readonly<Record<string, string | null>> {
  return (JSON.parse(payload) as { files: Record<string, string | null> }).files;
}

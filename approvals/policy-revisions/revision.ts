import { PolkuError } from '../../lib/errors.js';
import {
  digestOf,
  type DocumentHead,
  isText,
  PERSON_ID,
  readDocument,
  readTime,
  type Signature,
  writeDocument,
} from '../signedDocument.js';

const FORMAT = 'polku-policy-revision/1';
const CLOSURE_FORMAT = 'polku-policy-closure/1';
const FILE_NAME = /^[a-z][a-z0-9-]*\.ya?ml$/;

/**
 * One step of the policies: the files that it sets, and the revision that it follows. It is immutable once
 * signed. Each proposal gets the next number, even if it never comes into force.
 */
export interface Revision extends DocumentHead {
  /** The id of the person who proposed it. */
  readonly author: string;
  readonly comment: string;
  readonly proposedAt: Date;
  /** From this time on, the files that it sets deny everything. */
  readonly expiresAt: Date;
  /** File name -> its whole text; undefined: the file is removed. */
  readonly files: ReadonlyMap<string, string | undefined>;
}

/**
 * How a proposal is closed that shall not come into force.
 * - `withdrawn`: by its author;
 * - `rejected`: by another person of an owner that it concerns.
 */
export const closures = ['withdrawn', 'rejected'] as const;
export type Closure = (typeof closures)[number];

/** Who closed a proposal and why. The signature is over {@link closurePayload}. */
export interface SignedClosure extends Signature {
  readonly closure: Closure;
  readonly comment: string;
}

/** A revision as it is stored and sent: the exact text that was signed, and who signed it. */
export interface SignedRevision {
  readonly sequence: number;
  readonly payload: string;
  readonly signatures: readonly Signature[];
  readonly closures?: readonly SignedClosure[];
}

/**
 * The text that a person signs to close a proposal. It has the proposal's digest, so it closes no other
 * proposal.
 */
export function closurePayload(closure: Closure, payload: string, comment: string): string {
  return writeDocument(CLOSURE_FORMAT, { closure, revision: digestOf(payload), comment });
}

/** The text that a person signs. */
export function writeRevision(revision: Revision): string {
  const { parent, files } = revision;
  const texts = Object.fromEntries([...files].map(([file, text]) => [file, text ?? null]));
  return writeDocument(FORMAT, { ...revision, parent: parent ?? null, files: texts });
}

/** @throws PolkuError POLICY_STORE_INVALID */
export function readRevision(payload: string): Revision {
  const document = readDocument(payload, FORMAT);
  const { author, comment, ...content } = document?.content ?? {};
  const [proposedAt, expiresAt] = [readTime(content['proposedAt']), readTime(content['expiresAt'])];
  const files = Object.entries(Object(content['files']) as Record<string, unknown>);
  const sound =
    isText(author, PERSON_ID) &&
    typeof comment === 'string' &&
    files.length > 0 &&
    files.every(([file, text]) => FILE_NAME.test(file) && (text === null || typeof text === 'string'));
  if (!document || !sound || !proposedAt || !expiresAt)
    throw new PolkuError('POLICY_STORE_INVALID', `A revision is not of the form ${FORMAT}.`);
  const { sequence, parent } = document;
  const texts = files.map(([file, text]) => [file, (text as string | null) ?? undefined] as const);
  return { sequence, parent, author, comment, proposedAt, expiresAt, files: new Map(texts) };
}

export function damagedRevisions(what: string, cause?: unknown): PolkuError {
  const message = `The store of policy revisions is damaged: ${what}. Restore it from a copy.`;
  return new PolkuError('POLICY_STORE_INVALID', message, {}, { cause });
}

/** Files that all registries share. Every owner must agree to a change of them. */
const COMMON = /^(purposes|roles|recipients|permits)\.ya?ml$/;

/** Whether all registries share a file. */
export function isCommon(file: string): boolean {
  return COMMON.test(file);
}

/**
 * The registry that a policy file is for. A file for another registry than its name says does not compile.
 */
export function registryOfFile(file: string): string {
  return file.replace(/\.ya?ml$/, '');
}

/** The owners who must agree that these files change. */
export function ownersConcerned(changed: Iterable<string>, all: Iterable<string>): ReadonlySet<string> {
  const concerned = new Set<string>();
  for (const file of changed) {
    for (const part of isCommon(file) ? [...all].filter((other) => !isCommon(other)) : [file])
      concerned.add(registryOfFile(part));
  }
  return concerned;
}

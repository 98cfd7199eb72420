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
const COMMENT_FORMAT = 'polku-policy-comment/1';
const FILE_NAME = /^[a-z][a-z0-9-]*\.ya?ml$/;
const TEST_FILE_NAME = /^[a-z][a-z0-9-]*\.test\.ya?ml$/;

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
  /** Name of a file of policy tests -> its whole text; undefined: the file is removed. */
  readonly tests: ReadonlyMap<string, string | undefined>;
  /** Tests that fail and that its signers accept nevertheless. */
  readonly overruled: OverruledTests | undefined;
}

export interface OverruledTests {
  /** `registry: name` */
  readonly tests: readonly string[];
  readonly reason: string;
}

/** What a person said about a waiting proposal. The signature is over {@link commentPayload}. */
export interface SignedComment extends Signature {
  readonly comment: string;
  readonly time: Date;
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

/** The text that a person signs to comment on a proposal. */
export function commentPayload(payload: string, comment: string, time: Date): string {
  return writeDocument(COMMENT_FORMAT, { revision: digestOf(payload), comment, time });
}

/** The text that a person signs. */
export function writeRevision({ tests, overruled, ...revision }: Revision): string {
  return writeDocument(FORMAT, {
    ...revision,
    parent: revision.parent ?? null,
    files: textsOf(revision.files),
    ...(tests.size > 0 && { tests: textsOf(tests) }),
    ...(overruled && { overruled }),
  });
}

function textsOf(files: Revision['files']): Record<string, string | null> {
  return Object.fromEntries([...files].map(([file, text]) => [file, text ?? null]));
}

/** @throws PolkuError POLICY_STORE_INVALID */
export function readRevision(payload: string): Revision {
  const document = readDocument(payload, FORMAT);
  const { author, comment, ...content } = document?.content ?? {};
  const [proposedAt, expiresAt] = [readTime(content['proposedAt']), readTime(content['expiresAt'])];
  const [files, tests] = [
    readFiles(content['files'], FILE_NAME),
    readFiles(content['tests'], TEST_FILE_NAME),
  ];
  const overruled = readOverruled(content['overruled']);
  const sound = isText(author, PERSON_ID) && typeof comment === 'string' && overruled !== 'malformed';
  if (!document || !sound || !proposedAt || !expiresAt || !files || !tests || files.size + tests.size === 0)
    throw new PolkuError('POLICY_STORE_INVALID', `A revision is not of the form ${FORMAT}.`);
  const { sequence, parent } = document;
  return { sequence, parent, author, comment, proposedAt, expiresAt, files, tests, overruled };
}

/** undefined if a name or a text is none. */
function readFiles(value: unknown, name: RegExp): Revision['files'] | undefined {
  const files = Object.entries(Object(value) as Record<string, unknown>);
  const sound = files.every(([file, text]) => name.test(file) && (text === null || typeof text === 'string'));
  if (!sound) return undefined;
  return new Map(files.map(([file, text]) => [file, (text as string | null) ?? undefined]));
}

function readOverruled(value: unknown): OverruledTests | undefined | 'malformed' {
  if (value === undefined) return undefined;
  const { tests, reason } = Object(value) as Record<string, unknown>;
  const sound =
    Array.isArray(tests) && tests.every((one) => typeof one === 'string') && typeof reason === 'string';
  return sound ? { tests: tests as string[], reason } : 'malformed';
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

/** The file of the registry whose tests a file holds. */
export function policyFileOfTests(file: string): string {
  return file.replace('.test.', '.');
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

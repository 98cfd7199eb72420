import { createHash } from 'node:crypto';
import { PolkuError } from '../lib/errors.js';

const FORMAT = 'polku-policy-revision/1';
const CLOSURE_FORMAT = 'polku-policy-closure/1';
const FILE_NAME = /^[a-z][a-z0-9-]*\.ya?ml$/;

/** Ids of people are parts of file names. */
export const PERSON_ID = /^[a-z][a-z0-9-]*$/;

/**
 * One step of the policies: the files that it sets, and the revision that it follows. It is immutable once
 * signed.
 */
export interface Revision {
  /** Counts from 1: each proposal gets the next number, even if it never comes into force. */
  readonly sequence: number;
  /** The digest of the revision that it follows; undefined: it is the first. */
  readonly parent: string | undefined;
  /** The id of the person who proposed it. */
  readonly author: string;
  readonly comment: string;
  readonly proposedAt: Date;
  /** From this time on, the files that it sets deny everything. */
  readonly expiresAt: Date;
  /** File name -> its whole text; undefined: the file is removed. */
  readonly files: ReadonlyMap<string, string | undefined>;
}

/** A person's Ed25519 signature over a payload, in base64url. */
export interface Signature {
  readonly person: string;
  readonly signature: string;
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
  return `${JSON.stringify({ format: CLOSURE_FORMAT, closure, revision: digestOf(payload), comment }, null, 2)}\n`;
}

/** The text that a person signs. */
export function writePayload(revision: Revision): string {
  const { parent, proposedAt, expiresAt, files } = revision;
  const times = { proposedAt: proposedAt.toISOString(), expiresAt: expiresAt.toISOString() };
  const texts = Object.fromEntries([...files].map(([file, text]) => [file, text ?? null]));
  return `${JSON.stringify({ format: FORMAT, ...revision, parent: parent ?? null, ...times, files: texts }, null, 2)}\n`;
}

/** @throws PolkuError POLICY_STORE_INVALID */
export function readPayload(payload: string): Revision {
  const value = asRecord(parse(payload));
  const { sequence, parent, author, comment } = value ?? {};
  const [proposedAt, expiresAt] = [time(value?.['proposedAt']), time(value?.['expiresAt'])];
  const files = Object.entries(asRecord(value?.['files']) ?? {});
  const sound =
    value?.['format'] === FORMAT &&
    typeof sequence === 'number' &&
    Number.isSafeInteger(sequence) &&
    sequence > 0 &&
    (parent === null || typeof parent === 'string') &&
    typeof author === 'string' &&
    PERSON_ID.test(author) &&
    typeof comment === 'string' &&
    files.length > 0 &&
    files.every(([file, text]) => FILE_NAME.test(file) && (text === null || typeof text === 'string'));
  if (!sound || !proposedAt || !expiresAt)
    throw new PolkuError('POLICY_STORE_INVALID', `A revision is not of the form ${FORMAT}.`);
  const texts = files.map(([file, text]) => [file, (text as string | null) ?? undefined] as const);
  return {
    sequence,
    parent: parent ?? undefined,
    author,
    comment,
    proposedAt,
    expiresAt,
    files: new Map(texts),
  };
}

/** SHA-256 of a payload in hexadecimal. A revision names its parent by this digest. */
export function digestOf(payload: string): string {
  return createHash('sha256').update(payload).digest('hex');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

function time(value: unknown): Date | undefined {
  const date = typeof value === 'string' ? new Date(value) : undefined;
  return date && date.toJSON() === value ? date : undefined;
}

/** Files that all registries share. Every owner must agree to a change of them. */
const COMMON = /^(purposes|roles|permits)\.ya?ml$/;

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

import { createHash } from 'node:crypto';
import { today } from '../lib/calendar.js';
import { PolkuError } from '../lib/errors.js';
import type { Owners } from './owners.js';
import { isPasskeySignature, passkeyFault } from './passkey.js';
import { isSignatureOf } from './personKey.js';

/** Four-eyes principle: nobody decides alone. */
export const SIGNATURES_NEEDED = 2;

/** The id of a person in owners.yaml. It is part of file names. */
export const PERSON_ID = /^[a-z][a-z0-9-]*$/;
/** SHA-256 in hexadecimal. */
export const DIGEST = /^[0-9a-f]{64}$/;

/** The place of a document among others of its format. */
export interface DocumentHead {
  /** From 1. */
  readonly sequence: number;
  /** The digest of the document that it follows; undefined: it is the first. */
  readonly parent: string | undefined;
}

/**
 * A person's signature over a payload: Ed25519 in base64url, or one of a passkey (passkey.ts has its form).
 */
export interface Signature {
  readonly person: string;
  readonly signature: string;
}

/** Returns the text that is signed. There is no canonical form to get wrong. */
export function writeDocument(format: string, content: object): string {
  return `${JSON.stringify({ format, ...content }, null, 2)}\n`;
}

/** Returns undefined if the payload is not a document of the format. The caller checks the rest of it. */
export function readDocument(
  payload: string,
  format: string,
): (DocumentHead & { readonly content: Readonly<Record<string, unknown>> }) | undefined {
  const content = readRecord(payload);
  const { sequence, parent } = content ?? {};
  const sound =
    content?.['format'] === format &&
    typeof sequence === 'number' &&
    Number.isSafeInteger(sequence) &&
    sequence > 0 &&
    (parent === null || isText(parent, DIGEST));
  return sound ? { sequence, parent: parent ?? undefined, content } : undefined;
}

/** SHA-256 of a text in hexadecimal. A document names its parent by the digest of the parent's payload. */
export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/**
 * Checks that a person of owners.yaml signed a payload. Whether the signature counts is for {@link signsFor}.
 * @param what the signed thing, for messages
 * @throws PolkuError SIGNATURE_INVALID
 */
export function verifySignature(
  { person: id, signature }: Signature,
  payload: string,
  { people, relyingParty }: Owners,
  what: string,
): void {
  const person = people.get(id);
  if (!person)
    throw new PolkuError(
      'SIGNATURE_INVALID',
      `"${id}", who signed ${what}, is not in owners.yaml. Keep people who left in the list, with "until".`,
    );
  const fault = isPasskeySignature(signature)
    ? passkeyFault(signature, payload, person.passkeys, relyingParty)
    : person.key && isSignatureOf(signature, payload, person.key)
      ? undefined
      : 'the text was altered, or another key signed it';
  if (fault !== undefined)
    throw new PolkuError('SIGNATURE_INVALID', `The signature of "${id}" does not match ${what}: ${fault}.`);
}

/** Whether a person may sign for one of these owners on the day of this time. */
export function signsFor(
  person: string,
  names: Iterable<string>,
  time: Date,
  { people, peopleOf }: Owners,
): boolean {
  const known = people.get(person);
  if (!known || (known.until !== undefined && today(time) > known.until)) return false;
  return [...names].some((name) => peopleOf.get(name)?.has(person));
}

/** @throws PolkuError SIGNATURE_INVALID unless the person may sign for one of these owners */
export function requireSigner(person: string, names: Iterable<string>, time: Date, owners: Owners): void {
  const all = [...names];
  if (signsFor(person, all, time, owners)) return;
  throw new PolkuError(
    'SIGNATURE_INVALID',
    `"${person}" signs for none of the owners who may decide this (${all.join(', ')}).`,
  );
}

/**
 * Checks that a request comes from the login of the person who signed, so that a passkey or a key file in
 * other hands is not enough.
 * @param login the `sub` of the caller's token
 * @throws PolkuError SIGNATURE_INVALID if owners.yaml names another login for the person
 */
export function requireLogin(person: string, login: string, { people }: Owners): void {
  const known = people.get(person)?.login;
  if (known === undefined || known === login) return;
  throw new PolkuError(
    'SIGNATURE_INVALID',
    `owners.yaml names another login than yours for "${person}". Log in as the person who signs.`,
  );
}

/**
 * How many more people of an owner must sign. Each person counts once, and for every owner that the person
 * belongs to.
 */
export function signaturesMissing(
  owner: string,
  signers: Iterable<string>,
  time: Date,
  owners: Owners,
): number {
  const counting = [...new Set(signers)].filter((person) => signsFor(person, [owner], time, owners));
  return Math.max(0, SIGNATURES_NEEDED - counting.length);
}

/** Returns the JSON object of a text; undefined if the text is something else. */
export function readRecord(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** Reads a time as {@link writeDocument} writes it: ISO 8601 in UTC, with milliseconds. */
export function readTime(value: unknown): Date | undefined {
  const date = typeof value === 'string' ? new Date(value) : undefined;
  return date && date.toJSON() === value ? date : undefined;
}

export function isText(value: unknown, form: RegExp): value is string {
  return typeof value === 'string' && form.test(value);
}

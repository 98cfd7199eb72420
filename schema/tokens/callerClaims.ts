import type { JWTPayload } from 'jose';
import { PolkuError } from '../../lib/errors.js';
import { holdsIdentityCode } from '../identityCodeText.js';

/** The caller, as stated by the identity provider. */
export interface Caller {
  /** The user or application: the token's `sub`. */
  readonly subject: string;
  /** The organisation that receives the data. */
  readonly recipient: string;
  readonly roles: readonly string[];
  /** The purposes of use that the identity provider has granted. A request names one of them. */
  readonly purposes: readonly string[];
  /** Employee number and units in the departments, for care relationships. */
  readonly employee: string | undefined;
  readonly units: readonly string[];
  /** The number of a research permit. */
  readonly permit: string | undefined;
  /** The caller as a data subject: an id from the login service, never an identity code. */
  readonly person: string | undefined;
}

type OneOrSeveral = string | readonly string[];

/** Where a fact about the caller comes from: a fixed value, or a claim of the token. */
export type ClaimSource =
  | { readonly value: OneOrSeveral; readonly claim?: never; readonly table?: never }
  | {
      readonly value?: never;
      /** The name of the claim, or the names on the way to it. A name may contain dots. */
      readonly claim: OneOrSeveral;
      /** What each value of the claim stands for. What is not in the table is not held. */
      readonly table?: Readonly<Record<string, OneOrSeveral>> | undefined;
    };

/** Facts that a token must give. */
const NEEDED = ['recipient', 'roles', 'purposes'] as const;
/** Facts that not every caller has. */
const OPTIONAL = ['units', 'employee', 'permit', 'person'] as const;

/** The name of a fact about the caller. */
export type CallerFact = (typeof NEEDED)[number] | (typeof OPTIONAL)[number];
export const callerFacts: readonly CallerFact[] = [...NEEDED, ...OPTIONAL];

/** Where an issuer's tokens state the facts about a caller. A fact that is not named is not held. */
export type ClaimMapping = Readonly<Record<(typeof NEEDED)[number], ClaimSource>> &
  Readonly<Partial<Record<(typeof OPTIONAL)[number], ClaimSource | undefined>>>;

/** The claims of an issuer that states each fact under its own name. */
export const plainClaims = Object.fromEntries(
  callerFacts.map((fact) => [fact, { claim: fact }]),
) as unknown as ClaimMapping;

const LONGEST_TEXT = 200;
const MOST_TEXTS = 200;
/** Control characters, invisible formatting characters, lone surrogates and line breaks. */
const UNREADABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/**
 * The caller that a verified token names.
 * @throws PolkuError UNAUTHENTICATED if a claim is missing or malformed
 */
export function callerOf(payload: JWTPayload, mapping: ClaimMapping = plainClaims): Caller {
  const optional = (fact: 'employee' | 'permit' | 'person') => {
    const value = mapping[fact] && stated(payload, mapping[fact], false);
    return value === undefined ? undefined : text(value, fact, mapping[fact]);
  };
  const units = mapping.units && stated(payload, mapping.units, true);
  const caller = {
    subject: text(payload.sub, 'sub'),
    recipient: text(stated(payload, mapping.recipient, false), 'recipient', mapping.recipient),
    roles: texts(stated(payload, mapping.roles, true), 'roles', mapping.roles),
    purposes: texts(stated(payload, mapping.purposes, true), 'purposes', mapping.purposes),
    employee: optional('employee'),
    units: units === undefined ? [] : texts(units, 'units', mapping.units, 0),
    permit: optional('permit'),
    person: optional('person'),
  };
  // The audit log stores these claims.
  const { subject, recipient, roles, purposes, permit = '' } = caller;
  if ([subject, recipient, ...roles, ...purposes, permit].some(holdsIdentityCode))
    throw tokenRefused(
      'identity-code',
      'The token contains an identity code. The audit log stores the claims, so the identity provider must send other identifiers.',
    );
  return caller;
}

/** A source in words, such as `claim "realm_access.roles"`. */
export function describeSource({ claim, table }: ClaimSource): string {
  if (claim === undefined) return 'fixed value';
  return `claim "${listOf(claim).join('.')}"${table ? ', by its table' : ''}`;
}

/** What a token states by a source, still unchecked; undefined if it states nothing. */
function stated(payload: JWTPayload, source: ClaimSource, isList: boolean): unknown {
  if (source.claim === undefined) return isList ? listOf(source.value) : source.value;
  const claim = listOf(source.claim).reduce<unknown>(
    (at, name) =>
      typeof at === 'object' && at !== null && Object.hasOwn(at, name)
        ? (at as Record<string, unknown>)[name]
        : undefined,
    payload,
  );
  if (claim === undefined || !source.table) return claim;
  const values = typeof claim === 'string' ? [claim] : claim;
  if (!Array.isArray(values) || !values.every((value) => typeof value === 'string')) return null;
  const { table } = source;
  const found = new Set(values.flatMap((value) => (Object.hasOwn(table, value) ? table[value]! : [])));
  // Two values for one fact are refused: the order of groups must not decide who the caller is.
  return isList || found.size > 1 ? [...found] : [...found][0];
}

function listOf(value: OneOrSeveral): readonly string[] {
  return typeof value === 'string' ? [value] : value;
}

function text(value: unknown, fact: string, source?: ClaimSource): string {
  if (isText(value)) return value;
  throw tokenRefused(
    `claim-${fact}`,
    `The token states no ${fact} (${source ? describeSource(source) : `claim "${fact}"`}): expected a text of 1 to ${LONGEST_TEXT} readable characters.`,
  );
}

function texts(value: unknown, fact: string, source: ClaimSource | undefined, least = 1): readonly string[] {
  if (Array.isArray(value) && value.length >= least && value.length <= MOST_TEXTS && value.every(isText))
    return value;
  throw tokenRefused(
    `claim-${fact}`,
    `The token states no ${fact} (${describeSource(source!)}): expected a list of at most ${MOST_TEXTS} texts.`,
  );
}

function isText(claim: unknown): claim is string {
  return (
    typeof claim === 'string' &&
    claim.trim() === claim &&
    claim.length > 0 &&
    claim.length <= LONGEST_TEXT &&
    !UNREADABLE.test(claim)
  );
}

/** @param reason the fault in one word, for programs and for the security events */
export function tokenRefused(reason: string, message: string): PolkuError {
  return new PolkuError('UNAUTHENTICATED', message, { reason });
}

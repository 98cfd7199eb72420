import type { Owners } from '../../approvals/owners.js';
import { requireSigner } from '../../approvals/signedDocument.js';
import { PolkuError } from '../../lib/errors.js';
import { holdsIdentityCode } from '../../schema/identityCodeText.js';
import { type Act, readEntry, type RegisterEntry } from './registerEntry.js';
import {
  ownersOfStop,
  type RegisteredVersion,
  type RegisterTrust,
  RISK_OWNER,
  type Stop,
  type VerifiedRegister,
} from './verifyRegister.js';

/** What a person wants to do with the register. The register adds which file a version is. */
export type Order =
  | { readonly kind: 'approved'; readonly version: string; readonly reason: string }
  | { readonly kind: 'shadow'; readonly version: string; readonly reason: string }
  | { readonly kind: 'retired'; readonly version: string; readonly reason: string }
  | {
      readonly kind: 'stopped';
      /** undefined: any version. */
      readonly version: string | undefined;
      readonly reason: string;
    }
  | {
      readonly kind: 'resumed';
      /** The number of the entry that stopped it. */
      readonly stop: number;
      readonly reason: string;
    };

interface OrderTerms {
  /** undefined: nobody signs. */
  readonly person: string | undefined;
  readonly trust: RegisterTrust;
  readonly now: Date;
}

/**
 * Checks that an order has an effect, and that its person may give it.
 * @throws PolkuError SIGNATURE_INVALID, USAGE
 */
export function checkOrder(order: Order, register: VerifiedRegister, terms: OrderTerms): void {
  const { person } = terms;
  switch (order.kind) {
    case 'approved': {
      const { version, missing, approvers } = livingVersion(register, order.version);
      if (missing === 0) throw usage(`Version ${version} is approved already.`);
      if (person !== undefined && approvers.has(person))
        throw usage(`"${person}" has approved version ${version} already; another person must approve it.`);
      return requirePersonOf(terms, () => [RISK_OWNER]);
    }
    case 'shadow': {
      const { version, missing } = livingVersion(register, order.version);
      if (missing === 0) throw usage(`Version ${version} is approved: it cannot run in shadow mode.`);
      if (register.shadow?.version === version) throw usage(`Version ${version} is in shadow mode already.`);
      return requirePersonOf(terms, () => [RISK_OWNER]);
    }
    case 'retired':
      livingVersion(register, order.version);
      return requirePersonOf(terms, () => [RISK_OWNER]);
    case 'stopped':
      if (order.version !== undefined) livingVersion(register, order.version);
      return requirePersonOf(terms, ({ peopleOf }) => peopleOf.keys());
    case 'resumed': {
      const stop = stopIn(register, order.stop);
      if (person !== undefined && stop.resumers.has(person))
        throw usage(`"${person}" has agreed already; another person of the same owner must agree.`);
      return requirePersonOf(terms, (owners) => ownersOfStop(stop, owners));
    }
  }
}

/** @throws PolkuError USAGE if there is no such version */
export function versionIn({ versions }: VerifiedRegister, version: string): RegisteredVersion {
  const known = versions.find((one) => one.version === version);
  if (known) return known;
  const all = versions.map((one) => one.version).join(', ');
  throw usage(`There is no version ${version}. ${all ? `There are: ${all}.` : 'No version is registered.'}`);
}

/** A version that is not retired. */
function livingVersion(register: VerifiedRegister, version: string): RegisteredVersion {
  const known = versionIn(register, version);
  if (known.retired) throw usage(`Version ${version} is retired; train another.`);
  return known;
}

function stopIn({ stops }: VerifiedRegister, sequence: number): Stop {
  const known = stops.find((stop) => stop.sequence === sequence);
  if (known) return known;
  const all = stops.map((stop) => stop.sequence).join(', ');
  throw usage(`There is no stop ${sequence} in force. ${all ? `There are: ${all}.` : 'Nothing is stopped.'}`);
}

/** @throws PolkuError SIGNATURE_INVALID unless the person may sign for one of these owners today */
function requirePersonOf(
  { person, trust, now }: OrderTerms,
  names: (owners: Owners) => Iterable<string>,
): void {
  if (person !== undefined && trust !== 'unsigned') requireSigner(person, names(trust), now, trust);
}

/** The most characters of a reason. */
const LONGEST_REASON = 1_000;

/** @throws PolkuError BAD_USER_INPUT unless others can read the reason, and it names nobody */
export function checkReason(reason: string): void {
  if (reason.trim() === '' || reason.length > LONGEST_REASON)
    throw new PolkuError('BAD_USER_INPUT', `Say why, in at most ${LONGEST_REASON} characters.`);
  if (holdsIdentityCode(reason))
    throw new PolkuError(
      'BAD_USER_INPUT',
      'The reason contains a personal identity code. The register is for everybody to read; name nobody in it.',
    );
}

/** The most characters of a draft: a reason, and what surrounds it. */
const LONGEST_DRAFT = 10_000;

/**
 * Reads a draft that a person has signed.
 * @param kind the kind of order that it must be
 * @throws PolkuError BAD_USER_INPUT
 */
export function readDraft(payload: string, kind: Order['kind']): RegisterEntry & { readonly order: Order } {
  const entry = payload.length > LONGEST_DRAFT ? undefined : tryToRead(payload);
  const order = entry && orderOf(entry.act);
  if (order?.kind !== kind)
    throw new PolkuError('BAD_USER_INPUT', 'The text is no draft of the register for this mutation.');
  checkReason(order.reason);
  return { ...entry!, order };
}

function orderOf(act: Act): Order | undefined {
  switch (act.kind) {
    case 'trained':
    case 'evaluated':
      return undefined;
    case 'approved':
    case 'shadow': {
      const { kind, version, reason } = act;
      return { kind, version, reason };
    }
    default:
      return act;
  }
}

function tryToRead(payload: string): RegisterEntry | undefined {
  try {
    return readEntry(payload);
  } catch {
    return undefined;
  }
}

/** @throws PolkuError BAD_USER_INPUT, SIGNATURE_INVALID unless a person signs where people sign */
export function requirePerson(person: string | undefined, trust: RegisterTrust): void {
  if (trust === 'unsigned' && person !== undefined)
    throw new PolkuError('BAD_USER_INPUT', 'With --dev nobody signs the register; leave out the person.');
  if (trust !== 'unsigned' && person === undefined)
    throw new PolkuError('SIGNATURE_INVALID', 'Name the person of owners.yaml who signs.');
}

/** What somebody signs must fit the register as it is now. */
export function staleDraft(): PolkuError {
  return new PolkuError(
    'RISK_REGISTER_STALE',
    'The register has changed since the text was drafted, or that was too long ago. Draft it again, and sign that.',
  );
}

function usage(message: string): PolkuError {
  return new PolkuError('USAGE', message);
}

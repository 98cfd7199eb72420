import { createHash } from 'node:crypto';
import { PERSON_ID } from '../../approvals/revision.js';
import { PolkuError } from '../../lib/errors.js';

const FORMAT = 'polku-risk-register/1';

/** The form of a version: the day of training and the beginning of the file's digest. */
export const VERSION = /^\d{4}-\d{2}-\d{2}-[0-9a-f]{8}$/;
const SHA256 = /^[0-9a-f]{64}$/;

/**
 * What somebody did with a version of the model.
 * - `trained`, `evaluated`: a file with this digest exists; nobody signs these facts;
 * - `approved`: the version may serve after two people of the owner have approved the same file;
 * - `shadow`: the version runs in shadow mode: it scores, nobody sees the scores;
 * - `retired`: the version neither serves nor runs in shadow mode, and never will again;
 * - `stopped`: one version, or any version, immediately stops serving; `resumed` takes that back.
 */
export type Act =
  | { readonly kind: 'trained' | 'evaluated'; readonly version: string; readonly sha256: string }
  | {
      readonly kind: 'approved' | 'shadow';
      readonly version: string;
      readonly sha256: string;
      readonly reason: string;
    }
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

/** One entry of the register. It is immutable, and names the digest of the entry before it. */
export interface RegisterEntry {
  /** From 1, without a gap. */
  readonly sequence: number;
  /** Digest of the entry before; undefined in the first entry. */
  readonly parent: string | undefined;
  readonly time: Date;
  /** Id of the person who signs it; undefined if nobody does. */
  readonly person: string | undefined;
  readonly act: Act;
}

/** An entry as it is stored: the exact text that was signed, and the signature. */
export interface StoredEntry {
  readonly payload: string;
  /** Ed25519, base64url. */
  readonly signature: string | undefined;
}

/** Returns the text that is signed. */
export function writeEntry({ sequence, parent, time, person, act }: RegisterEntry): string {
  const { kind, ...what } = act;
  const head = {
    format: FORMAT,
    sequence,
    parent: parent ?? null,
    time: time.toISOString(),
    person: person ?? null,
  };
  return `${JSON.stringify({ ...head, act: kind, ...what }, null, 2)}\n`;
}

/** @throws PolkuError RISK_REGISTER_INVALID */
export function readEntry(payload: string): RegisterEntry {
  const value = parse(payload);
  const { format, sequence, parent, person } = value;
  const time = new Date(String(value['time']));
  const act = readAct(value);
  const sound =
    format === FORMAT &&
    typeof sequence === 'number' &&
    Number.isSafeInteger(sequence) &&
    (parent === null || isText(parent, SHA256)) &&
    (person === null || isText(person, PERSON_ID)) &&
    !Number.isNaN(time.getTime());
  if (!sound || !act) throw damagedRegister(`an entry does not have the format ${FORMAT}`);
  return { sequence, parent: parent ?? undefined, time, person: person ?? undefined, act };
}

/** SHA-256 of a payload in hexadecimal. The next entry names it as its parent. */
export function entryDigest(payload: string): string {
  return createHash('sha256').update(payload).digest('hex');
}

export function damagedRegister(what: string, cause?: unknown): PolkuError {
  return new PolkuError(
    'RISK_REGISTER_INVALID',
    `The register of risk models is damaged: ${what}. No model serves until it is restored from a copy.`,
    {},
    { cause },
  );
}

function readAct(value: Readonly<Record<string, unknown>>): Act | undefined {
  const { act: kind, version, sha256, stop, reason } = value;
  const hasFile = isText(version, VERSION) && isText(sha256, SHA256);
  switch (kind) {
    case 'trained':
    case 'evaluated':
      return hasFile ? { kind, version, sha256 } : undefined;
    case 'approved':
    case 'shadow':
      return hasFile && typeof reason === 'string' ? { kind, version, sha256, reason } : undefined;
    case 'retired':
      return isText(version, VERSION) && typeof reason === 'string' ? { kind, version, reason } : undefined;
    case 'stopped':
      return (version === undefined || isText(version, VERSION)) && typeof reason === 'string'
        ? { kind, version, reason }
        : undefined;
    case 'resumed':
      return typeof stop === 'number' && typeof reason === 'string' ? { kind, stop, reason } : undefined;
    default:
      return undefined;
  }
}

function isText(value: unknown, form: RegExp): value is string {
  return typeof value === 'string' && form.test(value);
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(text)) as Record<string, unknown>;
  } catch (cause) {
    throw damagedRegister('an entry is not JSON', cause);
  }
}

import {
  DIGEST,
  type DocumentHead,
  isText,
  PERSON_ID,
  readDocument,
  readTime,
  writeDocument,
} from '../../approvals/signedDocument.js';
import { PolkuError } from '../../lib/errors.js';

const FORMAT = 'polku-risk-register/1';

/** The form of a version: the day of training and the beginning of the file's digest. */
export const VERSION = /^\d{4}-\d{2}-\d{2}-[0-9a-f]{8}$/;

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

/** One entry of the register. It is immutable. Entries are numbered without a gap and follow one another. */
export interface RegisterEntry extends DocumentHead {
  readonly time: Date;
  /** Id of the person who signs it; undefined if nobody does. */
  readonly person: string | undefined;
  readonly act: Act;
}

/** Returns the text that is signed. */
export function writeEntry({ sequence, parent, time, person, act }: RegisterEntry): string {
  const { kind, ...what } = act;
  const head = { sequence, parent: parent ?? null, time, person: person ?? null };
  return writeDocument(FORMAT, { ...head, act: kind, ...what });
}

/** @throws PolkuError RISK_REGISTER_INVALID */
export function readEntry(payload: string): RegisterEntry {
  const document = readDocument(payload, FORMAT);
  const { person, ...content } = document?.content ?? {};
  const [time, act] = [readTime(content['time']), readAct(content)];
  if (!document || !time || !act || !(person === null || isText(person, PERSON_ID)))
    throw damagedRegister(`an entry does not have the format ${FORMAT}`);
  const { sequence, parent } = document;
  return { sequence, parent, time, person: person ?? undefined, act };
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
  const hasFile = isText(version, VERSION) && isText(sha256, DIGEST);
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

import { decodeJwt, decodeProtectedHeader } from 'jose';
import type { ErrorCode, ErrorDetails } from '../lib/errors.js';
import { holdsIdentityCode } from './identityCodeText.js';

/** Receives security events, one line of JSON at a time, without the line break. It must not throw. */
export type EventSink = (line: string) => void;

/** A rejected request. */
export interface RefusedRequest {
  /** Only 401 and 403 are security events. */
  readonly status: number;
  readonly code: ErrorCode;
  /** The fault in one word. The default is the code. */
  readonly reason?: string | undefined;
  readonly decisionId?: string | undefined;
  /** The header Authorization. An event has only the issuer and the key id that its token names. */
  readonly authorization?: string | undefined;
  /** The names of the other machine's certificate. */
  readonly peer?: string | undefined;
}

/** A remote registry that is served, or the reason why it is not served or not reachable. */
export interface RegistryNote {
  readonly registry: string;
  /** Undefined if the registry is served. */
  readonly code: ErrorCode | undefined;
  /** Coordinates and hashes. The details of a PolkuError contain no personal data. */
  readonly details: ErrorDetails;
}

export interface SecurityEventsOptions {
  /** The service that rejects requests: `gateway`, or the name of a registry. */
  readonly service: string;
  readonly sink: EventSink;
  /** Replaces the subject of a verified token by a keyed digest. Without it, events have no subject. */
  readonly digest?: (subject: string) => string;
}

/** The number of events of one kind that get their own line in a window. There are about fifty kinds. */
const EVENTS_PER_KIND = 20;
const WINDOW_MS = 60_000;

/** The events of one kind in a window. */
interface Kind {
  readonly code: ErrorCode;
  readonly reason: string;
  readonly since: string;
  count: number;
}

/**
 * Writes security events as lines of JSON. The first twenty events of each kind in a minute get a line each.
 * One line at the end of the minute counts the others, so that rejected requests cannot fill a disk.
 */
export class SecurityEvents {
  readonly #options: SecurityEventsOptions;
  readonly #kinds = new Map<string, Kind>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: SecurityEventsOptions) {
    this.#options = options;
  }

  /** Records a rejected request. Only the statuses 401 and 403 are security events. */
  refused({ status, code, reason = code, decisionId, authorization, peer }: RefusedRequest): void {
    if (status !== 401 && status !== 403) return;
    const time = new Date().toISOString();
    const key = `${code} ${reason}`;
    let kind = this.#kinds.get(key);
    if (!kind) this.#kinds.set(key, (kind = { code, reason, since: time, count: 0 }));
    kind.count += 1;
    this.#timer ??= setTimeout(() => this.flush(), WINDOW_MS).unref();
    if (kind.count > EVENTS_PER_KIND) return;
    const { issuer, kid, subject } = readToken(authorization);
    // Only a verified token identifies the caller.
    const isVerified = status === 403 && code !== 'CONTEXT_REFUSED';
    const named = isVerified && subject !== undefined ? this.#options.digest?.(subject) : undefined;
    const caller = { decisionId, issuer, kid, subject: named, peer: printable(peer) };
    this.#write({ time, event: 'refused', status, code, reason, ...caller });
  }

  /** Records that a registry is served or not. The caller must limit how often. */
  registry({ registry, code, details }: RegistryNote): void {
    const time = new Date().toISOString();
    const { differences, sha256, secondsAhead, reason } = details;
    const event = code === undefined ? 'registry-served' : 'registry-refused';
    this.#write({ time, event, registry, code, reason, differences, sha256, secondsAhead });
  }

  /** Writes the counts of events without their own line, and begins a new window. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const time = new Date().toISOString();
    for (const { code, reason, since, count } of this.#kinds.values()) {
      const more = count - EVENTS_PER_KIND;
      if (more > 0) this.#write({ time, event: 'refused-more', code, reason, since, count: more });
    }
    this.#kinds.clear();
  }

  #write({ time, ...event }: { readonly time: string } & Readonly<Record<string, unknown>>): void {
    const { sink, service } = this.#options;
    sink(JSON.stringify({ time, service, ...event }));
  }
}

/** Reads the claims of a token without verifying it. */
function readToken(authorization: string | undefined): {
  readonly issuer?: string | undefined;
  readonly kid?: string | undefined;
  readonly subject?: string | undefined;
} {
  const token = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1] ?? '';
  const { kid } = attempt(() => decodeProtectedHeader(token));
  const { iss, sub } = attempt(() => decodeJwt(token));
  return { issuer: printable(iss), kid: printable(kid), subject: typeof sub === 'string' ? sub : undefined };
}

function attempt<Value extends object>(decode: () => Value): Partial<Value> {
  try {
    return decode();
  } catch {
    return {};
  }
}

/**
 * A rejected token or certificate can contain anything, so an event repeats only what can be a name.
 */
function printable(claim: unknown): string | undefined {
  if (claim === undefined) return undefined;
  if (typeof claim !== 'string' || !/^[\x21-\x7e]{1,100}$/.test(claim)) return '(unreadable)';
  return holdsIdentityCode(claim) ? '(identity code)' : claim;
}

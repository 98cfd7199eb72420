import { decodeJwt, decodeProtectedHeader } from 'jose';
import type { ErrorCode, ErrorDetails } from '../lib/errors.js';
import { holdsIdentityCode } from './identityCodeText.js';

/** Where security events go: one line of JSON at a time, without its line break. It does not throw. */
export type EventSink = (line: string) => void;

/** A request that was refused. */
export interface RefusedRequest {
  /** Only 401 and 403 are security events. */
  readonly status: number;
  readonly code: ErrorCode;
  /** What was wrong, in one word; where there is none, the code. */
  readonly reason?: string | undefined;
  readonly decisionId?: string | undefined;
  /** The header Authorization. An event holds the issuer and the key that its token names, and nothing else of it. */
  readonly authorization?: string | undefined;
}

/** A registry elsewhere that is served, or why it is not, or cannot be asked. */
export interface RegistryNote {
  readonly registry: string;
  /** Undefined where it is served. */
  readonly code: ErrorCode | undefined;
  /** Coordinates and hashes; a PolkuError's details hold nothing of a person. */
  readonly details: ErrorDetails;
}

export interface SecurityEventsOptions {
  /** Who refuses: `gateway`, or a registry by its name. */
  readonly service: string;
  readonly sink: EventSink;
  /** Names the subject of a verified token by a digest under a secret; without it nobody is named. */
  readonly digest?: (subject: string) => string;
}

/** How many events of one kind are written one by one in a window; codes and reasons make some fifty kinds. */
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
 * Writes security events as lines of JSON. Of each kind the first twenty in a minute have a line each; the others are counted in one
 * line at the end of that minute, so that nobody can fill a disk by being refused.
 */
export class SecurityEvents {
  readonly #options: SecurityEventsOptions;
  readonly #kinds = new Map<string, Kind>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: SecurityEventsOptions) {
    this.#options = options;
  }

  /** Notes a refusal. Refusals of another status than 401 and 403 are no security events. */
  refused({ status, code, reason = code, decisionId, authorization }: RefusedRequest): void {
    if (status !== 401 && status !== 403) return;
    const time = new Date().toISOString();
    const key = `${code} ${reason}`;
    let kind = this.#kinds.get(key);
    if (!kind) this.#kinds.set(key, (kind = { code, reason, since: time, count: 0 }));
    kind.count += 1;
    this.#timer ??= setTimeout(() => this.flush(), WINDOW_MS).unref();
    if (kind.count > EVENTS_PER_KIND) return;
    const { issuer, kid, subject } = readToken(authorization);
    // Only a token that was verified tells who asked.
    const isVerified = status === 403 && code !== 'CONTEXT_REFUSED';
    const named = isVerified && subject !== undefined ? this.#options.digest?.(subject) : undefined;
    this.#write({ time, event: 'refused', status, code, reason, decisionId, issuer, kid, subject: named });
  }

  /** Notes that a registry is served or not. Who tells it bounds how often. */
  registry({ registry, code, details }: RegistryNote): void {
    const time = new Date().toISOString();
    const { differences, sha256, secondsAhead } = details;
    const event = code === undefined ? 'registry-served' : 'registry-refused';
    this.#write({ time, event, registry, code, differences, sha256, secondsAhead });
  }

  /** Writes how many events had no line of their own, and begins a new window. */
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

/** What a token says of itself, verified or not. */
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

/** Anybody can write anything into a token that is refused: what is no name of an issuer or a key is not repeated. */
function printable(claim: unknown): string | undefined {
  if (claim === undefined) return undefined;
  if (typeof claim !== 'string' || !/^[\x21-\x7e]{1,100}$/.test(claim)) return '(unreadable)';
  return holdsIdentityCode(claim) ? '(identity code)' : claim;
}

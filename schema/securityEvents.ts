import { decodeJwt, decodeProtectedHeader } from 'jose';
import type { ErrorCode, ErrorDetails } from '../lib/errors.js';
import { holdsIdentityCode } from './identityCodeText.js';

type Severity = 'INFO' | 'WARN' | 'ERROR';

/**
 * Every security event: its severity (of OpenTelemetry), what the event says about the attempt, its meaning,
 * and its own fields. docs/security-events.md is generated from this table. Names are stable.
 */
export const securityEventTable = {
  refused: {
    severity: 'WARN',
    outcome: 'refused',
    meaning: 'A request was answered by 401 or 403, such as for a purpose that its token does not hold.',
    fields:
      'status, code, reason, issuer and kid of the token, peer of the certificate, subject as a digest if the token was verified',
  },
  'refused-more': {
    severity: 'WARN',
    outcome: 'refused',
    meaning: 'More such requests than twenty of one kind in a minute.',
    fields: 'code, reason, since, count',
  },
  'break-glass': {
    severity: 'WARN',
    outcome: undefined,
    meaning: 'A request stated a reason for break-glass. The audit log has the reason, for review.',
    fields: 'purpose, codes, subject as a digest; outcome is that of the request',
  },
  'registry-served': {
    severity: 'INFO',
    outcome: 'accepted',
    meaning: 'A registry in another process answers its contract and is served.',
    fields: 'registry',
  },
  'registry-refused': {
    severity: 'ERROR',
    outcome: 'refused',
    meaning:
      'A registry in another process does not answer, answers another schema, or refuses this gateway.',
    fields: 'registry, code, reason, differences, sha256, secondsAhead',
  },
  'policy-proposed': {
    severity: 'INFO',
    outcome: 'accepted',
    meaning: 'A policy revision was proposed.',
    fields: 'sequence, missing: how many signatures it needs',
  },
  'policy-signed': {
    severity: 'INFO',
    outcome: 'accepted',
    meaning: 'A policy revision was signed.',
    fields: 'sequence, missing: how many signatures it still needs',
  },
  'policy-closed': {
    severity: 'INFO',
    outcome: 'accepted',
    meaning: 'A policy revision was withdrawn or rejected.',
    fields: 'sequence, closure',
  },
  'policy-in-force': {
    severity: 'INFO',
    outcome: 'accepted',
    meaning: 'A policy came into force in this process, at its start or later.',
    fields: 'revision',
  },
  'marks-added': {
    severity: 'INFO',
    outcome: 'accepted',
    meaning: 'People were marked by "polku mark add".',
    fields: 'registry, kind, people: their number',
  },
  'marks-lifted': {
    severity: 'WARN',
    outcome: 'accepted',
    meaning: 'Marks of people were lifted by "polku mark lift".',
    fields: 'registry, kind, people: their number',
  },
  'risk-model': {
    severity: 'WARN',
    outcome: 'accepted',
    meaning:
      'The register of risk models changed: a version was approved, put in shadow mode or retired, or a stop was made or undone.',
    fields: 'action, version, serving: the version that serves now',
  },
  configuration: {
    severity: 'INFO',
    outcome: 'accepted',
    meaning: 'A process started.',
    fields: 'sha256 of its configuration (passwords in addresses masked), changed since its last start',
  },
} as const satisfies Record<
  string,
  {
    readonly severity: Severity;
    readonly outcome: string | undefined;
    readonly meaning: string;
    readonly fields: string;
  }
>;

export type SecurityEventName = keyof typeof securityEventTable;

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
    this.#write('refused', time, { status, code, reason, ...caller });
  }

  /**
   * Records an event. The caller must limit how often.
   * @param fields codes, names of Polku's own, counts and digests; never personal data
   */
  record(event: SecurityEventName, fields: Readonly<Record<string, unknown>>): void {
    this.#write(event, new Date().toISOString(), fields);
  }

  /** Records a use of break-glass, with a digest of who used it. */
  brokeGlass(subject: string, use: Readonly<Record<string, unknown>>): void {
    this.record('break-glass', { ...use, subject: this.#options.digest?.(subject) });
  }

  /** Records that a registry is served or not. The caller must limit how often. */
  registry({ registry, code, details }: RegistryNote): void {
    const { differences, sha256, secondsAhead, reason } = details;
    const event = code === undefined ? 'registry-served' : 'registry-refused';
    this.record(event, { registry, code, reason, differences, sha256, secondsAhead });
  }

  /** Writes the counts of events without their own line, and begins a new window. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const time = new Date().toISOString();
    for (const { code, reason, since, count } of this.#kinds.values()) {
      const more = count - EVENTS_PER_KIND;
      if (more > 0) this.#write('refused-more', time, { code, reason, since, count: more });
    }
    this.#kinds.clear();
  }

  #write(event: SecurityEventName, time: string, fields: Readonly<Record<string, unknown>>): void {
    const { sink, service } = this.#options;
    const { severity, outcome } = securityEventTable[event];
    sink(JSON.stringify({ time, service, event, severity, outcome, ...fields }));
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

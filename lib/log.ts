type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/**
 * Every event that the log can have: its level and its meaning. docs/logs.md is generated from this table.
 * Names are stable, because alerts search for them.
 */
export const logEvents = {
  request: {
    level: 'info',
    meaning: 'A request was answered. Probes are left out.',
  },
  fault: {
    level: 'error',
    meaning:
      'Something unexpected happened while a request was answered. The client saw the decision id only.',
  },
  started: { level: 'info', meaning: 'The process accepts requests.' },
  ready: {
    level: 'info',
    meaning: 'A probe of /readyz found every check well, for the first time or again.',
  },
  'not-ready': {
    level: 'warn',
    meaning: 'A probe of /readyz found a check that fails. The message has the reasons.',
  },
  draining: {
    level: 'info',
    meaning: 'The process was told to stop. It is not ready any more, and still answers.',
  },
  stopped: { level: 'info', meaning: 'The process has answered its last request.' },
  'policy-in-force': { level: 'info', meaning: 'A policy revision came into force.' },
  'policy-expired': {
    level: 'error',
    meaning: 'A part of the policy has expired, and what it covered is denied.',
  },
  'policy-rejected': {
    level: 'error',
    meaning: 'A newer policy was not accepted. The one before stays in force.',
  },
  'operations-changed': { level: 'info', meaning: 'The stored operations have changed.' },
  'operations-rejected': {
    level: 'error',
    meaning: 'Changed stored operations have a fault. Those before stay in force.',
  },
  'snapshot-switched': { level: 'info', meaning: 'A newer snapshot of a registry came into service.' },
  'refresh-failed': {
    level: 'error',
    meaning:
      'A newer snapshot, list of marks, linkage store or risk model cannot be loaded. The one before stays in service.',
  },
  'registry-served': {
    level: 'info',
    meaning: 'A registry in another process answers its contract and is served.',
  },
  'registry-refused': {
    level: 'error',
    meaning:
      'A registry in another process does not answer, answers another schema, or refuses this gateway.',
  },
  'certificates-renewed': { level: 'info', meaning: 'New files of certificates are in use.' },
  'certificates-rejected': {
    level: 'error',
    meaning: 'New files of certificates have a fault. Those before stay in use.',
  },
  'certificate-expires': {
    level: 'error',
    meaning: 'A certificate in use expires in less than 14 days, or has expired.',
  },
  'issuer-unavailable': {
    level: 'error',
    meaning: 'The keys of an identity provider cannot be fetched. Known keys are used for a while.',
  },
  audit: {
    level: 'error',
    meaning: 'The audit log has a fault, or its opening found something that an operator should know.',
  },
  'security-events-failed': {
    level: 'error',
    meaning: 'The file of security events cannot be written. The event follows on standard error.',
  },
  'spans-lost': {
    level: 'warn',
    meaning:
      'The collector of traces cannot be reached or refuses spans, so they are dropped. At most once a minute.',
  },
  'lines-lost': {
    level: 'error',
    meaning: 'Standard error could not be written for a while, so some lines of the log are missing.',
  },
} as const satisfies Record<string, { readonly level: LogLevel; readonly meaning: string }>;

export type LogEvent = keyof typeof logEvents;

/** Fields of a line: codes, names of services, counts, decision ids. Never personal data or ids of people. */
export type LogFields = Readonly<Record<string, unknown>>;

/** What a process tells its operators. No method throws or waits. */
export interface Log {
  /** @param message one sentence, which the text format shows; it holds nothing that a client has sent */
  write(event: LogEvent, message: string, fields?: LogFields): void;
  /** Writes an error in the form that a log may have. The message of an error without a code is left out. */
  fault(event: LogEvent, fault: unknown, fields?: LogFields): void;
}

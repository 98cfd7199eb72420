import { Observations } from '../../federation/execution/observations.js';
import { type ErrorCode, errorTable } from '../../lib/errors.js';
import type { Caller } from '../../schema/tokens/callerClaims.js';
import type { Decision, Explanation } from '../../policies/engine/decision.js';
import type { PlannedOperation } from '../operation/operationPreparer.js';
import type { FetchInputs } from '../operation/planLineage.js';
import type { AuditRecord, AuditOutcome, PersonDigests } from './auditRecord.js';

/** The caller and the policy of a decision. */
interface Decided {
  readonly decisionId: string;
  readonly received: Date;
  readonly caller: Caller;
  readonly roles: readonly string[];
  readonly purpose: string | undefined;
  readonly revision: string;
  readonly breakGlass?: string | undefined;
}

/** How a request ended. */
export interface RequestEnd {
  readonly answered: boolean;
  readonly codes: readonly ErrorCode[];
}

/** An operation as its caller wrote it. */
interface AskedOperation {
  /** SHA-256 of its text. */
  readonly hash: string;
  readonly name: string | undefined;
}

/** Coordinates that were requested and shown, and those that were withheld. */
interface CheckedParts {
  readonly coordinates: readonly string[];
  /** Response keys of look-ups by identity code. */
  readonly lookups: readonly string[];
  readonly withheld: readonly Explanation[];
}

/**
 * The audit record of one request while the request is handled. Each stage notes its decision, so that the
 * record is correct wherever the request ends.
 */
export class RecordDraft {
  #asked: AskedOperation | undefined;
  #checked: CheckedParts = { coordinates: [], lookups: [], withheld: [] };
  #inputs: PlannedOperation['inputs'] | undefined;
  #refusedFetch: FetchInputs | undefined;
  #observations: Observations | undefined;
  #lookupsMissed = 0;

  noteAsked(operation: AskedOperation): void {
    this.#asked = operation;
  }

  noteChecked(operation: CheckedParts): void {
    this.#checked = operation;
  }

  /** The policy refused the whole operation. */
  noteRefused(withheld: readonly Explanation[]): void {
    this.#checked = { ...this.#checked, withheld };
  }

  notePlanned({ inputs }: Pick<PlannedOperation, 'inputs'>): void {
    this.#inputs = inputs;
  }

  /** The plan would have sent a registry more than its contract allows. */
  noteRefusedFetch(fetch: FetchInputs): void {
    this.#refusedFetch = fetch;
  }

  noteLookupsMissed(count: number): void {
    this.#lookupsMissed = count;
  }

  /** Collects what execution observes: whose data was read, and which registries were asked. */
  observe(): Observations {
    return (this.#observations = new Observations());
  }

  finish(
    request: Omit<Decided, 'purpose' | 'revision'> & { readonly decision: Decision },
    { answered, codes }: RequestEnd,
    digests: PersonDigests,
  ): AuditRecord {
    const { decision } = request;
    const { coordinates, lookups, withheld } = this.#checked;
    const observations = this.#observations;
    return decisionRecord(
      { ...request, purpose: decision.purpose, revision: decision.revision },
      {
        outcome: outcomeOf(answered, codes),
        codes,
        operation: this.#asked,
        coordinates,
        masked: coordinates.filter((coordinate) => decision.show(coordinate)[0]?.mask),
        people: observations ? digests.ofAll(observations.entities) : [],
        ...fetchesOf(observations),
        carried: carriedBy(observations, this.#inputs),
        refusedFetch: this.#refusedFetch,
        withheld: withheld.map(({ coordinate }) => coordinate),
        lookups: lookups.length > 0 ? { asked: lookups.length, missed: this.#lookupsMissed } : undefined,
      },
    );
  }
}

/** The record of a decision. Missing parts were not reached. */
export function decisionRecord(
  { decisionId, received, caller, roles, purpose, revision, breakGlass }: Decided,
  found: Partial<AuditRecord> & Pick<AuditRecord, 'outcome' | 'codes'>,
): AuditRecord {
  const { recipient, subject, permit } = caller;
  return {
    time: received.toISOString(),
    decisionId,
    recipient,
    subject,
    roles,
    permit,
    purpose,
    revision,
    operation: undefined,
    coordinates: [],
    masked: [],
    withheld: [],
    people: [],
    fetches: {},
    carried: {},
    refusedFetch: undefined,
    breakGlass,
    lookups: undefined,
    ...found,
    milliseconds: Date.now() - received.getTime(),
  };
}

/** What was sent to each registry, over all fetches. */
function carriedBy(
  observations: Observations | undefined,
  inputs: PlannedOperation['inputs'] | undefined,
): AuditRecord['carried'] {
  const carried = new Map<string, Set<string>>();
  for (const fetch of observations?.sent ?? []) {
    const coordinates = carried.get(fetch.subgraph) ?? new Set();
    carried.set(fetch.subgraph, coordinates);
    for (const coordinate of inputs?.get(fetch)?.coordinates ?? []) coordinates.add(coordinate);
  }
  return Object.fromEntries([...carried].map(([receiver, coordinates]) => [receiver, [...coordinates]]));
}

function fetchesOf(observations: Observations | undefined): Pick<AuditRecord, 'fetches' | 'requests'> {
  if (!observations) return { fetches: {} };
  const { fetches, requests } = observations;
  const unlike = [...requests].filter(([registry, count]) => count !== fetches.get(registry));
  return {
    fetches: Object.fromEntries(fetches),
    requests: unlike.length > 0 ? Object.fromEntries(unlike) : undefined,
  };
}

/** The outcome for the audit log. */
export function outcomeOf(answered: boolean, codes: readonly ErrorCode[]): AuditOutcome {
  if (answered) return 'answered';
  return codes.every((code) => errorTable[code].status < 500) ? 'refused' : 'failed';
}

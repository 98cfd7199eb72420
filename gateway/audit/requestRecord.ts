import type { Observations } from '../../federation/execution/observations.js';
import { type ErrorCode, errorTable } from '../../lib/errors.js';
import type { Caller } from '../../schema/tokens/callerToken.js';
import type { GatewayRequest, RequestEnd } from '../gatewayRequest.js';
import type { PlannedOperation } from '../operation/operationPreparer.js';
import type { AuditRecord, Outcome, PersonDigests } from './auditRecord.js';

/** Who was decided on, and by what. */
interface Decided {
  readonly decisionId: string;
  readonly received: Date;
  readonly caller: Caller;
  readonly roles: readonly string[];
  readonly purpose: string | undefined;
  readonly revision: string;
  readonly breakGlass?: string | undefined;
}

/** The record of a request that has ended. */
export function requestRecord(
  request: GatewayRequest,
  { answered, codes }: RequestEnd,
  digests: PersonDigests,
): AuditRecord {
  const { decision, found } = request;
  const { asked: operation, operation: checked, withheld = [], lookupsMissed = 0 } = found;
  const { observations, inputs, refusedFetch } = found;
  const lookups = checked?.lookups.length ?? 0;
  return decisionRecord(
    { ...request, purpose: decision.purpose, revision: decision.revision },
    {
      outcome: outcomeOf(answered, codes),
      codes,
      operation,
      coordinates: checked?.coordinates ?? [],
      masked: (checked?.coordinates ?? []).filter((coordinate) => decision.show(coordinate)[0]?.mask),
      people: observations ? digests.ofAll(observations.entities) : [],
      ...fetchesOf(observations),
      carried: carriedBy(observations, inputs),
      refusedFetch,
      withheld: withheld.map(({ coordinate }) => coordinate),
      lookups: lookups > 0 ? { asked: lookups, missed: lookupsMissed } : undefined,
    },
  );
}

/** The record of a decision; what is not given was not reached. */
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

/** What went to each registry, over all fetches that were sent. */
function carriedBy(
  observations: Observations | undefined,
  inputs: PlannedOperation['inputs'] | undefined,
): AuditRecord['carried'] {
  const carried = new Map<string, Set<string>>();
  for (const fetch of observations?.sent ?? []) {
    const coordinates = carried.get(fetch.serviceName) ?? new Set();
    carried.set(fetch.serviceName, coordinates);
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

/** What became of a request that ended so. */
export function outcomeOf(answered: boolean, codes: readonly ErrorCode[]): Outcome {
  if (answered) return 'answered';
  return codes.every((code) => errorTable[code].status < 500) ? 'refused' : 'failed';
}

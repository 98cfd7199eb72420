import { FairQueue } from '../../../schema/fairQueue.js';
import type { RequestContext } from '../subgraph/requestContext.js';

/** Derived types that are about a group: for their fields and feeds everybody is looked at. */
const groupTypes: ReadonlySet<string> = new Set(['Cohort', 'CohortMembers', 'CohortRisk']);

/** More than the fields of an operation, feeds included. */
const WAITING = 2_000;

const queue = new FairQueue({ atOnce: 1, perCaller: 1, waiting: WAITING });

export function isOfGroup(type: string): boolean {
  return groupTypes.has(type);
}

/**
 * Does work about a group when its caller's turn comes: of all that this process does for groups one thing at a time, and
 * callers take turns. The work itself goes on in turns with everything else (schema/turns.ts).
 * @throws PolkuError RATE_LIMITED; the client's reason where it has gone
 */
export function groupWork<T>(
  { decision, client }: Pick<RequestContext, 'decision' | 'client'>,
  work: () => T | Promise<T>,
): Promise<T> {
  return queue.run(decision.caller.subject, work, client);
}

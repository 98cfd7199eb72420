import type { Day } from '../../../schema/calendar.js';
import type { Permission } from '../decision.js';
import type { Asker } from '../decide/decisionRequest.js';
import type { Policy } from '../decide/policy.js';

const MILLISECONDS_A_DAY = 86_400_000;

/** Everything that one asker may see, or derived types may take, on one day: coordinate, or `Type < coordinate`. */
export type AccessAt = ReadonlyMap<string, readonly Permission[]>;

/** @param day a day; decisions stay the same throughout it */
export function accessAt(policy: Policy, asker: Asker, day: Day): AccessAt {
  const decision = policy.decide(asker, new Date(day * MILLISECONDS_A_DAY + MILLISECONDS_A_DAY / 2));
  const access = new Map<string, readonly Permission[]>();
  for (const { coordinate } of policy.coordinates()) access.set(coordinate, decision.show(coordinate));
  for (const [type, uses] of policy.model.derived)
    for (const input of uses.keys()) access.set(`${type} < ${input}`, decision.take(type, input));
  return access;
}

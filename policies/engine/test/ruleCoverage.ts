import { Policy } from '../decide/policy.js';
import type { Grant } from '../policyModel.js';
import type { CheckedCase } from './checkCase.js';
import type { RuleCoverage } from './policyTest.js';
import { type CaseOutcome, runCase } from './runCase.js';

/** A case that holds, and how it went. */
export interface HoldingCase {
  readonly checked: CheckedCase;
  readonly outcome: CaseOutcome;
}

/**
 * Which rules the cases rest on. A grant is tested if some case fails without it. A prohibition is tested if some case
 * expects the denial of a field that it prohibits: taking away a prohibition of what nobody grants changes nothing.
 */
export function ruleCoverage(policy: Policy, cases: readonly HoldingCase[]): RuleCoverage[] {
  return [...policy.model.registries.values()].flatMap(({ grants, prohibitions }) => [
    ...grants.map((grant) => ({
      id: grant.id,
      kind: 'grant' as const,
      place: grant.place,
      covered: failsWithout(grant, policy, cases),
    })),
    ...prohibitions.map(({ id, place, purposes, fields }) => ({
      id,
      kind: 'prohibition' as const,
      place,
      covered: cases.some(
        ({ checked, outcome }) =>
          purposes.has(checked.test.for) &&
          [...outcome.prohibited].some((coordinate) => fields.has(coordinate)),
      ),
    })),
  ]);
}

/** The policy is not compiled again: a decision follows from the list of grants, which is one shorter. */
function failsWithout(grant: Grant, policy: Policy, cases: readonly HoldingCase[]): boolean {
  const touched = cases.filter(({ checked: { test } }) => {
    return grant.purposes.has(test.for) && [test.as].flat().some((role) => grant.roles.has(role));
  });
  if (touched.length === 0) return false;
  const rest = without(grant, policy);
  return touched.some(({ checked }) => runCase(checked, rest).failures.length > 0);
}

function without({ id }: Grant, { model }: Policy): Policy {
  const registries = [...model.registries].map(([name, registry]) => {
    return [name, { ...registry, grants: registry.grants.filter((grant) => grant.id !== id) }] as const;
  });
  return new Policy({ ...model, registries: new Map(registries) });
}

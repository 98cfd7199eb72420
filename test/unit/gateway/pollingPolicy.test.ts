/**
 * @property policies/one-revision
 */
import { afterEach, describe, expect, it } from '@jest/globals';
import { type PollingOptions, PollingPolicy } from '../../../gateway/policy/policyInForce.js';
import { compilePolicy } from '../../../policies/engine/compile/compilePolicy.js';
import type { Policy } from '../../../policies/engine/decide/policy.js';
import { until } from '../../city/until.js';
import { smallGraph, smallPolicies } from './smallPolicies.js';

const policies = ['one', 'two', 'three'].map((word) => {
  const sources = smallPolicies.map(({ file, text }) => ({ file, text: `${text}# ${word}\n` }));
  return compilePolicy(sources, smallGraph).policy!;
});
const [one, two, three] = policies as [Policy, Policy, Policy];

describe('the policy in force', () => {
  /** The result of the next poll. */
  let found: Policy | undefined;
  let looks = 0;
  const opened: PollingPolicy[] = [];

  function polling(options: Partial<PollingOptions>): PollingPolicy {
    looks = 0;
    found = undefined;
    const look = async () => {
      looks++;
      const next = found;
      found = undefined;
      return next;
    };
    const policy = new PollingPolicy(one, look, { everyMs: 1, onError: () => {}, ...options });
    opened.push(policy);
    return policy;
  }

  async function swap(policy: PollingPolicy, next: Policy): Promise<void> {
    found = next;
    await until(() => policy.current === next);
  }

  afterEach(async () => {
    for (const policy of opened.splice(0)) await policy.close();
  });

  it('Y07: answers a request under the revision with which it began, over several changes', async () => {
    const policy = polling({});
    expect(policy.under(one.revision)).toBe(one);
    await swap(policy, two);
    await swap(policy, three);
    expect([one, two, three].map(({ revision }) => policy.under(revision))).toEqual([one, two, three]);
  });

  it('Y07: answers under no revision that was replaced longer ago than a decision context lives', async () => {
    const policy = polling({ retainedMs: 0 });
    await swap(policy, two);
    expect(policy.under(one.revision)).toBe(two);
  });

  it('Y07: answers a request for an unknown revision under the revision in force', () => {
    expect(polling({}).under(two.revision)).toBe(one);
  });

  it('Y07: polls at once for a revision that the gateway already has', async () => {
    const policy = polling({ everyMs: 3_600_000 });
    found = two;
    await policy.catchUp(two.revision);
    expect(policy.under(two.revision)).toBe(two);
  });

  it('Y07: polls for a missing revision once, not for each request', async () => {
    const policy = polling({ everyMs: 3_600_000 });
    await Promise.all([1, 2, 3].map(() => policy.catchUp(two.revision)));
    await policy.catchUp(two.revision);
    await policy.catchUp(one.revision);
    expect([looks, policy.current]).toEqual([1, one]);
  });
});

import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { loadOwners } from '../../../approvals/owners.js';
import { SeenRevision } from '../../../approvals/policy-revisions/revisionStore.js';
import { folderSource, followRevisions } from '../../../gateway/policy/followRevisions.js';
import type { PolicyInForce } from '../../../gateway/policy/policyInForce.js';
import { signedPolicies, type SignedPolicies, tamper } from '../../city/signedPolicies.js';
import { TestLog } from '../../city/testLog.js';
import { until } from '../../city/until.js';
import { smallGraph, smallPolicies } from './smallPolicies.js';

const close = (text: string) =>
  text.replace('purposes: [care]', 'valid: { until: 2020-01-01 }\n    purposes: [care]');

describe('following signed revisions', () => {
  let signed: SignedPolicies;
  let now: Date;
  let log: TestLog;
  const opened: PolicyInForce[] = [];

  beforeEach(async () => {
    now = new Date('2026-11-01T12:00:00Z');
    log = new TestLog();
    signed = await signedPolicies({ now: () => now, policies: smallPolicies, graph: smallGraph });
  });

  afterEach(async () => {
    for (const policy of opened.splice(0)) await policy.close();
    await signed.remove();
  });

  async function follow(process = 'gateway'): Promise<PolicyInForce> {
    const policy = await followRevisions({
      source: folderSource(signed.store),
      owners: () => loadOwners(signed.owners),
      seen: new SeenRevision(join(signed.folder, 'seen', `${process}.json`)),
      graph: smallGraph,
      log,
      everyMs: 5,
      now: () => now,
    });
    opened.push(policy);
    return policy;
  }

  const shows = (policy: PolicyInForce, field: string) =>
    policy.current.decide({ roles: ['clinician'], purpose: 'care' }, now).show(`Query.${field}`).length > 0;

  it('does not start without a revision, and explains how the first is proposed', async () => {
    await expect(follow()).rejects.toMatchObject({
      code: 'POLICY_UNSIGNED',
      message: expect.stringContaining('polku policy propose --first'),
    });
  });

  it('does not start with a revision that lacks signatures', async () => {
    await signed.propose('city-1', await signed.sources());
    await signed.approve(1, 'city-2', 'health-1');
    await expect(follow()).rejects.toMatchObject({ code: 'POLICY_UNSIGNED' });
  });

  it('applies a revision with its last signature', async () => {
    await signed.first();
    const policy = await follow();
    const before = policy.current.revision;
    await signed.propose('health-1', await signed.sources('health.yaml', close));
    expect([shows(policy, 'health'), policy.current.revision]).toEqual([true, before]);
    await signed.approve(2, 'health-2');
    await until(() => !shows(policy, 'health'));
    expect(shows(policy, 'social')).toBe(true);
    expect(policy.current.revision).not.toBe(before);
  });

  it.each([
    [
      'altered',
      (store: string) => tamper(join(store, '000002.json'), (text) => text.replace('because', 'therefore')),
      'SIGNATURE_INVALID',
    ],
    [
      'rolled back',
      (store: string) => rm(join(store, '000002.json')).then(() => rm(join(store, '000002.health-2.sig'))),
      'POLICY_STALE',
    ],
    ['damaged', (store: string) => rm(join(store, '000001.json')), 'POLICY_STORE_INVALID'],
    ['emptied', (store: string) => rm(store, { recursive: true }), 'POLICY_STALE'],
  ])(
    'keeps the last valid policy when the store was %s, reports it, and does not start with it',
    async (_what, meddle, code) => {
      await signed.first();
      await signed.propose('health-1', await signed.sources('health.yaml', close));
      await signed.approve(2, 'health-2');
      const policy = await follow();
      await meddle(signed.store);
      await until(() => log.entries.some((entry) => entry['code'] === code && entry['stays'] === 2));
      expect(shows(policy, 'health')).toBe(false);
      await expect(follow()).rejects.toMatchObject({ code });
    },
  );

  it('does not return to an older policy after a restart', async () => {
    await signed.first();
    const older = join(signed.folder, 'older');
    await cp(signed.store, older, { recursive: true });
    await signed.propose('health-1', await signed.sources('health.yaml', close));
    await signed.approve(2, 'health-2');
    await (await follow()).close();
    await rm(signed.store, { recursive: true });
    await cp(older, signed.store, { recursive: true });
    await expect(follow()).rejects.toMatchObject({ code: 'POLICY_STALE' });
    // A process that has never seen the newer one cannot know about it.
    expect(shows(await follow('newcomer'), 'health')).toBe(true);
  });

  it('denies everything of a registry whose policy expires, and reports it, until it is renewed', async () => {
    await signed.first(10);
    await signed.propose('city-1', await signed.sources(), {
      renew: ['purposes.yaml', 'recipients.yaml', 'roles.yaml', 'social.yaml'],
      days: 100,
    });
    await signed.approve(2, 'city-2', 'health-1', 'health-2');
    const policy = await follow();
    expect(shows(policy, 'health')).toBe(true);
    now = new Date('2026-11-20T12:00:00Z');
    await until(() => !shows(policy, 'health'));
    expect(shows(policy, 'social')).toBe(true);
    expect(log.says('policy-expired: health.yaml')).toBe(true);
    await signed.propose('health-1', await signed.sources(), { renew: ['health.yaml'] });
    await signed.approve(3, 'health-2');
    await until(() => shows(policy, 'health'));
  });

  it('denies everything when a shared file expires, even if the store cannot be read', async () => {
    await signed.first(10);
    const policy = await follow();
    await rm(join(signed.store, '000001.json'));
    now = new Date('2026-11-20T12:00:00Z');
    await until(() => !shows(policy, 'health') && !shows(policy, 'social'));
    expect(log.says('everything is denied')).toBe(true);
  });
});

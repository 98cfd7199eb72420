import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { PolicyInForce } from '../../../gateway/policy/policyInForce.js';
import { watchPolicyFolder } from '../../../gateway/policy/watchPolicyFolder.js';
import { TestLog } from '../../city/testLog.js';
import { until } from '../../city/until.js';
import { smallGraph, smallPolicies } from './smallPolicies.js';

describe('watching a policy folder', () => {
  let folder: string;
  let policy: PolicyInForce;
  let log: TestLog;
  const health = smallPolicies.find(({ file }) => file === 'health.yaml')!.text;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'polku-watched-'));
    log = new TestLog();
    for (const { file, text } of smallPolicies) await writeFile(join(folder, file), text);
    policy = await watchPolicyFolder({ folder, graph: smallGraph, log });
  });

  afterEach(async () => {
    await policy.close();
    await rm(folder, { recursive: true });
  });

  const shows = (field: string) =>
    policy.current.decide({ roles: ['clinician'], purpose: 'care' }, new Date()).show(field).length > 0;

  it('applies an edit, written in place or moved there by a rename', async () => {
    await writeFile(join(folder, 'health.yaml'), health.replace('Query.health: allow', 'Query.*: allow'));
    const before = policy.current.revision;
    await until(() => policy.current.revision !== before);
    await writeFile(join(folder, '.draft'), health.replace('[clinician]', 'any').replace('[care]', 'any'));
    const second = policy.current.revision;
    await rename(join(folder, '.draft'), join(folder, 'health.yaml'));
    await until(() => policy.current.revision !== second);
    expect(shows('Query.health')).toBe(true);
  });

  it('keeps the last valid policy while an edit is broken, and reports every fault with its place, once', async () => {
    const before = policy.current.revision;
    const broken = health.replace('[clinician]', '[clinican]').replace('[care]', '[cares]');
    await writeFile(join(folder, 'health.yaml'), broken);
    await until(() => log.faults.length > 0);
    expect(log.lines[0]!.match(/health\.yaml:\d+:\d+: error/g)).toHaveLength(2);
    expect(log.lines[0]).toContain('Did you mean "care"?');
    expect([policy.current.revision, shows('Query.health')]).toEqual([before, true]);
    await writeFile(join(folder, 'health.yaml'), health.replace('Query.health: allow', 'Query.*: allow'));
    await until(() => policy.current.revision !== before);
    expect(log.faults).toHaveLength(1);
  });

  it('keeps the last valid policy when the folder disappears', async () => {
    await rename(folder, `${folder}-gone`);
    await until(() => log.faults.length > 0);
    expect(shows('Query.health')).toBe(true);
    await rename(`${folder}-gone`, folder);
  });
});

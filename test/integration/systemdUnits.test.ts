import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { packageRoot } from '../../lib/packageRoot.js';
import { describeWhere, isInstalled } from '../programs.js';

const run = promisify(execFile);

/** A template unit is checked under the name of an instance. */
const units = {
  'polku-gateway.service': 'polku-gateway.service',
  'polku-registry@.service': 'polku-registry@health.service',
  'polku-extract@.service': 'polku-extract@health.service',
  'polku-extract@.timer': 'polku-extract@health.timer',
};

const describeUnits = describeWhere(
  isInstalled('systemd-analyze'),
  'systemd-analyze is not installed: install systemd.',
);

describeUnits('the systemd units', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'polku-units-'));
    for (const [file, name] of Object.entries(units))
      await copyFile(join(packageRoot(), 'deploy', 'systemd', file), join(folder, name));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it.each(Object.values(units))('%s is a unit that systemd accepts without a remark', async (name) => {
    const { stdout, stderr } = await run('systemd-analyze', ['verify', '--man=no', join(folder, name)]);
    // Another unit of the machine may have remarks of its own.
    const remarks = `${stdout}${stderr}`.split('\n').filter((line) => line.includes('polku'));
    // The package is not installed where it is tested.
    expect(remarks.filter((line) => !line.includes('is not executable'))).toEqual([]);
  });

  it.each(['polku-gateway.service', 'polku-registry@health.service'])('%s exposes little', async (name) => {
    const { stdout } = await run('systemd-analyze', ['security', '--offline=true', join(folder, name)]);
    const [, exposure] = /Overall exposure level for \S+: (\d+\.\d+)/.exec(stdout) ?? [];
    expect(Number(exposure)).toBeLessThan(2);
  });
});

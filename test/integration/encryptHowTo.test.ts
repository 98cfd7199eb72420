import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { packageRoot } from '../../lib/packageRoot.js';
import { runPolku } from '../city/runPolku.js';
import { readHowTo } from './howTo.js';

/** Commands that serve, and the one that asks what they serve. */
const SERVES = /^(curl|polku .*(subgraph|serve)\b)/;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polku-how-to-'));
  // A gateway has started before.
  await mkdir(join(folder, 'data', 'secrets'), { recursive: true });
  await writeFile(join(folder, 'data', 'secrets', 'gateway.key.pub'), '');
});
afterAll(() => rm(folder, { recursive: true }));

it('the how-to of encrypting between gateway and registries makes certificates and valid configurations', async () => {
  const printed: string[] = [];
  for (const step of readHowTo(
    join(packageRoot(), 'docs/how-to/encrypt-between-gateway-and-registries.md'),
  )) {
    if (step.do === 'write') await writeFile(join(folder, step.path), step.text);
    else if (step.do === 'run')
      for (const command of step.commands.filter((line) => !SERVES.test(line))) {
        const [program, ...args] = command.split(' ') as [string, ...string[]];
        if (program !== 'polku') execFileSync(program, args, { cwd: folder });
        else {
          const { code, output, errors } = await runPolku(args, { cwd: folder });
          expect([command, code, errors]).toEqual([command, 0, '']);
          printed.push(output);
        }
      }
  }
  expect(printed.filter((text) => /^The configuration has no faults/.test(text))).toHaveLength(3);
  expect(printed.join()).toMatch(/names +health\.polku\.example\n/);
});

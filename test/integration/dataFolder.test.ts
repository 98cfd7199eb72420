/**
 * @property audit/one-gateway
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { packageRoot } from '../../lib/packageRoot.js';
import { makeCity, type TestCity } from '../city/makeCity.js';

/**
 * In a pid namespace of its own a process is number 1, as in a container; if none can be made, it has its own
 * number.
 */
const CONTAINER = ['unshare', '--pid', '--fork', '--mount-proc', '--kill-child'];
const wrapped = spawnSync(CONTAINER[0]!, [...CONTAINER.slice(1), 'true']).status === 0 ? CONTAINER : [];

describe('a data directory', () => {
  let city: TestCity;
  const running: ChildProcess[] = [];
  beforeAll(async () => {
    city = await makeCity();
  });
  afterAll(async () => {
    for (const child of running) {
      const ended = child.exitCode ?? child.signalCode ?? once(child, 'close');
      child.kill('SIGKILL');
      await ended;
    }
    await city?.remove();
  });

  /** Starts a gateway and waits until it serves or ends. */
  async function serve(data: string): Promise<{ child: ChildProcess; code: number | null; errors: string }> {
    const main = join(packageRoot(), 'dist', 'cli', 'main.js');
    const words = [...wrapped, process.execPath, main, 'serve', '--data', data, '--dev', '--port', '0'];
    const child = spawn(words[0]!, words.slice(1), { stdio: ['ignore', 'pipe', 'pipe'] });
    running.push(child);
    let errors = '';
    child.stderr!.on('data', (text: Buffer) => (errors += text.toString()));
    await Promise.race([once(child.stdout!, 'data'), once(child, 'close')]);
    return { child, code: child.exitCode, errors };
  }

  it('G18: has one gateway until it is killed, even if every process has the same number', async () => {
    const first = await serve(city.data);
    expect(first.code).toBeNull();
    const second = await serve(city.data);
    expect(second.code).toBe(1);
    expect(second.errors).toMatch(/^AUDIT_LOCKED: /m);
    const ended = once(first.child, 'close');
    first.child.kill('SIGKILL');
    await ended;
    expect((await serve(city.data)).code).toBeNull();
  });

  it('G19: starts as a copy that was made during use', async () => {
    const copy = `${city.data}-copy`;
    expect(spawnSync('cp', ['-r', city.data, copy]).status).toBe(0);
    expect(await serve(copy)).toMatchObject({ code: null });
    const ended = once(running.at(-1)!, 'close');
    running.at(-1)!.kill('SIGKILL');
    await ended;
    await rm(copy, { recursive: true });
  });
});

import { describe, expect, it } from '@jest/globals';
import { PolkuError } from '../../../lib/errors.js';
import { Readiness } from '../../../lib/readiness.js';

describe('the readiness of a process', () => {
  it('begins with its start and ends with its draining', async () => {
    const changes: string[] = [];
    const readiness = new Readiness(({ status }) => changes.push(status));
    const starting = { ok: false, code: 'NOT_READY', reason: 'The process is starting.' };
    expect(await readiness.check()).toEqual({ status: 'not-ready', checks: { process: starting } });
    readiness.start({ disk: () => {} });
    const checks = { process: { ok: true }, disk: { ok: true } };
    expect(await readiness.check()).toEqual({ status: 'ready', checks });
    const running = readiness.check();
    readiness.drain();
    const draining = { ok: false, code: 'NOT_READY', reason: expect.stringContaining('draining') };
    for (const report of [await running, await readiness.check()])
      expect(report).toEqual({ status: 'not-ready', checks: { process: draining } });
    expect(changes).toEqual(['not-ready', 'ready', 'not-ready']);
  });

  it('gives the reason of a check that fails or does not end, and no text of an unexpected error', async () => {
    const readiness = new Readiness();
    readiness.start({
      well: () => Promise.resolve(),
      log: () => Promise.reject(new PolkuError('AUDIT_UNAVAILABLE', 'The log is gone.')),
      broken: () => {
        throw new Error('Meikäläinen');
      },
      hangs: () => new Promise(() => {}),
    });
    const { status, checks } = await readiness.check();
    expect(status).toBe('not-ready');
    expect(checks).toEqual({
      process: { ok: true },
      well: { ok: true },
      log: { ok: false, code: 'AUDIT_UNAVAILABLE', reason: 'The log is gone.' },
      broken: { ok: false, code: 'INTERNAL_SERVER_ERROR', reason: 'The check failed.' },
      hangs: { ok: false, code: 'NOT_READY', reason: 'The check does not end.' },
    });
  });

  it('runs its checks once for all probes of a moment', async () => {
    let runs = 0;
    const readiness = new Readiness();
    readiness.start({ counted: () => void (runs += 1) });
    await Promise.all(Array.from({ length: 1_000 }, () => readiness.check()));
    expect(runs).toBe(1);
  });
});

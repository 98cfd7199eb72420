import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { configurationWith } from '../../../cli/configuration/readConfiguration.js';
import { scrapePage, serveAdmin } from '../../../cli/runtime/adminServer.js';
import { processMetrics } from '../../../cli/runtime/processMetrics.js';
import type { HttpServer } from '../../../lib/httpServer.js';
import { packageVersion } from '../../../lib/packageRoot.js';
import { TestLog } from '../../city/testLog.js';

describe('the listener for operators', () => {
  let folder: string;
  let admin: HttpServer | undefined;
  const log = new TestLog();

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'polku-admin-'));
    const metrics = processMetrics(folder);
    const pages = {
      '/metrics': () => scrapePage(metrics),
      '/broken': () => {
        throw new Error('secret inner text');
      },
    };
    const { admin: address } = configurationWith({ 'admin.port': 0 });
    admin = await serveAdmin(address, pages, log);
  });
  afterEach(async () => {
    await admin?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const get = async (path: string, method = 'GET') => {
    const response = await fetch(new URL(path, admin!.url), { method });
    return {
      status: response.status,
      type: response.headers.get('content-type'),
      text: await response.text(),
    };
  };

  it('serves the metrics of the process', async () => {
    const { status, type, text } = await get('/metrics?x=1');
    expect({ status, type }).toEqual({ status: 200, type: 'text/plain; version=0.0.4; charset=utf-8' });
    expect(text).toContain(`polku_build_info{version="${packageVersion()}",node="${process.version}"} 1`);
    const [, seconds] = /^polku_time_seconds (\S+)$/m.exec(text)!;
    expect(Math.abs(Number(seconds) - Date.now() / 1000)).toBeLessThan(60);
    const [, bytes] = /^polku_data_free_bytes (\S+)$/m.exec(text)!;
    expect(Number(bytes)).toBeGreaterThan(0);
    expect(text).toMatch(/^process_resident_memory_bytes [1-9]/m);
    expect(text).toMatch(/^nodejs_eventloop_lag_p99_seconds /m);
  });

  it('serves the other metrics while the data folder is missing', async () => {
    await rm(folder, { recursive: true });
    const { status, text } = await get('/metrics');
    expect(status).toBe(200);
    expect(text).not.toMatch(/^polku_data_free_bytes /m);
    expect(text).toMatch(/^polku_build_info/m);
  });

  it('serves nothing else, and to readers only', async () => {
    expect(await get('/')).toMatchObject({ status: 404, text: '/metrics\n/broken\n' });
    expect(await get('/constructor')).toMatchObject({ status: 404 });
    expect(await get('/metrics', 'POST')).toMatchObject({ status: 405 });
    expect(await get('/metrics', 'HEAD')).toMatchObject({ status: 200, text: '' });
  });

  it('tells the reader of a page that fails nothing about the reason', async () => {
    const { status, text } = await get('/broken');
    expect(status).toBe(500);
    expect(text).not.toContain('secret');
    expect(log.faults).toEqual([new Error('secret inner text')]);
  });
});

describe('the address of the listener for operators', () => {
  it('has no port by default, and then nothing listens', async () => {
    const { admin } = configurationWith({});
    expect(admin).toEqual({ host: '127.0.0.1' });
    expect(await serveAdmin(admin, {}, new TestLog())).toBeUndefined();
  });

  it('needs a certificate on any address but loopback', async () => {
    const { admin } = configurationWith({ 'admin.host': '0.0.0.0', 'admin.port': 0 });
    await expect(serveAdmin(admin, {}, new TestLog())).rejects.toMatchObject({ code: 'USAGE' });
  });

  it('is refused where only a part of the certificate is configured', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'polku-admin-'));
    const certificate = join(folder, 'certificate.pem');
    await writeFile(certificate, '');
    expect(() => configurationWith({ 'admin.tls.certificate': certificate })).toThrow('key');
    await rm(folder, { recursive: true });
  });
});

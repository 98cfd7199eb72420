import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT_CONTEXT } from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { configurationWith } from '../../../cli/configuration/readConfiguration.js';
import { openTracing } from '../../../cli/runtime/tracing.js';
import { spansOf } from '../../../deploy/printTraces.mjs';
import { TestLog } from '../../city/testLog.js';

describe('traces of a process', () => {
  let folder: string;
  let collector: Server;
  let endpoint: string;
  let status = 200;
  const received: { url: string; headers: IncomingHttpHeaders; body: string }[] = [];
  let log: TestLog;

  beforeEach(async () => {
    [received.length, status, log] = [0, 200, new TestLog()];
    folder = await mkdtemp(join(tmpdir(), 'polku-tracing-'));
    collector = createServer(async (request, response) => {
      let body = '';
      for await (const part of request) body += String(part);
      received.push({ url: request.url!, headers: request.headers, body });
      response.writeHead(status).end();
    });
    await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
    endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    collector.closeAllConnections();
    collector.close();
    await rm(folder, { recursive: true });
  });

  async function open(values: Readonly<Record<string, unknown>>) {
    const keys = Object.entries(values).map(([key, value]) => [`tracing.${key}`, value] as const);
    const { tracing } = configurationWith(Object.fromEntries(keys));
    return openTracing('polku-gateway', tracing, log);
  }

  async function headersFile(text: string, mode = 0o600): Promise<string> {
    const file = join(folder, 'headers');
    await writeFile(file, text, { mode });
    return file;
  }

  it('go to the collector, with the headers of the secret file', async () => {
    const headers = await headersFile('Authorization: Bearer abc\nX-Scope: city\n');
    const { tracer, close } = await open({ endpoint: `${endpoint}/collect`, sampleRatio: 1, headers });
    tracer.startSpan('one', { attributes: { a: 1 } }, ROOT_CONTEXT).end();
    await close();
    const [request] = received;
    expect(request).toMatchObject({ url: '/collect/v1/traces' });
    expect(request!.headers).toMatchObject({ authorization: 'Bearer abc', 'x-scope': 'city' });
    expect(spansOf(request!.body)).toMatchObject([
      { service: 'polku-gateway', name: 'one', attributes: { a: 1 }, parentSpanId: undefined },
    ]);
  });

  it('are those of the configured share of requests', async () => {
    const { tracer, close } = await open({ endpoint, sampleRatio: 0 });
    const span = tracer.startSpan('one', {}, ROOT_CONTEXT);
    expect(span.isRecording()).toBe(false);
    span.end();
    await close();
    expect(received).toEqual([]);
  });

  it('record nothing without a collector', async () => {
    const { tracer, close } = await open({});
    expect(tracer.startSpan('one', {}, ROOT_CONTEXT).isRecording()).toBe(false);
    await close();
  });

  it('are dropped with one line where the collector refuses them or is down', async () => {
    status = 400;
    const refused = await open({ endpoint, sampleRatio: 1 });
    refused.tracer.startSpan('one', {}, ROOT_CONTEXT).end();
    await refused.close();
    expect(log.lines).toEqual(['spans-lost: The collector does not accept spans, so they are dropped.']);
    expect(received).toHaveLength(1);
  });

  it('leave this machine over TLS only', async () => {
    await expect(open({ endpoint: 'http://collector.example.org:4318' })).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining('https'),
    });
  });

  it('need headers that others cannot read, one on each line', async () => {
    const open600 = async (text: string) => open({ endpoint, headers: await headersFile(text) });
    await expect(open600('Authorization Bearer secret\n')).rejects.toMatchObject({
      code: 'SECRET_INVALID',
      message: expect.not.stringContaining('secret\n'),
    });
    await rm(join(folder, 'headers'));
    const readable = await headersFile('Authorization: Bearer secret', 0o644);
    await expect(open({ endpoint, headers: readable })).rejects.toMatchObject({ code: 'SECRET_INVALID' });
  });
});

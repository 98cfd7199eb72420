/**
 * @property gateway/logs Logs have no personal data. A line about a request has its decision id, and neither
 * the caller, a variable, an id nor the text of the operation.
 * @enforcedBy cli/runtime/processLog.ts, gateway/http/requestNote.ts, lib/log.ts
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { packageRoot } from '../../lib/packageRoot.js';
import { logEvents } from '../../lib/log.js';
import { freePort } from '../city/freePort.js';
import { makeCity, type TestCity } from '../city/makeCity.js';
import { startPolku } from '../city/runPolku.js';

type Line = Readonly<Record<string, unknown>>;

const HETU = '131052-308T';
const QUERY = `query Secretly($code: String!) { personByIdentityCode(code: $code) { birthYear } }`;

describe('the log of a gateway', () => {
  let city: TestCity;
  let gateway: ChildProcess;
  let url: string;
  let text = '';
  let output = '';

  beforeAll(async () => {
    city = await makeCity();
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    gateway = startPolku(['serve', '--dev', '--data', city.data, '--port', String(port)], {
      env: {
        ...process.env,
        POLKU_LOG_FORMAT: 'json',
        POLKU_LOG_SECURITY_EVENTS: join(city.data, 'security-events.ndjson'),
      },
    });
    gateway.stderr!.setEncoding('utf8').on('data', (some: string) => (text += some));
    await new Promise<void>((resolve, reject) => {
      gateway.stdout!.setEncoding('utf8').on('data', (some: string) => {
        output += some;
        if (output.includes('Polku serves')) resolve();
      });
      gateway.once('exit', () => reject(new Error(text)));
    });
  });
  afterAll(async () => {
    gateway.kill('SIGKILL');
    await city.remove();
  });

  const lines = () =>
    text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);
  async function ask(purpose: string): Promise<string> {
    const token = await fetch(`${url}/dev/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ persona: 'doctor' }),
    });
    const response = await fetch(`${url}/graphql?from=${purpose}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${((await token.json()) as { token: string }).token}`,
        'purpose-of-use': purpose,
      },
      body: JSON.stringify({ query: QUERY, variables: { code: HETU } }),
    });
    await response.text();
    return response.headers.get('polku-decision-id')!;
  }

  it('has a line for each request, and neither the caller nor what was asked', async () => {
    const asked = [await ask('care'), await ask('planning'), await ask(`${HETU}`)];
    gateway.kill('SIGTERM');
    const [code] = (await once(gateway, 'close')) as [number];
    expect(code).toBe(0);

    const requests = lines().filter(({ event, route }) => event === 'request' && route === 'graphql');
    expect(requests.map(({ decisionId }) => decisionId)).toEqual(asked);
    expect(requests.map(({ outcome, purpose, status }) => [outcome, purpose, status])).toEqual([
      [expect.stringMatching(/answered|refused/), 'care', expect.any(Number)],
      ['refused', undefined, 403],
      ['refused', undefined, 400],
    ]);
    expect(requests[1]).toMatchObject({ codes: ['PURPOSE_NOT_HELD'], method: 'POST', service: 'gateway' });
    expect(text).not.toContain(HETU);
    expect(text).not.toMatch(/Secretly|birthYear|doctor|health-services|H-2001|Bearer|from=/);
  });

  it('has time, level, service, event and message in every line, and the known events only', () => {
    for (const line of lines()) {
      expect(line).toMatchObject({ service: 'gateway', message: expect.any(String) });
      expect(new Date(line['time'] as string).toISOString()).toBe(line['time']);
      const { level } = logEvents[line['event'] as keyof typeof logEvents];
      expect(line['level']).toBe(level);
    }
    expect(lines().map(({ event }) => event)).toEqual(
      expect.arrayContaining(['started', 'stopped', 'request']),
    );
  });
});

describe('a process whose log cannot be written', () => {
  const program = (lines: number, turn: number) => `
    import { ProcessLog } from ${JSON.stringify(join(packageRoot(), 'dist', 'cli', 'runtime', 'processLog.js'))};
    const log = new ProcessLog({ level: 'info', format: 'json' }, { service: 'gateway', forPeople: false });
    for (let line = 0; line < ${lines}; line++) {
      log.write('started', 'x'.repeat(100), { line });
      if (line % ${turn} === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    console.log('serving');
    process.stdin.once('data', async () => {
      log.write('stopped', 'The end.');
      await log.close();
      process.exit(7);
    });`;
  const start = (lines: number, turn: number, errors: 'pipe' | number) =>
    spawn(process.execPath, ['--input-type=module', '-e', program(lines, turn)], {
      stdio: ['pipe', 'pipe', errors],
    });
  async function ends(child: ChildProcess): Promise<number> {
    child.stdin!.write('end\n');
    const [code] = (await once(child, 'exit')) as [number];
    return code;
  }

  it('goes on when the disk is full', async () => {
    const child = start(100, 10, openSync('/dev/full', 'w'));
    await once(child.stdout!, 'data');
    expect(await ends(child)).toBe(7);
  });

  it('goes on when the reader has closed the pipe', async () => {
    const child = start(1_000, 10, 'pipe');
    child.stderr!.destroy();
    await once(child.stdout!, 'data');
    expect(await ends(child)).toBe(7);
  });

  it('neither waits for a reader that does not read nor keeps all lines, and counts those that it dropped', async () => {
    const child = start(40_000, 10, 'pipe');
    // Nobody reads its log, and it serves.
    await once(child.stdout!, 'data');
    let text = '';
    child.stderr!.setEncoding('utf8').on('data', (some: string) => (text += some));
    await new Promise<void>((resolve) => {
      child.stderr!.on('data', () => text.includes('"lines-lost"') && resolve());
    });
    const closed = once(child, 'close');
    expect(await ends(child)).toBe(7);
    await closed;
    const lines = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);
    const losses = lines.filter(({ event }) => event === 'lines-lost');
    const lost = losses.reduce((sum, line) => sum + (line['lines'] as number), 0);
    expect(lost).toBeGreaterThan(1_000);
    expect(lines.filter(({ event }) => event === 'started')).toHaveLength(40_000 - lost);
    expect(lines.at(-1)).toMatchObject({ event: 'stopped' });
  });
});

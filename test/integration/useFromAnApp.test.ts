import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { packageRoot } from '../../lib/packageRoot.js';
import { makeCity, type TestCity } from '../city/makeCity.js';
import { describeWhere, isInstalled } from '../programs.js';
import { readHowTo } from './howTo.js';

const run = promisify(execFile);
const steps = readHowTo(join(packageRoot(), 'docs', 'how-to', 'use-from-an-app.md'));
const hasPrograms = ['bash', 'curl', 'jq'].every(isInstalled);

describeWhere(hasPrograms, 'These tests need bash, curl and jq: apt-get install curl jq.')('an app', () => {
  let city: TestCity;
  let folder: string;
  let server: ChildProcess;
  let url: string;
  let environment: NodeJS.ProcessEnv;

  beforeAll(async () => {
    city = await makeCity();
    folder = await mkdtemp(join(tmpdir(), 'polku-app-'));
    const polku = join(folder, 'polku');
    await writeFile(polku, `#!/bin/sh\nexec node "${packageRoot()}/dist/cli/main.js" "$@"\n`);
    await chmod(polku, 0o700);
    environment = { ...process.env, PATH: `${folder}:${process.env['PATH']}` };
    const [serve] = steps;
    if (serve?.do !== 'run') throw new Error('The how-to begins with the command that serves.');
    const command = serve.commands.join('\n').replace('data/demo/20000-1/data', city.data);
    // The shell and the server are one group.
    server = spawn('bash', ['-c', `${command} --port 0`], { env: environment, detached: true });
    let printed = '';
    url = await new Promise<string>((resolve, reject) => {
      server.stdout!.setEncoding('utf8').on('data', (text: string) => {
        printed += text;
        const found = /Polku serves (http\S+)\/graphql/.exec(printed)?.[1];
        if (found) resolve(found);
      });
      server.stderr!.setEncoding('utf8').on('data', (text: string) => (printed += text));
      server.once('exit', () => reject(new Error(printed)));
    });
  }, 120_000);

  afterAll(async () => {
    if (server?.pid !== undefined && server.exitCode === null) {
      const ended = once(server, 'close');
      process.kill(-server.pid, 'SIGTERM');
      await ended;
    }
    await city?.remove();
    if (folder) await rm(folder, { recursive: true });
  });

  it('gets the answers that the how-to shows', async () => {
    const commands = steps
      .slice(1)
      .flatMap((step, index) => (step.do === 'run' ? [`echo "--- ${index}"`, ...step.commands] : []));
    const script = ['set -eo pipefail', ...commands].join('\n').replace('http://localhost:4000', url);
    const { stdout } = await run('bash', ['-c', script], { cwd: packageRoot(), env: environment });
    const printed = new Map(
      stdout.split(/^--- /m).map((part) => {
        const [index, ...lines] = part.trim().split('\n');
        return [Number(index), lines] as const;
      }),
    );
    const shown = steps.slice(1).flatMap((step, index) => (step.do === 'see' ? [{ step, index }] : []));
    expect(shown.length).toBeGreaterThan(7);
    for (const { step, index } of shown)
      expect(JSON.parse(printed.get(index - 1)!.join('\n'))).toEqual(JSON.parse(step.text));
    expect([...printed.values()].at(-1)!.join()).toContain('https://app.example.org');
  }, 60_000);

  it('has types that fit the schema, and does not build when they do not', async () => {
    const client = join(folder, 'client');
    await cp(join(packageRoot(), 'examples', 'typed-client'), client, { recursive: true });
    await symlink(join(packageRoot(), 'node_modules'), join(client, 'node_modules'));
    const npm = (script: string, variables: NodeJS.ProcessEnv = {}) =>
      run('npm', ['run', '--silent', script], { cwd: client, env: { ...environment, ...variables } });
    await npm('schema');
    await npm('build');

    const response = await fetch(`${url}/dev/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"persona":"family-team"}',
    });
    const { token } = (await response.json()) as { token: string };
    const access = { POLKU_URL: `${url}/graphql`, POLKU_TOKEN: token };
    const { stdout } = await npm('start', access);
    expect(stdout).toMatch(/^\d{4}\S* - \S*\t(HEALTH|SOCIAL|EDUCATION)\t[^\t]+\tborn \d{4}$/m);
    await expect(npm('start', { ...access, POLKU_TOKEN: 'x' })).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^UNAUTHENTICATED: .* \(decision [0-9a-f-]{36}\)$/m),
    });

    const schema = join(client, 'schema.graphql');
    const sdl = await readFile(schema, 'utf8');
    const withoutService = sdl.replace(/(^type ServiceStep \{[^}]*?)^ {2}service: Coding\n/m, '$1');
    expect(withoutService).not.toBe(sdl);
    await writeFile(schema, withoutService);
    await expect(npm('build')).rejects.toMatchObject({
      stdout: expect.stringContaining('Cannot query field "service" on type "ServiceStep"'),
    });
  }, 180_000);
});

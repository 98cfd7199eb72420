import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { packageRoot } from '../../lib/packageRoot.js';
import { freePort } from '../city/freePort.js';
import { startProvider, type TestProvider } from '../identity/startProvider.js';
import { describeWhere, isInstalled } from '../programs.js';
import { readHowTo } from './howTo.js';

const run = promisify(execFile);

interface Refusal {
  readonly errors: readonly { readonly extensions: { readonly code: string } }[];
}

const describePage = describeWhere(isInstalled('curl'), 'curl is not installed: install curl.');

describePage('an operator who follows the how-to of putting Polku into service', () => {
  let folder: string;
  let provider: TestProvider;
  let environment: NodeJS.ProcessEnv;
  const servers: ChildProcess[] = [];
  let serverLog: number;
  /** What each command printed, by command as the page has it. */
  const printed = new Map<string, string>();

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'polku-service-'));
    serverLog = openSync(join(folder, 'servers.log'), 'a');
    provider = await startProvider({
      clients: [
        { client_id: 'family-app', client_secret: 'change-me', claims: { groups: ['family-team-1'] } },
      ],
    });
    environment = { ...process.env, PATH: `${await commandFolder()}${delimiter}${process.env['PATH']}` };
    const here = await replacements();
    for (const step of readHowTo(join(packageRoot(), 'docs/how-to/put-into-service.md'))) {
      if (step.do === 'write') await writeFile(join(folder, step.path), withKeys(here(step.text)));
      else if (step.do === 'run') for (const command of step.commands) await follow(command, here(command));
      else throw new Error('The page writes files and runs commands only.');
    }
  }, 300_000);

  afterAll(async () => {
    for (const server of servers) server.kill();
    await Promise.all(servers.map((server) => server.exitCode ?? server.signalCode ?? once(server, 'close')));
    await provider?.stop();
    if (serverLog) closeSync(serverLog);
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  /** Makes the command `polku`, as npm would. */
  async function commandFolder(): Promise<string> {
    const commands = join(folder, 'bin');
    await mkdir(commands);
    const main = join(packageRoot(), 'dist', 'cli', 'main.js');
    await writeFile(join(commands, 'polku'), `#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n`);
    await chmod(join(commands, 'polku'), 0o755);
    return commands;
  }

  /** Puts the provider and the ports of this machine in the place of those of the page. */
  async function replacements(): Promise<(text: string) => string> {
    const ports = new Map<string, number>();
    for (const port of ['4000', '4101', '4102', '4103', '4104']) ports.set(port, await freePort());
    return (text) =>
      text
        .replaceAll('https://id.example.org', provider.issuer)
        .replace(/\b4(?:000|10[1-4])\b/g, (port) => String(ports.get(port)));
  }

  function withKeys(text: string): string {
    return text.replace(/THE KEY OF (\S+?)(?= })/g, (_, person: string) => {
      const [, key] = new RegExp(` ${person}: .* key: (\\S+) }`).exec([...printed.values()].join('')) ?? [];
      return key!;
    });
  }

  async function follow(command: string, here: string): Promise<void> {
    if (here.endsWith(' &')) {
      const server = spawn('sh', ['-euc', `exec ${here.slice(0, -2)}`], {
        cwd: folder,
        env: environment,
        stdio: ['ignore', serverLog, serverLog],
      });
      servers.push(server);
      return;
    }
    const { stdout, stderr } = await run('sh', ['-euc', here], {
      cwd: folder,
      env: environment,
      timeout: 120_000,
    }).catch(({ stdout, stderr }: { stdout: string; stderr: string }) => {
      throw new Error(`${command}\n${stdout}${stderr}${readFileSync(join(folder, 'servers.log'), 'utf8')}`);
    });
    printed.set(command, stdout + stderr);
  }

  const printedBy = (part: string): string =>
    [...printed].find(([command]) => command.includes(part))?.[1] ?? '';

  const eventsOf = async (service: string): Promise<Record<string, unknown>[]> =>
    (await readFile(join(folder, `events-${service}.ndjson`), 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);

  it('gets the service path of a family, with steps of several registries', async () => {
    const { data, errors } = JSON.parse(await readFile(join(folder, 'path.json'), 'utf8')) as {
      readonly errors?: unknown;
      readonly data: {
        readonly persons: {
          readonly nodes: readonly {
            readonly families: readonly {
              readonly family: { readonly servicePath: { readonly steps: readonly { sector: string }[] } };
            }[];
          }[];
        };
      };
    };
    expect(errors).toBeUndefined();
    const steps = data.persons.nodes.flatMap(({ families }) =>
      families.flatMap(({ family }) => family.servicePath.steps),
    );
    expect(new Set(steps.map(({ sector }) => sector)).size).toBeGreaterThan(1);
  });

  it('finds an audit log that is whole', () => {
    expect(printedBy('audit verify')).toMatch(/whole/);
  });

  it('is refused by a registry without a certificate, with an event', async () => {
    expect(printedBy('|| echo refused')).toBe('refused\n');
    expect(await eventsOf('health')).toContainEqual(
      expect.objectContaining({ code: 'TLS_CLIENT_REFUSED', reason: 'no-certificate' }),
    );
  });

  it('is refused by a registry with a certificate of another name, with an event', async () => {
    const { errors } = JSON.parse(printedBy('--cert tls/other')) as Refusal;
    expect(errors[0]!.extensions.code).toBe('TLS_CLIENT_REFUSED');
    expect(await eventsOf('health')).toContainEqual(
      expect.objectContaining({ code: 'TLS_CLIENT_REFUSED', reason: 'wrong-name' }),
    );
  });

  it('is refused by the gateway with a token of another provider, with an event', async () => {
    const { errors } = JSON.parse(printedBy('{ __typename }')) as Refusal;
    expect(errors[0]!.extensions.code).toBe('UNAUTHENTICATED');
    expect(await eventsOf('gateway')).toContainEqual(
      expect.objectContaining({ status: 401, issuer: 'https://other.example.org' }),
    );
  });
});

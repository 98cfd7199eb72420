import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type DemoAnswer, DemoClient } from '../../cli/demo/scenes.js';
import { packageRoot } from '../../lib/packageRoot.js';
import { freePort } from '../city/freePort.js';
import { type HowToStep, readHowTo } from './howTo.js';
import { workingCopy } from './workingCopy.js';

const run = promisify(execFile);
const page = join(packageRoot(), 'docs/how-to/onboard-a-registry.md');

/** Exports in the clinic's dialect: the how-to's own, and a larger one if it exists (DEVELOPERS.md). */
const own = join(import.meta.dirname, 'clinicExport');
const larger = process.env['SYNTHEA_DATA'];
const clinics: readonly [name: string, source: string][] = [
  ['the export of the how-to', own],
  ...(larger === undefined ? [] : [['an export of Synthea', larger] satisfies [string, string]]),
];

/** Rows of a CSV file without quotes, as these exports are. */
async function rowsOf(file: string): Promise<Record<string, string>[]> {
  const [header = '', ...lines] = (await readFile(file, 'utf8')).trim().split('\n');
  return lines.map((line) => {
    const cells = line.split(',');
    return Object.fromEntries(header.split(',').map((name, index) => [name, cells[index]!]));
  });
}

/** The doctor with the most patients that fit on one page, so that a test can check all their visits. */
function doctorOf(encounters: readonly Record<string, string>[]): string {
  const patients = new Map<string, Set<string>>();
  for (const { PROVIDER = '', PATIENT = '' } of encounters)
    patients.set(PROVIDER, (patients.get(PROVIDER) ?? new Set()).add(PATIENT));
  const onOnePage = [...patients].filter(([, { size }]) => size <= 10);
  return onOnePage.toSorted(([, one], [, other]) => other.size - one.size)[0]![0];
}

interface Patient {
  readonly id: string;
  readonly clinicContacts: readonly {
    readonly startedAt: string;
    readonly service: { readonly code: string; readonly label: string | null };
    readonly encounter: { readonly code: string };
    readonly diagnoses: readonly { readonly startedAt: string; readonly code: { readonly code: string } }[];
  }[];
}

describe.each(clinics)('a reader who follows the how-to of onboarding a registry with %s', (_, source) => {
  const environment = { ...process.env, CLINIC_EXPORT: source === own ? '' : source };
  let copy: string;
  const servers: ChildProcess[] = [];
  /** What the commands printed, by command. */
  const printed = new Map<string, string>();
  const answers = new Map<string, DemoAnswer>();
  let patients: readonly Patient[];

  let encounters: readonly Record<string, string>[];

  beforeAll(async () => {
    encounters = await rowsOf(join(source, 'encounters.csv'));
    copy = await workingCopy();
    let gateway: URL | undefined;
    for (const step of readHowTo(page)) {
      if (step.do === 'ask') await ask(step, gateway!);
      else if (step.do === 'run') gateway = (await runAll(step.commands)) ?? gateway;
      else if (step.do !== 'see') await edit(step);
    }
  }, 600_000);

  afterAll(async () => {
    await stopServers();
    if (copy) await rm(copy, { recursive: true, force: true });
  });

  async function stopServers(): Promise<void> {
    for (const server of servers.splice(0)) {
      if (server.pid === undefined || (server.exitCode ?? server.signalCode) !== null) continue;
      const ended = new Promise((resolve) => server.once('close', resolve));
      // npm, its shell and the server are one group.
      process.kill(-server.pid, 'SIGTERM');
      await ended;
    }
  }

  async function edit(step: HowToStep & { do: 'write' | 'change' }): Promise<void> {
    const path = join(copy, step.path);
    await mkdir(dirname(path), { recursive: true });
    if (step.do === 'write') {
      // The doctor of the how-to works in its own export.
      const isOther = source !== own && step.path === 'data/personas.yaml';
      const text = isOther ? step.text.replace(/(?<=employee: )\S+/, doctorOf(encounters)) : step.text;
      return writeFile(path, text, { flag: 'wx' });
    }
    const parts = (await readFile(path, 'utf8')).split(step.before);
    expect({ path: step.path, places: parts.length - 1 }).toEqual({ path: step.path, places: 1 });
    return writeFile(path, parts.join(step.after));
  }

  /** Runs commands unchanged; a server keeps running, on a free port, and its address is returned. */
  async function runAll(commands: readonly string[]): Promise<URL | undefined> {
    for (const command of commands) {
      if (command.includes(' polku -- serve ')) return serve(`${command} --port 0`);
      const { stdout, stderr } = await run('sh', ['-euc', command], { cwd: copy, env: environment }).catch(
        ({ stdout, stderr }: { stdout: string; stderr: string }) => {
          throw new Error(`${command}\n${stdout}${stderr}`);
        },
      );
      printed.set(command, stdout + stderr);
    }
    return undefined;
  }

  /** Starts a command that keeps running. */
  function start(command: string): ChildProcess {
    const server = spawn('sh', ['-euc', command], {
      cwd: copy,
      env: environment,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    servers.push(server);
    return server;
  }

  function serve(command: string): Promise<URL> {
    const server = start(command);
    return new Promise((resolve, reject) => {
      let output = '';
      const read = (text: string) => {
        output += text;
        const [url] = /http:\/\/\S+?(?=graphql)/.exec(output) ?? [];
        if (url !== undefined) resolve(new URL(url));
      };
      server.stdout!.setEncoding('utf8').on('data', read);
      server.stderr!.setEncoding('utf8').on('data', read);
      server.once('close', () => reject(new Error(`${command}\n${output}`)));
    });
  }

  async function ask({ persona, purpose, query }: HowToStep & { do: 'ask' }, gateway: URL): Promise<void> {
    const [, name = ''] = /^query (\w+)/.exec(query) ?? [];
    const variables = { id: patients?.[0]?.id };
    const answer = await new DemoClient(gateway).ask({ persona, purpose, query, variables });
    answers.set(name, answer);
    if (name === 'Patients') patients = (answer.data?.['persons'] as { nodes: Patient[] }).nodes;
  }

  it('sees that the policy compiles and that every owner test passes', () => {
    const output = [...printed].filter(([command]) => command.includes('policy')).map(([, text]) => text);
    expect(output).toEqual([
      expect.stringMatching(/compiles: revision \w+\.\n$/),
      expect.stringContaining('clinic'),
    ]);
    const check = [...printed].find(([command]) => command.includes('registry check'))!;
    expect(check[1]).toMatch(/\nNothing is missing\.\n$/);
  });

  it('gets a proposal that reads the same columns', async () => {
    const proposed = await readFile(join(copy, 'data/proposal/mapping.yaml'), 'utf8');
    for (const column of [
      'PATIENT',
      'Id',
      'START',
      'STOP',
      'ENCOUNTERCLASS',
      'ORGANIZATION',
      'PROVIDER',
      'ENCOUNTER',
    ])
      expect(proposed).toContain(column);
    expect(proposed).not.toContain('DESCRIPTION');
  });

  it('serves the contacts of the file, and shows a count only when it is large', async () => {
    const { registries } = answers.get('Registries')!.data as { registries: Record<string, unknown>[] };
    expect(registries).toHaveLength(5);
    expect(registries).toContainEqual({
      name: 'clinic',
      owner: 'Clinic',
      rows: encounters.length < 500 ? null : 1_000,
      rejects: null,
    });
    const extracted = [...printed].find(([command]) => command.includes('extract --all'))![1];
    expect(extracted).toMatch(/ clinic: [\d ]+ rows, none rejected/);
  });

  it('sees the patients of one doctor, with their visits and diagnoses', async () => {
    const conditions = await rowsOf(join(source, 'conditions.csv'));
    const doctor = /employee: (\S+)/.exec(await readFile(join(copy, 'data/personas.yaml'), 'utf8'))![1];
    const treated = new Set(
      encounters.flatMap((row) => (row['PROVIDER'] === doctor ? [row['PATIENT']] : [])),
    );
    const day = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Helsinki' });
    const expected = encounters
      .filter(({ PATIENT }) => treated.has(PATIENT))
      .map(({ Id, START = '', ENCOUNTERCLASS: service, CODE: encounter }) => ({
        startedAt: day.format(new Date(START)),
        service,
        encounter,
        diagnoses: conditions
          .flatMap((row) => (row['ENCOUNTER'] === Id ? [`${row['START']} ${row['CODE']}`] : []))
          .sort(),
      }));
    const contacts = patients.flatMap(({ clinicContacts }) => clinicContacts);
    const seen = contacts.map(({ startedAt, service, encounter, diagnoses }) => ({
      startedAt,
      service: service.code,
      encounter: encounter.code,
      diagnoses: diagnoses.map((diagnosis) => `${diagnosis.startedAt} ${diagnosis.code.code}`),
    }));
    expect(contacts.filter(({ service }) => service.label === null)).toEqual([]);
    const sorted = (list: readonly object[]) => list.map((one) => JSON.stringify(one)).sort();
    expect(patients).toHaveLength(treated.size);
    expect(sorted(seen)).toEqual(sorted(expected));
    expect(seen.some(({ diagnoses }) => diagnoses.length > 1)).toBe(true);
  });

  it('sees a path with the clinic as its sector', () => {
    const { person } = answers.get('Path')!.data as {
      person: { servicePath: { steps: { sector: string; contacts: number }[]; withheld: string[] } };
    };
    const { steps, withheld } = person.servicePath;
    expect(new Set(steps.map(({ sector }) => sector))).toEqual(new Set(['CLINIC']));
    expect(steps.reduce((sum, { contacts }) => sum + contacts, 0)).toBe(patients[0]!.clinicContacts.length);
    expect(withheld.sort()).toEqual(['EDUCATION', 'SOCIAL']);
  });

  it('gets questions about groups, in which the population register knows nobody of the clinic', () => {
    const { data, errors } = answers.get('Groups')!;
    expect(errors).toBeUndefined();
    const { patients: few, others } = data as Record<string, { size: { count: number | null } }>;
    expect(few!.size.count).toBeNull();
    expect(others!.size.count).toBeGreaterThan(400);
    expect(others).toMatchObject({
      members: {
        serviceUse: {
          rows: [
            { sector: 'clinic', service: { code: 'emergency', label: 'Emergency visit' }, persons: null },
          ],
        },
        withheld: [],
      },
    });
  });

  it('is refused for another purpose, with the owner named', () => {
    const { data, errors } = answers.get('Refused')!;
    expect(data ?? null).toBeNull();
    expect(errors).toEqual([
      expect.objectContaining({
        extensions: expect.objectContaining({
          code: 'PURPOSE_NOT_PERMITTED',
          purpose: 'benefit',
          owner: 'Clinic',
        }),
      }),
    ]);
  });

  it('gets the same answers where the clinic serves itself, by its own copy of the folder', async () => {
    await stopServers();
    const [gatewayPort, clinicPort] = [await freePort(), await freePort()];
    const url = `http://127.0.0.1:${clinicPort}/`;
    await cp(join(copy, 'data/clinic'), join(copy, 'data/own-clinic'), { recursive: true });
    await writeFile(join(copy, 'own.yaml'), 'registries: { clinic: { folder: data/own-clinic } }\n');
    await writeFile(
      join(copy, 'apart.yaml'),
      `registries: { clinic: { folder: data/clinic, url: "${url}" } }\n`,
    );
    const polku = 'npm run --silent polku --';
    const ofGateway = `--gateway-key data/city/secrets/gateway.key.pub --issuer polku-dev --jwks http://127.0.0.1:${gatewayPort}/.well-known/jwks.json`;
    const clinic = start(
      `${polku} --config own.yaml subgraph clinic --dev --data data/city --port ${clinicPort} ${ofGateway}`,
    );
    const gateway = await serve(
      `${polku} --config apart.yaml serve --data data/city --dev --personas data/personas.yaml --port ${gatewayPort}`,
    );
    const alone = new Map(answers);
    const before = patients;
    for (const step of readHowTo(page)) if (step.do === 'ask') await ask(step, gateway);
    expect(patients).toEqual(before);
    const withoutDecision = ({ data, errors }: DemoAnswer) => ({
      data,
      codes: errors?.map(({ extensions }) => extensions?.['code']),
    });
    for (const [name, answer] of alone)
      expect({ name, ...withoutDecision(answers.get(name)!) }).toEqual({ name, ...withoutDecision(answer) });

    process.kill(-clinic.pid!, 'SIGKILL');
    await new Promise((resolve) => clinic.once('close', resolve));
    const { errors } = await new DemoClient(gateway).ask({
      persona: 'clinic-doctor',
      purpose: 'care',
      query: 'query ($id: PersonID!) { person(id: $id) { clinicContacts { startedAt } } }',
      variables: { id: before[0]!.id },
    });
    expect(errors?.map(({ extensions }) => extensions?.['code'])).toEqual(['SUBGRAPH_UNAVAILABLE']);
  }, 120_000);
});

/**
 * @property gateway/dev-synthetic `--dev` serves synthetic people only.
 * @enforcedBy cli/runtime/localSubgraphs.ts
 */
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { extractRegistries } from '../../cli/commands/extract.js';
import { policiesFolder } from '../../cli/options.js';
import { run } from '../../cli/program.js';
import { SOURCE_MARKER } from '../../registry-kit/snapshot/manifest.js';
import { readManifest } from '../../registry-kit/snapshot/openSnapshot.js';
import { populationRegistry } from '../../subgraphs/population/tables.js';
import { makeCity, type TestCity } from '../city/makeCity.js';
import { type Finished, runPolku } from '../city/runPolku.js';

describe('the command line', () => {
  let city: TestCity;
  let folder: string;

  beforeAll(async () => {
    city = await makeCity();
    folder = await mkdtemp(join(tmpdir(), 'polku-cli-'));
  });

  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
    await city?.remove();
  });

  it.each([
    [[], 'checks and searches the audit log'],
    [['city', 'generate'], '--persons'],
    [['extract'], '--max-rejects <percent>'],
    [['mark'], 'polku mark add restriction'],
    [['serve'], '--dev'],
    [['subgraph'], '--gateway-key'],
    [['policy'], 'matrix'],
    [['policy', 'explain'], 'polku policy explain'],
    [['demo'], '--once'],
  ])('prints with polku %s --help how it is used', async (command, taught) => {
    const { code, output } = await runHere([...command, '--help'], folder);
    expect(code).toBe(0);
    expect(output).toContain(taught);
  });

  it.each([
    ['an unknown command', ['fly'], 'unknown command'],
    ['an unknown option', ['serve', '--fast'], 'unknown option'],
    [
      'a number that is none',
      ['city', 'generate', '--out', 'x', '--persons', 'many'],
      'Expected a whole number',
    ],
    [
      'a percentage that is none',
      ['extract', '--all', '--source', 'x', '--max-rejects', '101'],
      'Expected a number from 0 to 100',
    ],
    ['neither a registry nor --all', ['extract', '--source', 'x'], 'USAGE: Name one registry'],
    ['both', ['extract', 'health', '--all', '--source', 'x'], 'USAGE: Name one registry'],
    ['an unknown registry', ['extract', 'heath', '--source', 'x'], 'USAGE: There is no registry "heath"'],
    ['tests of a registry that has none', ['policy', 'test', 'heath'], 'USAGE: There are no tests'],
    [
      'a file to write in no folder',
      ['policy', 'matrix', '--out', join('nowhere', 'matrix.csv')],
      'there is no such file or folder',
    ],
    [
      'anybody as a caller of real people',
      [
        ...[
          'subgraph',
          'health',
          '--gateway-key',
          join(policiesFolder, 'owners.yaml'),
          '--issuer',
          'polku-dev',
        ],
        ...['--jwks', 'http://127.0.0.1:1/keys'],
      ],
      'USAGE: Anyone can get any token of polku-dev',
    ],
    ['no identity provider', ['serve', '--data', 'x'], 'USAGE: Name the identity provider'],
    [
      'a subgraph that is none',
      ['serve', '--dev', '--subgraph', 'heath=http://127.0.0.1:1'],
      'USAGE: There is no subgraph "heath"',
    ],
    [
      '--dev off this machine',
      ['serve', '--dev', '--host', '0.0.0.0'],
      'USAGE: --dev serves this machine only',
    ],
    [
      'a certificate without its key',
      ['serve', '--dev', '--tls-cert', 'x.pem'],
      'CONFIG_INVALID: The configuration has faults.\n--tls-cert: error: "tls" lacks "key".',
    ],
    [
      'personas that cannot be read',
      ['serve', '--dev', '--personas', 'nobody.yaml'],
      'USAGE: The personas in nobody.yaml cannot be read',
    ],
    ['personas without --dev', ['serve', '--personas', 'nobody.yaml'], 'USAGE: --personas needs --dev'],
    [
      'an unknown role',
      ['policy', 'explain', 'Person.sex', '--role', 'king', '--purpose', 'care'],
      'USAGE: There is no role "king"',
    ],
    [
      'an unknown purpose',
      ['policy', 'explain', 'Person.sex', '--role', 'planner', '--purpose', 'fun'],
      'USAGE: There is no purpose "fun"',
    ],
    [
      'an unknown field',
      ['policy', 'explain', 'Person.six', '--role', 'planner', '--purpose', 'planning'],
      'USAGE: There is no field "Person.six"',
    ],
  ])('exits with 2 and states what was expected, given %s', async (_what, args, said) => {
    const { code, errors } = await runHere(args, folder);
    expect(errors).toContain(said);
    expect(code).toBe(2);
    expect(await readdir(folder)).toEqual([]);
  });

  it('ends a process with the exit code', async () => {
    expect((await runPolku(['--version'])).code).toBe(0);
    const { code, errors } = await runPolku(['fly'], { cwd: folder });
    expect(code).toBe(2);
    expect(errors).toContain('unknown command');
  });

  it('does not write a city over other files', async () => {
    const out = join(folder, 'mine');
    await mkdir(out);
    await writeFile(join(out, 'precious.txt'), 'precious');
    const { code, errors } = await runPolku(['city', 'generate', '--persons', '200', '--out', out]);
    expect(errors).toContain('OUTPUT_EXISTS');
    expect(code).toBe(1);
    expect(await readdir(out)).toEqual(['precious.txt']);
    await rm(out, { recursive: true });
  });

  it('generates a city, extracts it and reports what was rejected and why', async () => {
    const [exports, data] = [join(folder, 'exports'), join(folder, 'data')];
    const generated = await runPolku([
      'city',
      'generate',
      '--persons',
      '300',
      '--seed',
      '5',
      '--out',
      exports,
    ]);
    expect(generated.code).toBe(0);
    const extracted = await runPolku(['extract', '--all', '--source', exports, '--data', data]);
    expect(extracted.code).toBe(0);
    expect(extracted.errors).toMatch(/health: [\d ]+ rows, \d+ rejected \(.*invalid-code \d+/);
    const again = await runPolku(['extract', 'social', '--source', exports, '--data', data]);
    expect(again.code).toBe(0);
    await rm(exports, { recursive: true });
    const gone = await runPolku(['extract', 'health', '--source', exports, '--data', data]);
    expect([gone.code, gone.errors]).toEqual([1, expect.stringContaining('SOURCE_UNREADABLE')]);
    await rm(data, { recursive: true });
  });

  it('treats exports as data about real people, unless they or the caller say otherwise', async () => {
    const source = join(folder, 'unmarked');
    const data = join(folder, 'unmarked-data');
    await cp(join(city.exports, 'population'), join(source, 'population'), { recursive: true });
    const extracted = async (synthetic?: boolean) => {
      await extractRegistries(['population'], { source, data, synthetic });
      return (await readManifest(data, populationRegistry)).synthetic;
    };
    expect([await extracted(), await extracted(true)]).toEqual([false, true]);
    await cp(join(city.exports, SOURCE_MARKER), join(source, SOURCE_MARKER));
    expect(await extracted()).toBe(true);
    await Promise.all([source, data].map((made) => rm(made, { recursive: true })));
  });

  it('with --dev refuses a snapshot that is not synthetic', async () => {
    const data = join(folder, 'real');
    await cp(city.data, data, { recursive: true });
    const [snapshot] = (await readdir(join(data, 'social'))).filter((name) => name !== 'current');
    const manifest = join(data, 'social', snapshot!, 'manifest.json');
    await writeFile(
      manifest,
      (await readFile(manifest, 'utf8')).replace('"synthetic": true', '"synthetic": false'),
    );
    const { code, errors } = await runPolku(['serve', '--dev', '--port', '0', '--data', data]);
    expect(errors).toContain('NOT_SYNTHETIC');
    expect(code).toBe(1);
    await rm(data, { recursive: true });
  });

  it('does not serve without a snapshot, and names the command that makes one', async () => {
    const { code, errors } = await runPolku(['serve', '--dev', '--data', join(folder, 'nothing')]);
    expect(errors).toMatch(/SNAPSHOT_MISSING: .*polku extract population/);
    expect(code).toBe(1);
    await rm(join(folder, 'nothing'), { recursive: true, force: true });
  });

  it('does not serve with a broken policy, and names every fault with its place', async () => {
    const policies = join(folder, 'policies');
    await mkdir(policies);
    for (const file of await readdir(policiesFolder))
      if (file.endsWith('.yaml')) await cp(join(policiesFolder, file), join(policies, file));
    const health = join(policies, 'health.yaml');
    await writeFile(
      health,
      (await readFile(health, 'utf8'))
        .replace('purposes: [care]', 'purposes: [cares]')
        .replace('roles: [researcher]', 'roles: [searcher]'),
    );
    const served = await runPolku(['serve', '--dev', '--data', city.data, '--policies', policies]);
    expect(served.errors).toContain('POLICY_INVALID');
    expect(served.errors.match(/health\.yaml:\d+:\d+: error/g)).toHaveLength(2);
    const linted = await runPolku(['policy', 'lint', '--policies', policies]);
    expect([served.code, linted.code]).toEqual([1, 1]);
    expect(linted.output.match(/health\.yaml:\d+:\d+: error/g)).toHaveLength(2);
    await rm(policies, { recursive: true });
  });

  it('reports that a port is in use', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const { code, errors } = await runPolku(['serve', '--dev', '--data', city.data, '--port', String(port)]);
    server.close();
    expect(errors).toContain('ADDRESS_IN_USE');
    expect(code).toBe(1);
  });

  it('shows the plan of an operation, by the values of its conditions', async () => {
    const file = join(folder, 'path.graphql');
    await writeFile(
      file,
      'query Path($id: PersonID!, $steps: Boolean!) { person(id: $id) { sex { code } servicePath @include(if: $steps) { withheld } } }',
    );
    const whole = await runPolku(['plan', '--operation', file, '--variables', '{"steps": true}']);
    expect(whole.output).toContain('Fetches: 6, levels: 4');
    expect(whole.output).toContain('asks for ServicePath.withheld');
    const part = await runPolku(['plan', '--operation', file, '--variables', '{"steps": false}']);
    expect(part.output).toContain('Fetches: 1, levels: 1');
    await writeFile(file, '{ nothing }');
    const refused = await runPolku(['plan', '--operation', file]);
    expect(refused.code).toBe(2);
    expect(refused.errors).toContain('does not fit the schema');
  });

  it('shows the shipped policies: they compile, as a matrix, and explained', async () => {
    const lint = await runPolku(['policy', 'lint']);
    expect([lint.code, lint.output]).toEqual([0, expect.stringContaining('compiles: revision')]);
    const table = await runPolku(['policy', 'matrix']);
    expect(table.output).toContain('HealthContact.diagnosis');
    const csv = await runPolku(['policy', 'matrix', '--format', 'csv', '--role', 'planner']);
    expect(csv.output).not.toContain('clinician');
    const why = await runPolku([
      'policy',
      'explain',
      'HealthContact.diagnosis',
      '--role',
      'family-team-worker',
      '--purpose',
      'child-protection',
    ]);
    expect(why.output).toContain('icd10-chapter');
    expect(why.output).toMatch(/health\.yaml:\d+/);
  });
});

/** Runs the command line in this process: most of the time of a short command goes into loading it. */
async function runHere(args: readonly string[], folder: string): Promise<Finished> {
  const said = { output: '', errors: '' };
  const [output, errors, error] = [
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => Boolean((said.output += String(text)))),
    jest.spyOn(process.stderr, 'write').mockImplementation((text) => Boolean((said.errors += String(text)))),
    jest.spyOn(console, 'error').mockImplementation((text) => void (said.errors += `${String(text)}\n`)),
  ];
  const before = process.cwd();
  process.chdir(folder);
  try {
    return { code: await run(['node', 'polku', ...args]), ...said };
  } finally {
    process.chdir(before);
    for (const spy of [output, errors, error]) spy.mockRestore();
  }
}

import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { policiesFolder } from '../../cli/options.js';
import { run } from '../../cli/program.js';
import { tamper } from '../city/signedPolicies.js';

const REGISTRIES = [
  'population',
  'health',
  'social',
  'education',
  'cohorts',
  'risk',
  'paths',
  'directory',
  'linkage',
  'governance',
];

describe('the commands by which data owners change policies', () => {
  let folder: string;
  let policies: string;
  let printed: string[];
  let store: readonly string[];
  const key = (person: string) => join(folder, `${person}.key`);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'polku-owners-'));
    policies = join(folder, 'policies');
    await mkdir(policies);
    for (const file of await readdir(policiesFolder))
      if (file.endsWith('.yaml')) await cp(join(policiesFolder, file), join(policies, file));
    store = ['--data', join(folder, 'data'), '--owners', join(folder, 'owners.yaml')];
  });

  beforeEach(() => {
    printed = [];
    for (const stream of ['log', 'error'] as const)
      jest.spyOn(console, stream).mockImplementation((text) => void printed.push(String(text)));
  });

  afterEach(() => {
    jest.restoreAllMocks();
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function polku(...words: readonly string[]): Promise<{ code: number; text: string }> {
    printed.length = 0;
    const code = await run(['node', 'polku', 'policy', ...words]);
    process.exitCode = 0;
    return { code, text: printed.join('\n') };
  }
  const propose = (person: string, ...words: readonly string[]) =>
    polku('propose', '--policies', policies, '--key', key(person), '--comment', 'why', ...store, ...words);
  const approve = (sequence: number, person: string) =>
    polku('approve', String(sequence), '--yes', '--key', key(person), ...store);
  const edit = (file: string) => tamper(join(policies, file), (text) => `${text}\n# edited\n`);

  it('make keys that only their person can read, and print the entry for owners.yaml', async () => {
    const people: string[] = [];
    for (const person of ['one', 'two', 'three', 'health-1', 'health-2']) {
      const { code, text } = await polku('key', '--person', person, '--out', key(person));
      expect(code).toBe(0);
      expect((await stat(key(person))).mode & 0o777).toBe(0o600);
      const line = text.split('\n').at(-1)!;
      if (person !== 'three') people.push(line);
      expect(text).not.toContain((await readFile(key(person), 'utf8')).split('\n')[1]);
    }
    const owners = REGISTRIES.map(
      (name) => `  ${name}: [${name === 'health' ? 'health-1, health-2' : 'one, two'}]`,
    );
    await writeFile(join(folder, 'owners.yaml'), ['people:', ...people, 'owners:', ...owners, ''].join('\n'));
    const again = await polku('key', '--person', 'one', '--out', key('one'));
    expect([again.code, again.text]).toEqual([1, expect.stringContaining('OUTPUT_EXISTS')]);
  });

  it('bring the first revision into force when two people of every owner have signed', async () => {
    const early = await propose('one');
    expect([early.code, early.text]).toEqual([2, expect.stringContaining('--first')]);
    const first = await propose('one', '--first');
    expect(first.text).toContain('Revision 1 is proposed and signed by you, as "one"');
    expect(first.text).toContain('2 of health');
    expect((await approve(1, 'two')).text).toContain('It still needs signatures: 2 of health');
    await approve(1, 'health-1');
    expect((await approve(1, 'health-2')).text).toContain('It has all signatures that it needs');
    expect((await propose('one', '--first')).code).toBe(2);
  });

  it('name who must sign a change, and refuse a second signature of one person, and a stranger', async () => {
    await edit('health.yaml');
    const proposed = await propose('health-1');
    expect(proposed.text).toContain('It sets health.yaml, until ');
    expect(proposed.text).toContain('1 of health');
    for (const person of ['health-1', 'one', 'three']) {
      const { code, text } = await approve(2, person);
      expect([code, text]).toEqual([1, expect.stringContaining('SIGNATURE_INVALID')]);
    }
    expect((await approve(2, 'health-2')).code).toBe(0);
  });

  it('revert a change with a new number', async () => {
    const back = await polku('rollback', '1', '--key', key('health-1'), '--comment', 'back', ...store);
    expect(back.text).toContain('Revision 3 is proposed');
    await approve(3, 'health-2');
    const { text } = await polku('history', ...store);
    expect(text).toMatch(/^3 {2}in force: back[^]*^2 {2}was in force: why[^]*^1 {2}was in force/m);
    expect(text).toContain('signed by health-1, health-2');
    const never = await polku('rollback', '3', '--key', key('health-1'), '--comment', 'x', ...store);
    expect([never.code, never.text]).toEqual([2, expect.stringContaining('There are: 1, 2')]);
  });

  it('write a revision and its signature for the gateway, and store nothing', async () => {
    const out = join(folder, 'revision.json');
    expect((await propose('health-1', '--out', out)).text).toContain('nothing is stored');
    const { text } = await polku('sign', out, '--key', key('health-1'));
    expect(text).toMatch(/^[\w-]{86}$/);
    expect((await polku('history', ...store)).text).not.toContain('4  ');
  });

  it('Y06: withdraw or reject a proposal, and record who did it and why', async () => {
    await edit('health.yaml');
    for (const sequence of [4, 5])
      expect((await propose('health-1')).text).toContain(`Revision ${sequence} is`);
    const end = (verb: string, sequence: number, person: string) =>
      polku(verb, String(sequence), '--key', key(person), '--comment', 'not yet', ...store);
    expect((await end('withdraw', 4, 'health-2')).text).toContain('SIGNATURE_INVALID');
    expect((await end('reject', 4, 'health-1')).text).toContain('SIGNATURE_INVALID');
    expect(await end('withdraw', 4, 'health-1')).toEqual({
      code: 0,
      text: 'Revision 4 (why) is withdrawn by you, as "health-1".',
    });
    expect((await end('reject', 5, 'health-2')).code).toBe(0);
    expect((await approve(5, 'health-2')).text).toContain('was rejected and accepts no more signatures');
    const { text } = await polku('history', ...store);
    expect(text).toMatch(
      /^5 {2}was rejected: why[^]*Closed by health-2: not yet[^]*^4 {2}was withdrawn: why/m,
    );
  });

  it('do not propose what does not compile, and list every fault with its place', async () => {
    await tamper(join(policies, 'health.yaml'), (text) =>
      text.replaceAll('roles: [clinician]', 'roles: [clinican]'),
    );
    const { code, text } = await propose('health-1');
    expect([code, text]).toEqual([1, expect.stringMatching(/POLICY_INVALID[^]*health\.yaml:\d+:\d+: error/)]);
  });

  it('report what is wrong with owners.yaml, and where', async () => {
    const owners = join(folder, 'bad-owners.yaml');
    const text = await readFile(join(folder, 'owners.yaml'), 'utf8');
    await writeFile(
      owners,
      text.replace('[health-1, health-2]', '[health-1, helth-2]').replace('two: {', 'twin: {'),
    );
    const found = await polku('history', '--data', join(folder, 'data'), '--owners', owners);
    expect([found.code, found.text]).toEqual([1, expect.stringContaining('POLICY_INVALID')]);
    expect(found.text).toMatch(
      /bad-owners\.yaml:\d+:\d+: error: There is no person "helth-2"[^]*Did you mean "health-2"/,
    );
    const lines = text.split('\n');
    const [one, two] = [
      lines.find((line) => line.startsWith('  one:'))!,
      lines.find((line) => line.startsWith('  two:'))!,
    ];
    await writeFile(owners, text.replace(two, one.replace('one:', 'two:')));
    const shared = await polku('history', '--data', join(folder, 'data'), '--owners', owners);
    expect(shared.text).toContain('"two" has the key of "one"');
  });

  it('do not mix a watched folder with signed policies', async () => {
    printed.length = 0;
    const idp = ['--issuer', 'x', '--jwks', 'https://id.example.org/jwks'];
    expect(await run(['node', 'polku', 'serve', '--policies', policies, ...idp])).toBe(2);
    expect(await run(['node', 'polku', 'serve', '--dev', '--policies-from', folder])).toBe(2);
    expect(printed.join('\n')).toMatch(/USAGE: --policies [^]*USAGE: --policies-from /);
  });
});

/**
 * @property policies/tests-that-check
 */
import { execFileSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { buildSchema } from 'graphql';
import { policiesFolder } from '../../cli/options.js';
import { run } from '../../cli/program.js';
import { tamper } from '../city/signedPolicies.js';

describe('the commands by which data owners check policies', () => {
  let folder: string;
  let printed: string[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'polku-checks-'));
    await cp(policiesFolder, folder, {
      recursive: true,
      filter: (path) => !path.endsWith('.ts') && !/\/(engine|revisions)$/.test(path),
    });
    printed = [];
    for (const stream of ['log', 'error'] as const)
      jest.spyOn(console, stream).mockImplementation((text) => void printed.push(String(text)));
  });

  afterEach(async () => {
    jest.restoreAllMocks();
    await rm(folder, { recursive: true });
  });

  const polku = (...words: readonly string[]) => command('policy', ...words);
  async function command(...words: readonly string[]): Promise<{ code: number; text: string }> {
    printed.length = 0;
    process.exitCode = 0;
    const code = (await run(['node', 'polku', ...words])) || Number(process.exitCode);
    process.exitCode = 0;
    return { code, text: printed.join('\n') };
  }
  const at = (...path: string[]) => join(folder, ...path);
  const edit = (file: string, change: (text: string) => string) => tamper(at(file), change);
  const addCase = (file: string, test: string) => edit(file, (text) => `${text.trimEnd()}\n\n  - ${test}\n`);

  it('Y01, Y02: test fails when a case checks nothing, and names the place', async () => {
    expect(await polku('test', '--policies', folder)).toMatchObject({ code: 0 });
    await addCase('health.test.yaml', '{ name: a, as: clinician, for: care, show: {} }');
    const empty = await polku('test', '--policies', folder);
    expect([empty.code, empty.text]).toEqual([
      1,
      expect.stringMatching(/health\.test\.yaml:\d+:\d+: error: "show" is empty\./),
    ]);
    await edit('health.test.yaml', (text) =>
      text.replace('show: {}', 'when: [care-relationshp], show: { HealthContact.unit: deny }'),
    );
    const misspelt = await polku('test', '--policies', folder);
    expect([misspelt.code, misspelt.text]).toEqual([
      1,
      expect.stringMatching(
        /health\.test\.yaml:\d+:\d+: error: There is no condition "care-relationshp"\.\n +Did you mean/,
      ),
    ]);
    expect((await polku('test', 'social', '--policies', folder)).code).toBe(0);
  });

  it('Y03: lint ignores hidden files, and names what is not a file', async () => {
    await symlink('somebody@machine:1', at('.#health.yaml'));
    await writeFile(at('._health.yaml'), '\0\0');
    expect(await polku('lint', '--policies', folder)).toMatchObject({ code: 0 });
    execFileSync('mkfifo', [at('new.yaml')]);
    await mkdir(at('old.yaml'));
    const { code, text } = await polku('lint', '--policies', folder);
    expect([code, text]).toEqual([
      1,
      expect.stringMatching(/POLICY_INVALID[^]*new\.yaml is a FIFO[^]*old\.yaml is a folder/),
    ]);
  });

  it('Y08: impact lists operations that lose part of their answer, and exits with an error code', async () => {
    const impact = () =>
      polku('impact', '--policies', policiesFolder, '--to', folder, '--operations', at('operations'));
    expect(await impact()).toMatchObject({ code: 0, text: expect.stringContaining('0 break') });
    await edit('health.yaml', (text) => text.replaceAll(/^ {6}FamilyServicePath: .*\n/gm, ''));
    const less = await impact();
    expect([less.code, less.text]).toEqual([
      4,
      expect.stringMatching(
        /^less {8}family-team-app\/familyPath\.graphql \(.*\), without health\n +It is answered without health\.$/m,
      ),
    ]);
    expect(less.text).toContain('of them with less than before; 0 break');
    await edit('paths.yaml', (text) => text.replaceAll(/^ {6}FamilyServicePath\.\*: allow\n/gm, ''));
    expect((await impact()).code).toBe(1);
  });

  it('Y09: test counts cases of every registry for a grant, also when only one registry is tested', async () => {
    const { code, text } = await polku('test', 'governance', '--policies', folder);
    const uncovered = 'No case covers the grant governance/everyone';
    expect([code, text]).toEqual([0, expect.not.stringContaining(uncovered)]);
    // Cases of other grants remain.
    await edit('governance.test.yaml', (tests) =>
      tests.replaceAll(/ {2}- name: (?!a resident)[^]*?(?=\n {2}- name|$(?!\n))/g, ''),
    );
    await addCase(
      'paths.test.yaml',
      '{ name: a, as: planner, for: planning, show: { Query.access: allow } }',
    );
    const elsewhere = await polku('test', 'governance', '--policies', folder);
    expect(elsewhere.text).not.toContain(uncovered);
    await edit('paths.test.yaml', (tests) => tests.replace('Query.access: allow', 'Query.cohort: allow'));
    expect((await polku('test', 'governance', '--policies', folder)).text).toContain(uncovered);
  });

  it('lint names the place of a fault in a stored operation', async () => {
    await edit('operations/care-app/patientSummary.graphql', (text) =>
      text.replace('birthYear', 'birthyear'),
    );
    await edit('operations/family-team-app/familyPath.graphql', (text) => `${text}}`);
    const { code, text } = await polku('lint', '--policies', folder);
    expect([code, text]).toEqual([
      1,
      expect.stringMatching(
        /operations\/care-app\/patientSummary\.graphql:4:5: error: Cannot query field "birthyear"[^]*familyPath\.graphql:33:1: error: Syntax Error/,
      ),
    ]);
  });

  it('operations list shows hashes, and for which purposes policy answers', async () => {
    const list = () => command('operations', 'list', '--policies', folder, '--operations', at('operations'));
    const text = await readFile(at('operations', 'planner-dashboard', 'registers.graphql'));
    const { code, text: listed } = await list();
    expect([code, listed]).toEqual([
      0,
      expect.stringContaining(
        `planner-dashboard/registers.graphql  Registers\n  sha256:${hash('sha256', text)}\n  for city-planning, as planner\n  answered for: planning, knowledge-management`,
      ),
    ]);
    await edit('operations/planner-dashboard/registers.graphql', () => '{ me { id } }');
    const refused = await list();
    expect([refused.code, refused.text]).toEqual([
      1,
      expect.stringMatching(
        /without a name\n.*\n.*\n {2}answered for: no purpose\n {2}refused for: planning,/,
      ),
    ]);
  });

  it('schema prints what a role sees for a purpose, the same each time', async () => {
    const schema = (role: string, purpose: string) =>
      command('schema', '--role', role, '--purpose', purpose, '--policies', folder, '--out', at('s.graphql'));
    const printed = async () => readFile(at('s.graphql'), 'utf8');
    expect(await schema('family-team-worker', 'child-protection')).toMatchObject({ code: 0 });
    const first = await printed();
    expect(await schema('family-team-worker', 'child-protection')).toMatchObject({ code: 0 });
    expect(await printed()).toBe(first);
    expect(buildSchema(first).getType('Family')).toBeDefined();
    expect(await schema('planner', 'planning')).toMatchObject({ code: 0 });
    const planner = buildSchema(await printed());
    expect(planner.getType('Family')).toBeUndefined();
    expect(planner.getQueryType()!.getFields()).not.toHaveProperty('family');
    expect(await schema('family-team', 'child-protection')).toMatchObject({
      code: 2,
      text: expect.stringContaining('There is no role "family-team"'),
    });
    expect(await schema('family-team-worker', 'planning')).toMatchObject({
      code: 2,
      text: expect.stringContaining('does not serve "planning". It serves: child-protection.'),
    });
  });
});

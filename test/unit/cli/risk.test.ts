import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createPersonKey } from '../../../approvals/personKey.js';
import { run } from '../../../cli/program.js';
import { registerTrust } from '../../../cli/runtime/openPolicy.js';
import { RegisterStore } from '../../../risk-model/register/registerStore.js';
import { RiskRegisterService } from '../../../risk-model/register/riskRegisterService.js';
import { smallModel, smallTerms } from '../../risk/smallModel.js';

describe('polku risk', () => {
  let folder: string;
  let desk: RiskRegisterService;
  let place: readonly string[];
  let printed: string[];
  const key = (person: string) => join(folder, `${person}.key`);

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'polku-risk-'));
    const owners = join(folder, 'owners.yaml');
    const people: string[] = [];
    for (const person of ['risk-1', 'risk-2', 'health-1'])
      people.push(`  ${person}: { label: Office, key: ${await createPersonKey(key(person))} }`);
    await createPersonKey(key('stranger'));
    await writeFile(
      owners,
      ['people:', ...people, 'owners:', '  risk: [risk-1, risk-2]', '  health: [health-1]', ''].join('\n'),
    );
    place = ['--data', folder, '--owners', owners];
    desk = new RiskRegisterService({ store: new RegisterStore(folder), trust: registerTrust({ owners }) });
    printed = [];
    for (const stream of ['log', 'error'] as const)
      jest.spyOn(console, stream).mockImplementation((text) => void printed.push(String(text)));
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await rm(folder, { recursive: true });
  });

  async function polku(...words: readonly string[]): Promise<{ code: number; text: string }> {
    printed.length = 0;
    const code = await run(['node', 'polku', 'risk', ...words, ...place]);
    process.exitCode = 0;
    return { code, text: printed.join('\n') };
  }
  const act = (person: string, ...words: readonly string[]) =>
    polku(...words, '--key', key(person), '--reason', 'because');

  it('refuses a quarter that is named twice, before anything is read', async () => {
    const { code, text } = await polku('train', '--as-of', '2007-Q1', '--tried-on', '2012-Q1', '2007-Q1');
    expect(code).toBe(2);
    expect(text).toContain('2007-Q1 is given twice.');
  });

  it('names what it needs, step by step', async () => {
    expect((await polku('models')).text).toContain('No model was trained');
    const version = await desk.addModel(smallModel());
    expect((await polku('models')).text).toMatch(
      /waits for approval[^]*not evaluated. Approved by nobody; needs 2 more/,
    );

    const first = await act('risk-1', 'approve', version);
    expect(first.text).toMatch(/It has no evaluation[^]*still needs 1 of the owner risk/);
    expect((await act('risk-2', 'approve', version)).text).toContain(`Version ${version} is approved.`);
    expect((await polku('models')).text).toMatch(/ {2}serves\n[^]*by risk-1, risk-2/);

    const stopped = await act('health-1', 'stop');
    expect(stopped.text).toContain('No model serves: assessments answer SWITCHED_OFF.');
    expect((await polku('models')).text).toMatch(
      / {2}stopped\n[^]*Stop 4: every version, on .* by health-1: because/,
    );
    expect((await act('health-1', 'resume', '4')).text).toContain(
      'still needs the signature of another person',
    );

    expect((await act('risk-1', 'retire', version)).text).toContain('is retired. No model serves');
    expect((await polku('models')).text).toContain('  retired');
  });

  it('shows the scores of a version in shadow mode', async () => {
    const [first, second] = [
      await desk.addModel(smallModel()),
      await desk.addModel(smallModel(smallTerms.slice(1))),
    ];
    await act('risk-1', 'approve', first);
    await act('risk-2', 'approve', first);
    expect((await act('risk-1', 'shadow', second)).text).toContain(
      `runs in shadow mode next to version ${first}`,
    );
    const { text } = await polku('models');
    expect(text).toContain('in shadow');
    expect(text.split('\n').filter((line) => /^ +(<|>=) \d+ %/.test(line))).toHaveLength(11);
  });

  it.each<[string, string, readonly string[], number, string]>([
    ['a stranger', 'stranger', ['approve'], 1, 'SIGNATURE_INVALID'],
    ['another owner', 'health-1', ['approve'], 1, 'SIGNATURE_INVALID'],
    ['another owner, of a shadow', 'health-1', ['shadow'], 1, 'SIGNATURE_INVALID'],
    ['another owner, of retirement', 'health-1', ['retire'], 1, 'SIGNATURE_INVALID'],
    ['a stranger, of a stop', 'stranger', ['stop'], 1, 'SIGNATURE_INVALID'],
    ['a key with --dev', 'risk-1', ['approve', '--dev'], 2, 'nobody signs'],
  ])('refuses %s', async (_, person, words, code, text) => {
    const version = await desk.addModel(smallModel());
    const refused = await act(person, words[0]!, version, ...words.slice(1));
    expect([refused.code, refused.text]).toEqual([code, expect.stringContaining(text)]);
    expect((await desk.register()).entries).toHaveLength(1);
  });

  it('refuses an unknown version, an unknown stop, and an act without a key or a reason', async () => {
    const version = await desk.addModel(smallModel());
    expect((await act('risk-1', 'approve', '2017-01-01-00000000')).text).toContain(`There are: ${version}`);
    expect((await act('risk-1', 'resume', '9')).text).toContain('Nothing is stopped');
    expect(await polku('approve', version, '--reason', 'x')).toMatchObject({ code: 2 });
    expect(await polku('approve', version, '--key', key('risk-1'))).toMatchObject({ code: 2 });
  });
});

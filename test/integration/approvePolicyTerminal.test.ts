import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { packageRoot } from '../../lib/packageRoot.js';
import { signedPolicies, type SignedPolicies } from '../city/signedPolicies.js';
import { describeWhere, isInstalled } from '../programs.js';

/** Health services show the care team only the chapter of a diagnosis. */
const coarser = (text: string) =>
  text.replace('HealthContact.*: allow', '$&\n      HealthContact.diagnosis: { mask: icd10-chapter }');
const remark = (text: string) => `${text}\n# a remark\n`;

const describeInTerminal = describeWhere(
  process.platform === 'linux' && isInstalled('script'),
  'There is no program "script" of Linux (util-linux), which gives a command a terminal.',
);

describeInTerminal('polku policy approve in a terminal', () => {
  let signed: SignedPolicies;

  beforeAll(async () => {
    signed = await signedPolicies();
    await signed.first();
  });
  afterAll(() => signed?.remove());

  const standing = async (sequence: number) =>
    (await signed.revisionService.history()).revisions.find((one) => one.sequence === sequence)!;

  /**
   * Runs the command as health-2, and answers when it asks.
   * @param answer what to type; it is called once the question is on the screen
   */
  function approve(
    sequence: number,
    answer: (shown: string) => string | Promise<string>,
  ): Promise<{ readonly code: number | null; readonly shown: string }> {
    const words = [
      ...[process.execPath, join(packageRoot(), 'dist/cli/main.js'), 'policy', 'approve', String(sequence)],
      ...['--key', signed.keyFile('health-2'), '--store', signed.store, '--owners', signed.owners],
      ...['--data', join(signed.folder, 'data')],
    ];
    const quoted = words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
    const terminal = spawn('script', ['--quiet', '--return', '--command', quoted, '/dev/null']);
    let shown = '';
    let isAsked = false;
    return new Promise((resolve, reject) => {
      terminal.stdout.setEncoding('utf8').on('data', (text: string) => {
        shown += text;
        if (isAsked || !shown.includes('Type the number of the revision')) return;
        isAsked = true;
        Promise.resolve(answer(shown)).then((typed) => terminal.stdin.write(`${typed}\r`), reject);
      });
      terminal.once('error', reject).once('close', (code) => resolve({ code, shown }));
    });
  }

  it('shows the same difference as the console, and signs when the number is typed', async () => {
    const { sequence } = await signed.propose('health-1', await signed.sources('health.yaml', coarser));
    let question = '';
    const { code, shown } = await approve(sequence, (asked) => {
      question = asked;
      return String(sequence);
    });
    expect(question).toContain(`Revision ${sequence}, proposed by health-1: because`);
    expect(question).toMatch(/- The role Clinician will see less of .* Now: only the chapter of ICD-10/);
    expect(question).toContain('HealthContact.diagnosis J06.9, for clinician and care: J06.9 -> J00-J99');
    expect(question).toContain('care-app/');
    expect(question).toMatch(/1 of \d+ tests fail/);
    expect(question).toContain('It lacks signatures: 1 of health.');
    expect(question).not.toContain('has your signature');
    expect(shown).toContain(`Revision ${sequence} (because) has your signature, as "health-2".`);
    expect(code).toBe(0);
    expect((await standing(sequence)).state).toBe('in-force');
    await signed.approve((await signed.rollback('health-1', 1)).sequence, 'health-2');
  });

  it.each(['', 'y', '1'])('signs nothing when "%s" is typed', async (typed) => {
    const { sequence } = await signed.propose('health-1', await signed.sources('health.yaml', remark));
    const { code, shown } = await approve(sequence, () => typed);
    expect(shown).toContain('Nothing is signed.');
    expect(code).not.toBe(0);
    expect([...(await standing(sequence)).signers]).toEqual(['health-1']);
    await signed.close('withdrawn', sequence, 'health-1');
  });

  it('signs nothing when another revision came into force while it was read', async () => {
    const { sequence } = await signed.propose('health-1', await signed.sources('health.yaml', remark));
    const { code, shown } = await approve(sequence, async () => {
      const other = await signed.propose('health-1', await signed.sources('health.yaml', coarser));
      await signed.approve(other.sequence, 'health-2');
      return String(sequence);
    });
    expect(shown).not.toContain('has your signature');
    expect(shown).toContain('overtaken');
    expect(code).not.toBe(0);
    expect((await standing(sequence)).state).toBe('overtaken');
    expect([...(await standing(sequence)).signers]).toEqual(['health-1']);
  });
});

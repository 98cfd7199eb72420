/**
 * @property policies/proposals
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type CheckPolicies, compileApart } from '../../approvals/policy-revisions/compileApart.js';
import { policiesFolder } from '../../cli/options.js';
import { committedGraph } from '../../cli/runtime/openPolicy.js';
import { loadPolicyFolder } from '../../policies/engine/parse/loadPolicyFolder.js';
import type { PolicySource } from '../../policies/engine/parse/problems.js';
import { signedPolicies, type SignedPolicies } from '../city/signedPolicies.js';

const lines = (count: number, line: (number: number) => string) =>
  Array.from({ length: count }, (_, number) => line(number)).join('\n');
const LABEL = '{ en: x, fi: x, sv: x }';

describe('policies that one person proposes', () => {
  let check: CheckPolicies;
  let signed: SignedPolicies;
  let shipped: readonly PolicySource[];

  beforeAll(async () => {
    const graph = await committedGraph();
    shipped = await loadPolicyFolder(policiesFolder);
    check = compileApart(graph);
    signed = await signedPolicies({ check });
    await signed.first();
  });

  afterAll(() => signed?.remove());

  const withFile = (file: string, change: (text: string) => string) =>
    shipped.map((source) => (source.file === file ? { file, text: change(source.text) } : source));

  /** How often the event loop turns during a promise. */
  async function turnsDuring(work: () => Promise<unknown>): Promise<number> {
    let turns = 0;
    let done = false;
    const turn = () => {
      turns++;
      if (!done) setImmediate(turn);
    };
    setImmediate(turn);
    await work().finally(() => (done = true));
    return turns;
  }

  it('Y05: with 16,000 unknown keys compile while the gateway answers, and list the first hundred faults', async () => {
    const sources = withFile('health.yaml', (text) => `${text}\n${lines(16_000, (n) => `key${n}: 1`)}\n`);
    let message = '';
    const turns = await turnsDuring(async () => {
      await expect(
        signed.propose('health-1', sources).catch((error: Error) => {
          message = error.message;
          throw error;
        }),
      ).rejects.toMatchObject({ code: 'POLICY_INVALID' });
    });
    expect(message.match(/error: "key\d+" is not known/g)).toHaveLength(100);
    expect(message).toContain('There are more errors after these.');
    // An event loop that waits for the compiler turns only a few times.
    expect(turns).toBeGreaterThan(1_000);
  });

  it('Y05: that compile too slowly are refused, and the next ones compile', async () => {
    const chain = lines(
      9_000,
      (n) =>
        `  p${n}: { label: *l, basis: *b, use: primary, output: identified${n > 0 ? `, parent: p${n - 1}` : ''} }`,
    );
    const grants = lines(
      2_000,
      (n) =>
        `  - { id: slow-${n}, purposes: [p0], roles: any, basis: [x], show: { Query.registries: allow } }`,
    );
    const sources = withFile(
      'purposes.yaml',
      (text) =>
        `${text}\n  first: { label: &l ${LABEL}, basis: &b [x], use: primary, output: identified }\n${chain}\n`,
    ).map(({ file, text }) =>
      file === 'directory.yaml' ? { file, text: `${text}\n${grants}\n` } : { file, text },
    );
    const slow = signed.propose('city-1', sources);
    const next = signed.propose(
      'health-1',
      withFile('health.yaml', (text) => `${text}\n# next\n`),
    );
    await expect(slow).rejects.toMatchObject({ code: 'POLICY_TOO_LARGE' });
    expect((await next).sequence).toBe(2);
  });

  it('Y05: that nest deeper than a parser can follow end no process', async () => {
    const sources = withFile('health.yaml', (text) => `${text}\nmore: ${'['.repeat(200_000)}\n`);
    await expect(signed.propose('health-1', sources)).rejects.toMatchObject({
      code: 'POLICY_INVALID',
      message: expect.stringContaining('Values are nested more than 64 levels deep.'),
    });
  });

  it('Y05: have the same faults in every thread that compiles them', async () => {
    const problems = await check(withFile('health.yaml', (text) => text.replace('[care]', '[cares]')));
    expect(problems).toMatchObject([{ file: 'health.yaml', message: 'There is no purpose "cares".' }]);
    expect(await check(shipped)).toEqual([]);
  });
});

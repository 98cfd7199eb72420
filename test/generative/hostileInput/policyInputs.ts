import { parse } from 'yaml';
import { policiesFolder } from '../../../cli/options.js';
import { operationReader } from '../../../gateway/operation/readOperation.js';
import { committedApi } from '../../../cli/runtime/loadOperations.js';
import { committedGraph } from '../../../cli/runtime/openPolicy.js';
import { compilePolicy } from '../../../policies/engine/compile/compilePolicy.js';
import { loadPolicyFolder, loadPolicyTests } from '../../../policies/engine/parse/loadPolicyFolder.js';
import { formatProblems } from '../../../policies/engine/parse/problems.js';
import { formatPolicyTests, runPolicyTests } from '../../../policies/engine/test/runPolicyTests.js';
import type { InputKind } from './inputKind.js';
import { mutateText } from './mutate.js';

const NOON = new Date('2026-06-15T12:00:00Z');
const TOKENS = [
  'allow',
  'deny',
  'mask',
  'year',
  'any',
  'Person.*',
  'HealthContact.{a,b}',
  'care-relationship',
  'on: 2026-02-30',
];

/** One of the shipped policy files, mutated among the others. */
export const policies: InputKind = {
  name: 'policies',
  async prepare() {
    const [files, graph] = [await loadPolicyFolder(policiesFolder), await committedGraph()];
    return {
      async attempt(dice) {
        const at = dice.roll(files.length);
        const { file, text } = files[at]!;
        const mutated = files.with(at, { file, text: mutateText(text, dice, TOKENS) });
        const { policy, problems } = compilePolicy(mutated, graph, NOON);
        const published = [formatProblems(problems)];
        if (!policy && problems.length === 0)
          return { outcome: 'silent', published, faults: ['No policy was compiled, and no problem told.'] };
        return { outcome: policy ? 'accepted' : 'POLICY_INVALID', published, faults: [] };
      },
      close: async () => {},
    };
  },
};

/**
 * One of the shipped test files, mutated. Every case in the file must be run, or a problem must be reported.
 */
export const policyTests: InputKind = {
  name: 'tests of policies',
  async prepare() {
    const { policy } = compilePolicy(await loadPolicyFolder(policiesFolder), await committedGraph(), NOON);
    const files = await loadPolicyTests(policiesFolder);
    const readOperation = operationReader(await committedApi());
    return {
      async attempt(dice) {
        const { file, text } = dice.pick(files);
        const mutated = mutateText(text, dice, [
          ...TOKENS,
          'show: {}',
          'derive: {}',
          'cases: []',
          'withheld: {}',
        ]);
        const { problems, report } = runPolicyTests(policy!, [{ file, text: mutated }], readOperation, NOON);
        const published = [formatProblems(problems), formatPolicyTests(report)];
        if (problems.length > 0) return { outcome: 'POLICY_INVALID', published, faults: [] };
        const { cases } = parse(mutated, { maxAliasCount: -1 }) as { cases: readonly object[] };
        const missing = cases.length - report.results.length;
        return {
          outcome: 'accepted',
          published,
          faults:
            missing === 0 ? [] : [`${missing} of ${cases.length} cases were not run, and no problem told.`],
        };
      },
      close: async () => {},
    };
  },
};

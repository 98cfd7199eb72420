import type { GraphQLSchema } from 'graphql';
import type { LocalizedText } from '../../schema/language.js';
import { type PolicyChange, policyChanges } from '../../policies/engine/compare/changeSentences.js';
import { accessDifferences } from '../../policies/engine/compare/diffPolicies.js';
import { type FieldExample, fieldExamples } from '../../policies/engine/compare/fieldExamples.js';
import {
  compareOperations,
  type OperationChange,
  operationStates,
  type StoredOperation,
} from '../../policies/engine/compare/operationImpact.js';
import { operationSentences } from '../../policies/engine/compare/operationSentences.js';
import { compilePolicy } from '../../policies/engine/compile/compilePolicy.js';
import type { Policy } from '../../policies/engine/decide/policy.js';
import type { PolicyGraph } from '../../policies/engine/parse/policyGraph.js';
import { formatProblems, type PolicySource, type Problem } from '../../policies/engine/parse/problems.js';
import { runPolicyTests } from '../../policies/engine/test/runPolicyTests.js';
import { PolkuError } from '../../lib/errors.js';
import { operationReader } from '../operation/readOperation.js';

/** What a review does not change with: the same for every draft. */
export interface ReviewBasis {
  readonly graph: PolicyGraph;
  readonly api: GraphQLSchema;
}

/** Policies before and after a change, and what they are tried with. */
export interface ReviewTask {
  /** The policies in force; undefined: there are none yet. */
  readonly before: readonly PolicySource[] | undefined;
  readonly after: readonly PolicySource[];
  readonly tests: readonly PolicySource[];
  readonly operations: readonly StoredOperation[];
  readonly now: Date;
}

/** One test of a policy, as it ended. */
export interface ReviewedTest {
  readonly file: string;
  readonly line: number;
  readonly registry: string;
  readonly name: string;
  /** Empty: passed. */
  readonly failures: readonly string[];
}

/** What becomes of a stored operation. */
export interface ReviewedOperation {
  readonly app: string;
  readonly file: string;
  readonly change: OperationChange;
  readonly sentences: readonly LocalizedText[];
}

/** What a change of policies means, for the people who sign it. */
export interface PolicyReview {
  readonly problems: readonly Problem[];
  /** Without errors. The rest is empty otherwise. */
  readonly compiles: boolean;
  readonly tests: readonly ReviewedTest[];
  readonly changes: readonly PolicyChange[];
  /** How many changes are left out, because nobody could read them all. */
  readonly omitted: number;
  /** Those that change, broken ones first. */
  readonly operations: readonly ReviewedOperation[];
  readonly examples: readonly FieldExample[];
}

const MOST_CHANGES = 400;
const MOST_EXAMPLES = 100;

/** @throws PolkuError POLICY_INVALID if the policies in force do not compile */
export function reviewPolicies(basis: ReviewBasis, task: ReviewTask): PolicyReview {
  const { before, after, tests, operations, now } = task;
  const compiled = compilePolicy(after, basis.graph, now);
  const read = operationReader(basis.api);
  if (!compiled.policy) return { ...nothing, problems: compiled.problems };
  const tested = runPolicyTests(compiled.policy, tests, read, now);
  const present = before && compileBefore(before, basis.graph, now);
  const differences = present ? accessDifferences(present, compiled.policy, now) : [];
  const changes = present ? policyChanges(present, compiled.policy, differences) : [];
  return {
    problems: [...compiled.problems, ...tested.problems],
    compiles: true,
    tests: tested.report.results.map(({ place, registry, name, failures }) => ({
      file: place.file,
      line: place.line,
      registry,
      name,
      failures,
    })),
    changes: changes.slice(0, MOST_CHANGES),
    omitted: Math.max(0, changes.length - MOST_CHANGES),
    operations: present ? changedOperations(present, compiled.policy, { operations, read, now }) : [],
    examples: present ? fieldExamples(differences, present, compiled.policy).slice(0, MOST_EXAMPLES) : [],
  };
}

const nothing = { compiles: false, tests: [], changes: [], omitted: 0, operations: [], examples: [] };

function compileBefore(sources: readonly PolicySource[], graph: PolicyGraph, now: Date): Policy {
  const { policy, problems } = compilePolicy(sources, graph, now);
  if (policy) return policy;
  throw new PolkuError(
    'POLICY_INVALID',
    `The policies in force do not compile, so nothing can be compared:\n${formatProblems(problems)}`,
  );
}

const order: readonly OperationChange[] = ['broken', 'less', 'mended', 'more'];

function changedOperations(
  before: Policy,
  after: Policy,
  tried: {
    readonly operations: readonly StoredOperation[];
    readonly read: ReturnType<typeof operationReader>;
    readonly now: Date;
  },
): ReviewedOperation[] {
  const [was, is] = [before, after].map((policy) =>
    operationStates(policy, tried.operations, tried.read, tried.now),
  ) as [ReturnType<typeof operationStates>, ReturnType<typeof operationStates>];
  return compareOperations(was, is)
    .filter(({ change }) => order.includes(change))
    .toSorted((a, b) => order.indexOf(a.change) - order.indexOf(b.change))
    .map((impact) => ({
      app: impact.operation.app,
      file: impact.operation.file,
      change: impact.change,
      sentences: operationSentences(impact, after),
    }));
}

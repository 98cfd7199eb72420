import { didYouMean, listed } from '../../../lib/didYouMean.js';
import { groupBy } from '../../../lib/groupBy.js';
import { implies } from '../catalogue/conditions.js';
import type { Blocker, Cause, Outcome } from '../decide/denials.js';
import { Policy } from '../decide/policy.js';
import type { PolicyDecision } from '../decide/policyDecision.js';
import type { Permission } from '../decision.js';
import { type Parsed, parseFile } from '../parse/parsePolicy.js';
import { type ExpectedEffect, fileSchemas, type PolicyTestFile } from '../parse/policyFiles.js';
import { collectProblems, type PolicySource, type Problem } from '../parse/problems.js';
import type { Grant } from '../policyModel.js';
import {
  type CaseContext,
  checkCase,
  type CheckedCase,
  coordinatesOf,
  type PolicyTestReport,
  type PolicyTestResult,
  type ReadOperation,
  type RuleCoverage,
} from './checkCase.js';

/** What a case fails by that names something that is not there. */
const NOT_RUN = 'Not run: the faults of its form and its names come first.';

/**
 * Asks a policy what its owners expect of it.
 * @returns problems where a file or a case is not as it should be; such a case fails, and such a file is not run
 */
export function runPolicyTests(
  policy: Policy,
  files: readonly PolicySource[],
  readOperation: ReadOperation,
  now: Date = new Date(),
): { readonly problems: readonly Problem[]; readonly report: PolicyTestReport } {
  const { result, problems } = collectProblems((found) => {
    const holding: HoldingCase[] = [];
    const results = files.flatMap((file) => {
      const parsed = parseFile(file, fileSchemas.policyTest, found);
      return parsed ? runFile(parsed, { policy, readOperation, now, problems: found }, holding) : [];
    });
    return { results, coverage: ruleCoverage(policy, holding) };
  });
  return { problems, report: result ?? { results: [], coverage: [] } };
}

function runFile(
  { source, content }: Parsed<PolicyTestFile>,
  context: CaseContext,
  holding: HoldingCase[],
): PolicyTestResult[] {
  if (context.policy.model.graph.leftOut.subgraphs.has(content.registry)) return [];
  checkRegistry({ source, content }, context);
  const lines = new Map<string, number>();
  return content.cases.map((test, index) => {
    const place = source.place(['cases', index, 'name']);
    const first = lines.get(test.name);
    if (first === undefined) lines.set(test.name, place.line);
    else
      context.problems.error(
        place,
        `The name "${test.name}" is taken by line ${first}.`,
        'Say what differs.',
      );
    const checked = checkCase(test, source, ['cases', index], context);
    const result = { place, registry: content.registry, name: test.name };
    if (!checked) return { ...result, failures: [NOT_RUN] };
    const outcome = runCase(checked, context.policy);
    if (outcome.failures.length === 0) holding.push({ checked, outcome });
    return { ...result, failures: outcome.failures };
  });
}

/** The tests of a registry are found by the name of their file, so it must be the registry's. */
function checkRegistry(
  { source, content: { registry } }: Parsed<PolicyTestFile>,
  { policy, problems }: CaseContext,
): void {
  const place = source.place(['registry']);
  const { subgraphs } = policy.model.graph;
  if (!subgraphs.has(registry)) {
    const fix = didYouMean(registry, subgraphs) ?? `There are: ${listed(subgraphs)}.`;
    problems.error(place, `There is no registry "${registry}".`, fix);
  } else if (source.file.replace(/\.test\.ya?ml$/, '') !== registry) {
    const message = `${source.file} holds tests of "${registry}".`;
    problems.error(place, message, `Name the file ${registry}.test.yaml.`);
  }
}

interface CaseOutcome {
  /** What was expected and what came, in sentences; empty: it holds. */
  readonly failures: readonly string[];
  /** Coordinates that are prohibited, and expected to be denied. */
  readonly prohibited: ReadonlySet<string>;
}

/**
 * Asks a policy what one case expects. Of several grants the one counts whose conditions the case says to hold, as in a
 * registry.
 */
function runCase(checked: CheckedCase, policy: Policy): CaseOutcome {
  return new CaseRun(checked, policy).run();
}

class CaseRun {
  private readonly decision: PolicyDecision;
  private readonly prohibited = new Set<string>();

  constructor(
    private readonly checked: CheckedCase,
    private readonly policy: Policy,
  ) {
    const { as, for: purpose, recipient, permit } = checked.test;
    this.decision = policy.decide({ roles: [as].flat(), purpose, recipient, permit }, checked.at);
  }

  run(): CaseOutcome {
    const { show = {}, derive = {}, withheld = {}, given = {} } = this.checked.test;
    const failures = [
      ...this.effects(show, (coordinate) => this.decision.outcome(coordinate)),
      ...Object.entries(derive).flatMap(([type, inputs]) =>
        this.effects(inputs, (coordinate) => this.decision.takeOutcome(type, coordinate), ` of ${type}`),
      ),
      ...this.feeds(withheld, 'withheld'),
      ...this.feeds(given, 'given'),
      ...this.operation(),
    ];
    return { failures, prohibited: this.prohibited };
  }

  private effects(
    expected: Readonly<Record<string, ExpectedEffect>>,
    ask: (coordinate: string) => Outcome,
    where = '',
  ): string[] {
    return Object.entries(expected).flatMap(([pattern, effect]) =>
      coordinatesOf(pattern).flatMap((coordinate) => {
        const outcome = ask(coordinate);
        const found = this.effectOf(outcome);
        if (found === nameOf(effect)) {
          if (outcome.cause) this.noteProhibited(coordinate, outcome.cause);
          return [];
        }
        const why = outcome.cause ? ` ${this.decision.refusal(coordinate).reason}` : '';
        return [`${coordinate}${where}: expected ${nameOf(effect)}, but it is ${found}.${why}`];
      }),
    );
  }

  /** As a registry reads permissions: the first whose conditions hold. */
  private effectOf({ permissions }: Outcome): string {
    const permission = permissions.find(({ conditions }: Permission) =>
      conditions.every((asked) => this.checked.holding.some((holds) => implies(holds, asked))),
    );
    return permission ? (permission.mask ?? 'allow') : 'deny';
  }

  /**
   * Of registries that are not named nothing is said: one that is joined later breaks no other owner's tests. Nor does one
   * that is left out.
   */
  private feeds(
    expected: Readonly<Record<string, readonly string[]>>,
    state: 'withheld' | 'given',
  ): string[] {
    const { types, leftOut } = this.policy.model.graph;
    return Object.entries(expected).flatMap(([type, registries]) =>
      registries.flatMap((registry) => {
        if (leftOut.subgraphs.has(registry)) return [];
        const parts = types
          .get(type)!
          .filter(({ kind, subgraph }) => kind === 'feed' && subgraph === registry);
        const held = parts.filter(({ coordinate }) => !this.decision.flows(coordinate));
        const found = held.length > 0 ? 'withheld' : 'given';
        if (found !== state) return [`${type}: expected ${registry} ${state}, but it is ${found}.`];
        for (const { coordinate } of held) this.noteBlockers(this.decision.feedBlockers(coordinate));
        return [];
      }),
    );
  }

  private operation(): string[] {
    const { answer } = this.checked.test;
    if (answer === undefined) return [];
    const refused = this.checked.queried.filter((coordinate) => this.decision.outcome(coordinate).cause);
    const found = [...new Set(refused)].sort().join(', ') || 'nothing';
    const wanted =
      answer === 'allow' ? 'nothing' : [...answer.refused].flatMap(coordinatesOf).sort().join(', ');
    if (found !== wanted) return [`The query: expected to be refused ${wanted}, but it is ${found}.`];
    for (const coordinate of refused)
      this.noteProhibited(coordinate, this.decision.outcome(coordinate).cause!);
    return [];
  }

  private noteProhibited(coordinate: string, cause: Cause): void {
    if (cause.kind === 'prohibited') this.prohibited.add(coordinate);
    if (cause.kind === 'elsewhere') this.noteProhibited(cause.coordinate, cause.cause);
    if (cause.kind === 'inputs') this.noteBlockers(cause.blockers);
  }

  private noteBlockers(blockers: readonly Blocker[]): void {
    for (const { coordinate, cause } of blockers) this.noteProhibited(coordinate, cause);
  }
}

function nameOf(effect: ExpectedEffect): string {
  return typeof effect === 'string' ? effect : effect.mask;
}

/** A case that holds, and how it went. */
interface HoldingCase {
  readonly checked: CheckedCase;
  readonly outcome: CaseOutcome;
}

/**
 * Which rules the cases rest on. A grant is tested if some case fails without it. A prohibition is tested if some case
 * expects the denial of a field that it prohibits: taking away a prohibition of what nobody grants changes nothing.
 */
function ruleCoverage(policy: Policy, cases: readonly HoldingCase[]): RuleCoverage[] {
  return [...policy.model.registries.values()].flatMap(({ grants, prohibitions }) => [
    ...grants.map((grant) => ({
      id: grant.id,
      kind: 'grant' as const,
      place: grant.place,
      covered: failsWithout(grant, policy, cases),
    })),
    ...prohibitions.map(({ id, place, purposes, fields }) => ({
      id,
      kind: 'prohibition' as const,
      place,
      covered: cases.some(
        ({ checked, outcome }) =>
          purposes.has(checked.test.for) &&
          [...outcome.prohibited].some((coordinate) => fields.has(coordinate)),
      ),
    })),
  ]);
}

/** The policy is not compiled again: a decision follows from the list of grants, which is one shorter. */
function failsWithout(grant: Grant, policy: Policy, cases: readonly HoldingCase[]): boolean {
  const touched = cases.filter(({ checked: { test } }) => {
    return grant.purposes.has(test.for) && [test.as].flat().some((role) => grant.roles.has(role));
  });
  if (touched.length === 0) return false;
  const rest = without(grant, policy);
  return touched.some(({ checked }) => runCase(checked, rest).failures.length > 0);
}

function without({ id }: Grant, { model }: Policy): Policy {
  const registries = [...model.registries].map(([name, registry]) => {
    return [name, { ...registry, grants: registry.grants.filter((grant) => grant.id !== id) }] as const;
  });
  return new Policy({ ...model, registries: new Map(registries) });
}

/** Results as lines for people: each case by its name, faults below it, and which rules no case rests on. */
export function formatPolicyTests({ results, coverage }: PolicyTestReport): string {
  const files = [...groupBy(results, ({ place }) => place.file)].flatMap(([file, cases]) => [
    '',
    file,
    ...cases.flatMap(({ name, place, failures }) => [
      `  ${failures.length === 0 ? 'ok  ' : 'FAIL'} ${name}${failures.length === 0 ? '' : ` (line ${place.line})`}`,
      ...failures.map((failure) => `         ${failure}`),
    ]),
  ]);
  const failed = results.filter(({ failures }) => failures.length > 0).length;
  const untested = coverage.filter(({ covered }) => !covered);
  const sum = (kind: string) => {
    const all = coverage.filter((rule) => rule.kind === kind);
    return `${all.filter(({ covered }) => covered).length} of ${all.length} ${kind}s`;
  };
  return [
    ...files.slice(1),
    '',
    `${results.length - failed} of ${results.length} cases hold; they rest on ${sum('grant')} and ${sum('prohibition')}.`,
    ...untested.map(
      ({ id, kind, place }) => `No case rests on the ${kind} ${id}, ${place.file}:${place.line}.`,
    ),
    '',
  ].join('\n');
}

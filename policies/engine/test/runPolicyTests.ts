import { parseDay } from '../../../schema/calendar.js';
import type { Permission } from '../decision.js';
import type { Blocker, Cause, Outcome } from '../decide/cause.js';
import type { Policy } from '../decide/policy.js';
import type { PolicyDecision } from '../decide/policyDecision.js';
import { didYouMean } from '../parse/didYouMean.js';
import { type Parsed, parseFile } from '../parse/parsePolicy.js';
import {
  type ExpectedEffect,
  fileSchemas,
  type PolicyTestCase,
  type PolicyTestFile,
} from '../parse/policyFiles.js';
import type { PolicySource } from '../parse/policySource.js';
import { type Problem, Problems } from '../parse/problems.js';
import type { PolicyTestReport, PolicyTestResult, ReadOperation, RuleCoverage } from './policyTest.js';

const PATTERN = /^(\w+)\.\{([^}]*)\}$/;
const MILLISECONDS_A_DAY = 86_400_000;

/**
 * Asks a policy what its owners expect of it. Of several grants the one counts whose conditions the case says to hold,
 * as in a registry.
 * @returns problems where a file is not of the expected form; then nothing was run
 */
export function runPolicyTests(
  policy: Policy,
  files: readonly PolicySource[],
  readOperation: ReadOperation,
  now: Date = new Date(),
): { readonly problems: readonly Problem[]; readonly report: PolicyTestReport } {
  const problems = new Problems();
  const parsed = files.flatMap((file) => parseFile(file, fileSchemas.policyTest, problems) ?? []);
  const met = new Set<string>();
  const results = parsed.flatMap((file) => runFile(file, { policy, readOperation, now, met }));
  return { problems: problems.sorted(), report: { results, coverage: coverageOf(policy, met) } };
}

interface Run {
  readonly policy: Policy;
  readonly readOperation: ReadOperation;
  readonly now: Date;
  /** Ids of the rules that some case rests on. */
  readonly met: Set<string>;
}

function runFile({ source, content }: Parsed<PolicyTestFile>, run: Run): PolicyTestResult[] {
  return content.cases.map((test, index) => ({
    place: source.place(['cases', index, 'name']),
    registry: content.registry,
    name: test.name,
    failures: [...misnamed(test, run.policy), ...new CaseRun(test, run).failures()],
  }));
}

/** A misspelt role would be denied like any stranger, and "deny" would pass. */
function misnamed(test: PolicyTestCase, { roles, purposes }: Policy): string[] {
  const unknown = (noun: string, name: string, known: Iterable<string>) =>
    `There is no ${noun} "${name}". ${didYouMean(name, known) ?? `Known: ${[...known].join(', ')}.`}`;
  return [
    ...[test.as].flat().flatMap((role) => (roles.has(role) ? [] : [unknown('role', role, roles.keys())])),
    ...(purposes.has(test.for) ? [] : [unknown('purpose', test.for, purposes.keys())]),
  ];
}

class CaseRun {
  private readonly decision: PolicyDecision;

  constructor(
    private readonly test: PolicyTestCase,
    private readonly run: Run,
  ) {
    const { as, for: purpose, recipient, permit, on } = test;
    const at =
      on === undefined
        ? run.now
        : new Date((parseDay(on) ?? 0) * MILLISECONDS_A_DAY + MILLISECONDS_A_DAY / 2);
    this.decision = run.policy.decide({ roles: [as].flat(), purpose, recipient, permit }, at);
  }

  failures(): string[] {
    const { show = {}, derive = {}, withheld = {}, given = {} } = this.test;
    return [
      ...this.effects(show, (coordinate) => this.decision.outcome(coordinate)),
      ...Object.entries(derive).flatMap(([type, inputs]) =>
        this.effects(inputs, (coordinate) => this.decision.takeOutcome(type, coordinate), ` of ${type}`),
      ),
      ...this.feeds(withheld, 'withheld'),
      ...this.feeds(given, 'given'),
      ...this.operation(),
    ];
  }

  private effects(
    expected: Readonly<Record<string, ExpectedEffect>>,
    ask: (coordinate: string) => Outcome,
    where = '',
  ): string[] {
    return Object.entries(expected).flatMap(([pattern, effect]) =>
      spelt(pattern).flatMap((coordinate) => {
        if (!this.isKnown(coordinate)) return [this.unknownField(coordinate)];
        const outcome = ask(coordinate);
        const found = this.effectOf(outcome);
        if (found === nameOf(effect)) return [];
        const why = outcome.cause ? ` ${this.decision.refusal(coordinate).reason}` : '';
        return [`${coordinate}${where}: expected ${nameOf(effect)}, but it is ${found}.${why}`];
      }),
    );
  }

  /** As a registry reads permissions: the first whose conditions hold. */
  private effectOf(outcome: Outcome): string {
    const holding = new Set(this.test.when);
    const permission = outcome.permissions.find(({ conditions }: Permission) =>
      conditions.every((condition) => holding.has(condition)),
    );
    if (outcome.cause) this.meet(outcome.cause);
    for (const id of permission?.grant.split(' + ') ?? []) this.run.met.add(id);
    return permission ? (permission.mask ?? 'allow') : 'deny';
  }

  /** Of registries that are not named nothing is said: one that is joined later breaks no other owner's tests. */
  private feeds(
    expected: Readonly<Record<string, readonly string[]>>,
    state: 'withheld' | 'given',
  ): string[] {
    const { types } = this.run.policy.model.graph;
    return Object.entries(expected).flatMap(([type, registries]) => {
      const feeds = (types.get(type) ?? []).filter(({ kind }) => kind === 'feed');
      if (feeds.length === 0) return [`There is no derived type "${type}".`];
      const sources = [...new Set(feeds.map(({ subgraph }) => subgraph))];
      return registries.flatMap((registry) => {
        const parts = feeds.filter(({ subgraph }) => subgraph === registry);
        if (parts.length === 0) {
          const fix = didYouMean(registry, sources) ?? `It is fed by: ${sources.join(', ')}.`;
          return [`${type} takes nothing from "${registry}". ${fix}`];
        }
        const held = parts.filter(({ coordinate }) => !this.decision.flows(coordinate));
        for (const { coordinate } of held) this.meetAll(this.decision.feedBlockers(coordinate));
        const found = held.length > 0 ? 'withheld' : 'given';
        return found === state ? [] : [`${type}: expected ${registry} ${state}, but it is ${found}.`];
      });
    });
  }

  private operation(): string[] {
    const { query, answer } = this.test;
    if (query === undefined || answer === undefined) return [];
    const { coordinates, faults } = this.run.readOperation(query);
    if (faults.length > 0) return faults.map((fault) => `The query cannot be asked: ${fault}`);
    const outcomes = coordinates.map(
      (coordinate) => [coordinate, this.decision.outcome(coordinate)] as const,
    );
    for (const [, outcome] of outcomes) this.effectOf(outcome);
    const refused = outcomes.filter(([, { cause }]) => cause).map(([coordinate]) => coordinate);
    const found = [...new Set(refused)].sort().join(', ') || 'nothing';
    const wanted = answer === 'allow' ? 'nothing' : [...answer.refused].flatMap(spelt).sort().join(', ');
    return found === wanted ? [] : [`The query: expected to be refused ${wanted}, but it is ${found}.`];
  }

  private isKnown(coordinate: string): boolean {
    return this.run.policy.model.graph.fields.has(coordinate.split('(')[0]!);
  }

  private unknownField(coordinate: string): string {
    const known = this.run.policy.coordinates().map((info) => info.coordinate);
    return `There is no field "${coordinate}". ${didYouMean(coordinate, known) ?? 'polku policy matrix lists all.'}`;
  }

  private meet(cause: Cause): void {
    if (cause.kind === 'prohibited') this.run.met.add(cause.prohibition.id);
    if (cause.kind === 'elsewhere') this.meet(cause.cause);
    if (cause.kind === 'inputs') this.meetAll(cause.blockers);
  }

  private meetAll(blockers: readonly Blocker[]): void {
    for (const { cause } of blockers) this.meet(cause);
  }
}

/** `Type.{a,b}` as `Type.a`, `Type.b`. */
function spelt(pattern: string): string[] {
  const [, type, names] = PATTERN.exec(pattern) ?? [];
  return names === undefined ? [pattern] : names.split(',').map((name) => `${type}.${name.trim()}`);
}

function nameOf(effect: ExpectedEffect): string {
  return typeof effect === 'string' ? effect : effect.mask;
}

function coverageOf({ model }: Policy, met: ReadonlySet<string>): RuleCoverage[] {
  return [...model.registries.values()].flatMap(({ grants, prohibitions }) => [
    ...grants.map(({ id, place }) => ({ id, kind: 'grant' as const, place, covered: met.has(id) })),
    ...prohibitions.map(({ id, place }) => ({
      id,
      kind: 'prohibition' as const,
      place,
      covered: met.has(id),
    })),
  ]);
}

import { didYouMean, listed } from '../../../lib/didYouMean.js';
import { groupBy } from '../../../lib/groupBy.js';
import { implies } from '../catalogue/conditions.js';
import type { DenialReason, DeniedInput } from '../decide/denialReasons.js';
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

/** The failure of a case that names something that does not exist. */
const NOT_RUN = 'Not run: first correct the errors in its form and its names.';

/**
 * Tests whether a policy decides as its owners expect.
 * @returns problems of files and cases with errors. Such a case fails, and such a file is not run.
 */
export function runPolicyTests(
  policy: Policy,
  files: readonly PolicySource[],
  readOperation: ReadOperation,
  now: Date = new Date(),
): { readonly problems: readonly Problem[]; readonly report: PolicyTestReport } {
  const { result, problems } = collectProblems((found) => {
    const passed: PassedCase[] = [];
    const results = files.flatMap((file) => {
      const parsed = parseFile(file, fileSchemas.policyTest, found);
      return parsed ? runFile(parsed, { policy, readOperation, now, problems: found }, passed) : [];
    });
    return { results, coverage: ruleCoverage(policy, passed) };
  });
  return { problems, report: result ?? { results: [], coverage: [] } };
}

function runFile(
  { source, content }: Parsed<PolicyTestFile>,
  context: CaseContext,
  passed: PassedCase[],
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
        `The name "${test.name}" is already used in line ${first}.`,
        'Say how the cases differ.',
      );
    const checked = checkCase(test, source, ['cases', index], context);
    const result = { place, registry: content.registry, name: test.name };
    if (!checked) return { ...result, failures: [NOT_RUN] };
    const outcome = runCase(checked, context.policy);
    if (outcome.failures.length === 0) passed.push({ checked, outcome });
    return { ...result, failures: outcome.failures };
  });
}

/** The tests of a registry are found by file name, so the file must have the registry's name. */
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
  /** What was expected and what was found, in sentences; empty: passed. */
  readonly failures: readonly string[];
  /** Coordinates that are prohibited and that the case expects to be denied. */
  readonly prohibited: ReadonlySet<string>;
}

/**
 * Runs one case against a policy. Of several permissions the first applies whose conditions are true in the
 * case, as in a registry.
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
      ...this.effects(show, {
        permissions: (coordinate) => this.decision.show(coordinate),
        denialReason: (coordinate) => this.decision.denialReason(coordinate),
      }),
      ...Object.entries(derive).flatMap(([type, inputs]) =>
        this.effects(
          inputs,
          {
            permissions: (coordinate) => this.decision.derive(type, coordinate),
            denialReason: (coordinate) => this.decision.derivationDenialReason(type, coordinate),
          },
          ` of ${type}`,
        ),
      ),
      ...this.feeds(withheld, 'withheld'),
      ...this.feeds(given, 'given'),
      ...this.operation(),
    ];
    return { failures, prohibited: this.prohibited };
  }

  private effects(
    expected: Readonly<Record<string, ExpectedEffect>>,
    decided: Pick<PolicyDecision, 'denialReason'> & {
      permissions(coordinate: string): readonly Permission[];
    },
    where = '',
  ): string[] {
    return Object.entries(expected).flatMap(([pattern, effect]) =>
      coordinatesOf(pattern).flatMap((coordinate) => {
        const found = this.effectOf(decided.permissions(coordinate));
        const reason = decided.denialReason(coordinate);
        if (found === nameOf(effect)) {
          if (reason) this.noteProhibited(coordinate, reason);
          return [];
        }
        const why = reason ? ` ${this.decision.explain(coordinate).reason.en}` : '';
        return [`${coordinate}${where}: expected ${nameOf(effect)}, but it is ${found}.${why}`];
      }),
    );
  }

  /** The first permission applies whose conditions are true, as in a registry. */
  private effectOf(permissions: readonly Permission[]): string {
    const permission = permissions.find(({ conditions }: Permission) =>
      conditions.every((asked) => this.checked.holding.some((holds) => implies(holds, asked))),
    );
    return permission ? (permission.mask ?? 'allow') : 'deny';
  }

  /**
   * Checks only the registries that the case names, so that a registry that is joined later breaks no other
   * owner's tests. It skips registries that are left out.
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
        const withheld = parts.filter(({ coordinate }) => !this.decision.isAvailable(coordinate));
        const found = withheld.length > 0 ? 'withheld' : 'given';
        if (found !== state) return [`${type}: expected ${registry} ${state}, but it is ${found}.`];
        for (const { coordinate } of withheld) this.noteDeniedInputs(this.decision.deniedInputs(coordinate));
        return [];
      }),
    );
  }

  private operation(): string[] {
    const { answer } = this.checked.test;
    if (answer === undefined) return [];
    const refused = this.checked.queried.filter((coordinate) => this.decision.denialReason(coordinate));
    const found = [...new Set(refused)].sort().join(', ') || 'nothing';
    const wanted =
      answer === 'allow' ? 'nothing' : [...answer.refused].flatMap(coordinatesOf).sort().join(', ');
    if (found !== wanted) return [`The query: expected to be refused ${wanted}, but it is ${found}.`];
    for (const coordinate of refused)
      this.noteProhibited(coordinate, this.decision.denialReason(coordinate)!);
    return [];
  }

  private noteProhibited(coordinate: string, reason: DenialReason): void {
    if (reason.kind === 'prohibited') this.prohibited.add(coordinate);
    if (reason.kind === 'elsewhere') this.noteProhibited(reason.coordinate, reason.reason);
    if (reason.kind === 'inputs') this.noteDeniedInputs(reason.inputs);
  }

  private noteDeniedInputs(inputs: readonly DeniedInput[]): void {
    for (const { coordinate, reason } of inputs) this.noteProhibited(coordinate, reason);
  }
}

function nameOf(effect: ExpectedEffect): string {
  return typeof effect === 'string' ? effect : effect.mask;
}

/** A case that passed, and its outcome. */
interface PassedCase {
  readonly checked: CheckedCase;
  readonly outcome: CaseOutcome;
}

/**
 * Which rules the cases cover. A grant is covered if some case fails without it. A prohibition is covered if
 * some case expects the denial of a field that it prohibits, because removing a prohibition of a field that
 * nobody grants changes nothing.
 */
function ruleCoverage(policy: Policy, cases: readonly PassedCase[]): RuleCoverage[] {
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

/**
 * Whether some case fails without a grant. The policy needs no recompiling: only the list of grants changes.
 */
function failsWithout(grant: Grant, policy: Policy, cases: readonly PassedCase[]): boolean {
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

/** Results as lines of text: each case with its failures, and the rules that no case covers. */
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
    `${results.length - failed} of ${results.length} cases pass; they cover ${sum('grant')} and ${sum('prohibition')}.`,
    ...untested.map(
      ({ id, kind, place }) => `No case covers the ${kind} ${id}, ${place.file}:${place.line}.`,
    ),
    '',
  ].join('\n');
}

import { implies } from '../catalogue/conditions.js';
import type { Permission } from '../decision.js';
import type { Blocker, Cause, Outcome } from '../decide/cause.js';
import type { Policy } from '../decide/policy.js';
import type { PolicyDecision } from '../decide/policyDecision.js';
import type { ExpectedEffect } from '../parse/policyFiles.js';
import type { CheckedCase } from './checkCase.js';
import { coordinatesOf } from './policyTest.js';

export interface CaseOutcome {
  /** What was expected and what came, in sentences; empty: it holds. */
  readonly failures: readonly string[];
  /** Coordinates that are prohibited, and expected to be denied. */
  readonly prohibited: ReadonlySet<string>;
}

/**
 * Asks a policy what one case expects. Of several grants the one counts whose conditions the case says to hold, as in a
 * registry.
 */
export function runCase(checked: CheckedCase, policy: Policy): CaseOutcome {
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

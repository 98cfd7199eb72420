import { parseDay } from '../../../lib/calendar.js';
import { didYouMean, listed } from '../../../lib/didYouMean.js';
import { conditionForms, parseCondition } from '../catalogue/conditions.js';
import type { Policy } from '../decide/policy.js';
import { type Condition, maskNames } from '../decision.js';
import type { ExpectedEffect, PolicyTestCase } from '../parse/policyFiles.js';
import type { Place, Problems } from '../parse/problems.js';
import type { Path, SourceDocument } from '../parse/sourceDocument.js';

const MILLISECONDS_A_DAY = 86_400_000;

/** A test case whose names all exist, so that "deny" can only pass for the right reason. */
export interface CheckedCase {
  readonly test: PolicyTestCase;
  /** The time of the request. */
  readonly at: Date;
  readonly holding: readonly Condition[];
  /** The coordinates that its query asks for. */
  readonly queried: readonly string[];
}

export interface CaseContext {
  readonly policy: Policy;
  readonly readOperation: ReadOperation;
  readonly now: Date;
  readonly problems: Problems;
}

/**
 * Checks the names of a case against the policy and the graph. What does not exist is denied, so a misspelt
 * name would let each "deny" pass.
 * @returns undefined if there is an error, which is reported to `problems`
 */
export function checkCase(
  test: PolicyTestCase,
  source: SourceDocument,
  path: Path,
  context: CaseContext,
): CheckedCase | undefined {
  const before = context.problems.errors;
  const checked = new CaseCheck(test, source, path, context).check();
  return context.problems.errors === before ? checked : undefined;
}

class CaseCheck {
  constructor(
    private readonly test: PolicyTestCase,
    private readonly source: SourceDocument,
    private readonly path: Path,
    private readonly context: CaseContext,
  ) {}

  check(): CheckedCase {
    this.checkRequester();
    const { show = {}, derive = {} } = this.test;
    this.checkEffects(show, ['show'], (coordinate, at) => this.checkShown(coordinate, at));
    for (const [type, inputs] of Object.entries(derive)) this.checkDerived(type, inputs);
    this.checkFeeds('withheld');
    this.checkFeeds('given');
    return {
      test: this.test,
      at: this.checkDay(),
      holding: this.checkConditions(),
      queried: this.checkQuery(),
    };
  }

  private checkRequester(): void {
    const { roles, purposes, model } = this.context.policy;
    const { as, for: purpose, recipient, permit } = this.test;
    if (typeof as === 'string') this.checkName('role', as, roles.keys(), ['as']);
    else as.forEach((role, index) => this.checkName('role', role, roles.keys(), ['as', index]));
    this.checkName('purpose', purpose, purposes.keys(), ['for']);
    if (permit !== undefined) this.checkName('permit', permit, model.permits.keys(), ['permit']);
    if (recipient !== undefined) this.checkRecipient(recipient);
  }

  /**
   * A recipient may be any organisation. A name that is almost the name in a rule is reported as a typing
   * error.
   */
  private checkRecipient(recipient: string): void {
    const { model } = this.context.policy;
    const grants = [...model.registries.values()].flatMap((registry) => registry.grants);
    const known = new Set([
      ...grants.flatMap(({ recipients }) => [...(recipients ?? [])]),
      ...[...model.permits.values()].map((each) => each.recipient),
    ]);
    const nearest = known.has(recipient) ? undefined : didYouMean(recipient, known);
    if (nearest === undefined) return;
    const fix = `${nearest} Otherwise give another organisation a name that is not so near.`;
    this.fault(['recipient'], `No grant and no permit names the recipient "${recipient}".`, fix);
  }

  private checkDay(): Date {
    const { on } = this.test;
    if (on === undefined) return this.context.now;
    const day = parseDay(on);
    if (day === undefined) this.fault(['on'], `There is no date "${on}".`, 'Write a date as 2027-12-31.');
    return new Date((day ?? 0) * MILLISECONDS_A_DAY + MILLISECONDS_A_DAY / 2);
  }

  private checkConditions(): readonly Condition[] {
    const { when = [] } = this.test;
    const ofPermits = [...this.context.policy.model.permits.values()].flatMap((permit) => permit.conditions);
    const holding = when.flatMap((name, index): Condition[] => {
      const condition = parseCondition(name) ?? ofPermits.find((known) => known === name);
      if (condition !== undefined) return [condition];
      const known = [...conditionForms, ...ofPermits];
      const fix = didYouMean(name, known) ?? `Conditions are: ${listed(known)}.`;
      this.fault(['when', index], `There is no condition "${name}".`, fix);
      return [];
    });
    if (holding.includes('minor') && holding.includes('adult'))
      this.fault(['when'], 'Nobody is "minor" and "adult" at once.', 'Make two cases.');
    return holding;
  }

  private checkEffects(
    expected: Readonly<Record<string, ExpectedEffect>>,
    at: Path,
    checkCoordinate: (coordinate: string, at: Path) => void,
  ): void {
    for (const [pattern, effect] of Object.entries(expected)) {
      for (const coordinate of coordinatesOf(pattern)) checkCoordinate(coordinate, [...at, pattern]);
      if (typeof effect === 'string' || (maskNames as readonly string[]).includes(effect.mask)) continue;
      const fix = didYouMean(effect.mask, maskNames) ?? `Masks are: ${maskNames.join(', ')}.`;
      this.fault([...at, pattern, 'mask'], `There is no mask "${effect.mask}".`, fix);
    }
  }

  private checkShown(coordinate: string, at: Path): void {
    const kind = this.kindOf(coordinate);
    if (kind === undefined) this.unknownField(coordinate, at);
    else if (kind === 'feed' || kind === 'internal')
      this.faultAtKey(
        at,
        `"${coordinate}" is shown to no client, whatever a policy says.`,
        'Expect what a derived type is made of under "given:", "withheld:" or "derive:".',
      );
  }

  private checkDerived(type: string, inputs: Readonly<Record<string, ExpectedEffect>>): void {
    const { derived } = this.context.policy.model;
    const uses = derived.get(type);
    if (!uses) return this.unknownType(type, derived.keys(), ['derive', type]);
    this.checkEffects(inputs, ['derive', type], (coordinate, at) => {
      if (this.kindOf(coordinate) === undefined) this.unknownField(coordinate, at);
      else if (!uses.has(coordinate))
        this.faultAtKey(
          at,
          `${type} is not made of "${coordinate}".`,
          didYouMean(coordinate, uses.keys()) ?? `It uses: ${listed(uses.keys())}.`,
        );
    });
  }

  private checkFeeds(state: 'withheld' | 'given'): void {
    const { types, leftOut } = this.context.policy.model.graph;
    for (const [type, registries] of Object.entries(this.test[state] ?? {})) {
      const feeds = (types.get(type) ?? []).filter(({ kind }) => kind === 'feed');
      const sources = new Set(feeds.map(({ subgraph }) => subgraph));
      if (feeds.length === 0) {
        const fed = [...types].filter(([, fields]) => fields.some(({ kind }) => kind === 'feed'));
        this.unknownType(
          type,
          fed.map(([name]) => name),
          [state, type],
        );
        continue;
      }
      registries.forEach((registry, index) => {
        if (sources.has(registry) || leftOut.subgraphs.has(registry)) return;
        const fix = didYouMean(registry, sources) ?? `It is fed by: ${listed(sources)}.`;
        this.fault([state, type, index], `${type} uses nothing from "${registry}".`, fix);
      });
    }
  }

  private checkQuery(): readonly string[] {
    const { query, answer } = this.test;
    if (query === undefined) return [];
    const { coordinates, faults } = this.context.readOperation(query);
    for (const fault of faults) this.fault(['query'], `The graph cannot answer the query: ${fault}`);
    if (faults.length === 0 && coordinates.every((coordinate) => coordinate.endsWith('.__typename')))
      this.fault(['query'], 'The query asks for nothing that a policy governs.', 'Ask for a field.');
    const refused = typeof answer === 'object' ? answer.refused : [];
    refused.forEach((pattern, index) => {
      for (const coordinate of coordinatesOf(pattern)) {
        if (faults.length > 0 || coordinates.includes(coordinate)) continue;
        const fix = didYouMean(coordinate, coordinates) ?? `It asks for: ${listed(coordinates)}.`;
        const message = `The query does not ask for "${coordinate}".`;
        this.fault(['answer', 'refused', index], message, fix);
      }
    });
    return coordinates;
  }

  /** undefined if the graph has no such field, or the field has no such argument. */
  private kindOf(coordinate: string): string | undefined {
    const field = this.context.policy.model.graph.fields.get(coordinate.split('(')[0]!);
    const isWhole = field?.coordinate === coordinate;
    return isWhole || field?.arguments.some((known) => known.coordinate === coordinate)
      ? field.kind
      : undefined;
  }

  private unknownField(coordinate: string, at: Path): void {
    const known = this.context.policy.coordinates().map((info) => info.coordinate);
    const fix = didYouMean(coordinate, known) ?? '"polku policy matrix" lists all.';
    this.faultAtKey(at, `There is no field "${coordinate}".`, fix);
  }

  private unknownType(type: string, known: Iterable<string>, at: Path): void {
    const types = [...known];
    const fix = didYouMean(type, types) ?? `Derived types are: ${listed(types)}.`;
    this.faultAtKey(at, `There is no derived type "${type}".`, fix);
  }

  private checkName(noun: string, name: string, known: Iterable<string>, at: Path): void {
    const names = [...known];
    if (names.includes(name)) return;
    const fix = didYouMean(name, names) ?? `Known: ${listed(names) || 'none'}.`;
    this.fault(at, `There is no ${noun} "${name}".`, fix);
  }

  private fault(at: Path, message: string, fix?: string): void {
    this.context.problems.error(this.source.place([...this.path, ...at]), message, fix);
  }

  private faultAtKey(at: Path, message: string, fix?: string): void {
    this.context.problems.error(this.source.keyPlace([...this.path, ...at]), message, fix);
  }
}

/** The coordinates that an operation asks for, or why the graph cannot answer it. */
export type ReadOperation = (text: string) => {
  readonly coordinates: readonly string[];
  readonly faults: readonly string[];
};

const SEVERAL = /^(\w+)\.\{([^}]*)\}$/;

/** Expands `Type.{a,b}` to `Type.a`, `Type.b`; other coordinates are unchanged. */
export function coordinatesOf(pattern: string): string[] {
  const [, type, names] = SEVERAL.exec(pattern) ?? [];
  return names === undefined ? [pattern] : names.split(',').map((name) => `${type}.${name.trim()}`);
}

/** The result of one case of a test file. */
export interface PolicyTestResult {
  readonly place: Place;
  readonly registry: string;
  readonly name: string;
  /** What was expected and what was found, in sentences; empty: passed. */
  readonly failures: readonly string[];
}

/** Whether some test of a folder covers a rule. */
export interface RuleCoverage {
  readonly id: string;
  readonly kind: 'grant' | 'prohibition';
  readonly place: Place;
  readonly covered: boolean;
}

export interface PolicyTestReport {
  readonly results: readonly PolicyTestResult[];
  readonly coverage: readonly RuleCoverage[];
}

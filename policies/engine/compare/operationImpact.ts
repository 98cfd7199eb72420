import { contentFeeds } from '../decide/decisionTable.js';
import type { Policy } from '../decide/policy.js';
import type { Permission, Explanation } from '../decision.js';
import type { DisclosureParameters } from '../disclosureParameters.js';
import type { GraphField, Lineage } from '../parse/policyGraph.js';
import type { ReadOperation } from '../test/checkCase.js';
import { compareAccess, compareDisclosure, describeAccess, type DisclosureDiff } from './diffPolicies.js';

/** A stored operation of an app, with the roles and the purpose that it runs under. */
export interface StoredOperation {
  readonly app: string;
  /** Its file, relative to the folder of operations. */
  readonly file: string;
  readonly text: string;
  readonly roles: readonly string[];
  readonly purpose: string;
  readonly recipient?: string;
  readonly permit?: string;
}

export interface OperationState {
  readonly operation: StoredOperation;
  /** Why the graph cannot answer the operation at all. */
  readonly faults: readonly string[];
  /** Why it is refused; empty: it is answered. */
  readonly denials: readonly Explanation[];
  /** Registries that withhold their part: the operation is answered without them. */
  readonly withheld: readonly string[];
  /**
   * The permissions of what it reads: fields, and the inputs of derived types from registries that give them.
   */
  readonly access: ReadonlyMap<string, readonly Permission[]>;
  /** How its group numbers are protected; undefined: it has none. */
  readonly disclosure: DisclosureParameters | undefined;
}

/** `less` and `more`: answered before and after, with less or more in the answer. */
export type OperationChange = 'broken' | 'mended' | 'less' | 'more' | 'answered' | 'refused';

export interface OperationImpact {
  readonly operation: StoredOperation;
  /** Compared with the policy before. */
  readonly change: OperationChange;
  /** What changes in the answer, in sentences. */
  readonly differences: readonly string[];
  /** The same as data; undefined: it is not answered both before and after. */
  readonly changes: AnswerChanges | undefined;
  readonly after: OperationState;
}

/** What an answer loses and gains. */
export interface AnswerChanges {
  /** Registries that are left out now, and that are back. */
  readonly lost: readonly string[];
  readonly gained: readonly string[];
  /** What it reads in another way. */
  readonly access: readonly {
    readonly what: string;
    readonly was: readonly Permission[];
    readonly is: readonly Permission[];
    readonly narrows: boolean;
  }[];
  readonly groups: readonly DisclosureDiff[];
}

/**
 * Whether the gateway answers each stored operation (whole, or not at all), and what each registry
 * contributes.
 */
export function operationStates(
  policy: Policy,
  operations: readonly StoredOperation[],
  readOperation: ReadOperation,
  now: Date = new Date(),
): OperationState[] {
  return operations.map((operation) => {
    const { coordinates, faults } = readOperation(operation.text);
    const decision = policy.decide(operation, now);
    const hidden = [...new Set(coordinates)].filter((coordinate) => decision.show(coordinate).length === 0);
    const feeds = feedsOf(coordinates, policy);
    const given = feeds.filter(({ coordinate }) => decision.isAvailable(coordinate));
    const grouped = given.filter(({ lineage }) => lineage && lineage.aggregates.length > 0);
    return {
      operation,
      faults,
      denials: hidden.map((coordinate) => decision.explain(coordinate)),
      withheld: [...new Set(feeds.filter((feed) => !given.includes(feed)).map(({ subgraph }) => subgraph))],
      access: new Map([
        ...coordinates.map((coordinate) => [coordinate, decision.show(coordinate)] as const),
        ...given.flatMap(({ type, lineage }) =>
          inputsOf(lineage).map((input) => [`${input} for ${type}`, decision.derive(type, input)] as const),
        ),
      ]),
      disclosure:
        grouped.length > 0
          ? policy.disclosure(
              operation.purpose,
              grouped.map(({ subgraph }) => subgraph),
            )
          : undefined,
    };
  });
}

/** The feeds with the content of an operation's answer. */
function feedsOf(coordinates: readonly string[], { model }: Policy): readonly GraphField[] {
  const { fields } = model.graph;
  const feeds = coordinates.flatMap((coordinate) =>
    contentFeeds(fields.get(coordinate)?.requires ?? [], model),
  );
  return [...new Set(feeds)].flatMap((coordinate) => fields.get(coordinate) ?? []);
}

function inputsOf(lineage: Lineage | undefined): readonly string[] {
  return Object.values(lineage ?? {}).flat() as string[];
}

/** How each stored operation changes when one policy replaces another. */
export function compareOperations(
  before: readonly OperationState[],
  after: readonly OperationState[],
): OperationImpact[] {
  return after.map((state, index) => {
    const { operation } = state;
    const [was, is] = [isAnswered(before[index]!), isAnswered(state)];
    if (was !== is)
      return {
        operation,
        change: is ? 'mended' : 'broken',
        differences: [],
        changes: undefined,
        after: state,
      };
    if (!is) return { operation, change: 'refused', differences: [], changes: undefined, after: state };
    const changes = compareAnswers(before[index]!, state);
    const { less, more } = describeChanges(changes);
    const change = less.length > 0 ? 'less' : more.length > 0 ? 'more' : 'answered';
    return { operation, change, differences: [...less, ...more], changes, after: state };
  });
}

function compareAnswers(before: OperationState, after: OperationState): AnswerChanges {
  return {
    lost: after.withheld.filter((registry) => !before.withheld.includes(registry)),
    gained: before.withheld.filter((registry) => !after.withheld.includes(registry)),
    access: [...after.access].flatMap(([what, is]) => {
      const was = before.access.get(what);
      // A registry that withholds or gives its whole part is reported above.
      if (!was) return [];
      const { widens, narrows } = compareAccess(was, is);
      return widens || narrows ? [{ what, was, is, narrows }] : [];
    }),
    groups:
      before.disclosure && after.disclosure ? compareDisclosure(before.disclosure, after.disclosure) : [],
  };
}

/** What an answer loses and gains, in sentences. */
function describeChanges({ lost, gained, access, groups }: AnswerChanges): {
  readonly less: readonly string[];
  readonly more: readonly string[];
} {
  const [less, more]: [string[], string[]] = [[], []];
  if (lost.length > 0) less.push(`It is answered without ${lost.join(', ')}.`);
  if (gained.length > 0) more.push(`It is answered with ${gained.join(', ')} again.`);
  for (const { what, was, is, narrows } of access)
    (narrows ? less : more).push(`${what}: it was ${describeAccess(was)}, and is ${describeAccess(is)}.`);
  for (const { sentence, narrows } of groups) (narrows ? less : more).push(`Numbers of groups: ${sentence}.`);
  return { less, more };
}

/** Whether an operation is answered, though perhaps without some registries. */
export function isAnswered({ faults, denials }: OperationState): boolean {
  return faults.length === 0 && denials.length === 0;
}

/** Impacts as lines of text, changes first. */
export function formatImpact(impacts: readonly OperationImpact[]): string {
  const order = ['broken', 'less', 'mended', 'more', 'refused', 'answered'] as const;
  const lines = order.flatMap((kind) =>
    impacts
      .filter(({ change }) => change === kind)
      .flatMap(({ operation, differences, after }) => [
        `${titles[kind]}  ${operation.app}/${operation.file} (${operation.roles.join(', ')}, for ${operation.purpose})${withoutOf(after)}`,
        ...after.faults.map((fault) => `            ${fault}`),
        ...after.denials.map(({ owner, reason }) => `            ${reason.en} Ask: ${owner.en}.`),
        ...differences.map((difference) => `            ${difference}`),
      ]),
  );
  const count = (...kinds: readonly OperationChange[]) =>
    impacts.filter(({ change }) => kinds.includes(change)).length;
  const sum = `${count('answered', 'mended', 'less', 'more')} of ${impacts.length} stored operations are answered, ${count('less')} of them with less than before; ${count('broken')} break, ${count('mended')} newly work.`;
  return [...lines, '', sum, ''].join('\n');
}

function withoutOf(state: OperationState): string {
  return isAnswered(state) && state.withheld.length > 0 ? `, without ${state.withheld.join(', ')}` : '';
}

const titles: Readonly<Record<OperationChange, string>> = {
  broken: 'breaks    ',
  mended: 'newly ok  ',
  less: 'less      ',
  more: 'more      ',
  refused: 'refused   ',
  answered: 'ok        ',
};

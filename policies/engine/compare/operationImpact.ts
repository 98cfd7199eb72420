import type { Refusal } from '../decision.js';
import type { Policy } from '../decide/policy.js';
import type { ReadOperation } from '../test/policyTest.js';

/** An operation that an app has stored, and as whom and for what it asks. */
export interface StoredOperation {
  readonly app: string;
  /** Its file, within the folder of operations. */
  readonly file: string;
  readonly text: string;
  readonly roles: readonly string[];
  readonly purpose: string;
  readonly recipient?: string;
  readonly permit?: string;
}

export interface OperationState {
  readonly operation: StoredOperation;
  /** Why the operation cannot be asked of the graph at all. */
  readonly faults: readonly string[];
  /** What of it is refused; empty: answered. */
  readonly refusals: readonly Refusal[];
}

export interface OperationImpact {
  readonly operation: StoredOperation;
  /** `broken` and `mended` against the policy before. */
  readonly change: 'broken' | 'mended' | 'answered' | 'refused';
  readonly after: OperationState;
}

/** Whether each stored operation is answered, as the gateway would: whole, or not at all. */
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
    return { operation, faults, refusals: hidden.map((coordinate) => decision.refusal(coordinate)) };
  });
}

/** What becomes of each stored operation when one policy takes the place of another. */
export function compareOperations(
  before: readonly OperationState[],
  after: readonly OperationState[],
): OperationImpact[] {
  return after.map((state, index) => {
    const [was, is] = [isAnswered(before[index]!), isAnswered(state)];
    const change = was === is ? (is ? 'answered' : 'refused') : is ? 'mended' : 'broken';
    return { operation: state.operation, change, after: state };
  });
}

function isAnswered({ faults, refusals }: OperationState): boolean {
  return faults.length === 0 && refusals.length === 0;
}

/** Impacts as lines for people, changes first. */
export function formatImpact(impacts: readonly OperationImpact[]): string {
  const order = ['broken', 'mended', 'refused', 'answered'] as const;
  const lines = order.flatMap((kind) =>
    impacts
      .filter(({ change }) => change === kind)
      .flatMap(({ operation, after }) => [
        `${titles[kind]}  ${operation.app}/${operation.file} (${operation.roles.join(', ')}, for ${operation.purpose})`,
        ...after.faults.map((fault) => `            ${fault}`),
        ...after.refusals.map(({ owner, reason }) => `            ${reason} Ask: ${owner}.`),
      ]),
  );
  const count = (...kinds: readonly string[]) =>
    impacts.filter(({ change }) => kinds.includes(change)).length;
  const sum = `${count('answered', 'mended')} of ${impacts.length} stored operations are answered; ${count('broken')} break, ${count('mended')} newly work.`;
  return [...lines, '', sum, ''].join('\n');
}

const titles = {
  broken: 'breaks    ',
  mended: 'newly ok  ',
  refused: 'refused   ',
  answered: 'ok        ',
} as const;

import { formatDay } from '../../../lib/calendar.js';
import { groupBy } from '../../../lib/groupBy.js';
import { whereabouts } from '../catalogue/conditions.js';
import type { Decision, Explanation, Permission } from '../decision.js';
import type { PolicyModel } from '../policyModel.js';
import type { DecisionTable } from './decisionTable.js';
import type { DenialExplainer, DenialReason, DeniedInput, TotalDenialReason } from './denialReasons.js';
import { NONE } from './derivationGrants.js';

const TYPENAME: readonly Permission[] = [{ mask: undefined, conditions: [], grant: 'schema/typename' }];

/** The table of a decision, and what explains its denials. */
interface Decided {
  readonly table: DecisionTable;
  readonly explainer: DenialExplainer;
}

/** A {@link Decision} that is read from a table. */
export class PolicyDecision implements Decision {
  constructor(
    readonly key: string,
    readonly purpose: string,
    /** Known roles that may be used for the purpose, sorted. */
    readonly roles: readonly string[],
    private readonly model: PolicyModel,
    private readonly numbers: ReadonlyMap<string, number>,
    /** A reason instead of a table: it denies everything. */
    private readonly decided: Decided | TotalDenialReason,
  ) {}

  get revision(): string {
    return this.model.revision;
  }

  show(coordinate: string): readonly Permission[] {
    if (coordinate.endsWith('.__typename')) return TYPENAME;
    if ('kind' in this.decided) return NONE;
    const number = this.numbers.get(coordinate);
    return number === undefined ? NONE : this.decided.table.show[number]!;
  }

  derive(derivedType: string, coordinate: string): readonly Permission[] {
    if ('kind' in this.decided) return NONE;
    return this.decided.table.derive.get(derivedType)?.get(coordinate) ?? NONE;
  }

  shields(coordinate: string): boolean {
    if (this.model.purposes.get(this.purpose)?.entitled) return false;
    const field = this.model.graph.fields.get(coordinate);
    const category = field && this.model.registries.get(field.subgraph)?.fields.get(coordinate)?.category;
    return category !== undefined && whereabouts.has(category);
  }

  explain(coordinate: string): Explanation {
    const reason = this.denialReason(coordinate) ?? { kind: 'no-such-field' };
    return explainReason(coordinate, reason, this, this.model);
  }

  /** Why a coordinate is not shown; undefined: it is shown. */
  denialReason(coordinate: string): DenialReason | undefined {
    if (this.show(coordinate).length > 0) return undefined;
    return this.reason(({ explainer }) => explainer.show(coordinate));
  }

  /** Why a derived type may not be made of a coordinate; undefined: it may. */
  derivationDenialReason(derivedType: string, coordinate: string): DenialReason | undefined {
    if (this.derive(derivedType, coordinate).length > 0) return undefined;
    return this.reason(({ explainer }) => explainer.derive(derivedType, coordinate));
  }

  /** Whether a registry gives a feed. If not, the derived type says that the registry withholds its part. */
  isAvailable(feed: string): boolean {
    return !('kind' in this.decided) && this.decided.table.available.get(feed) === true;
  }

  /** Why a feed is withheld; empty where it is available. */
  deniedInputs(feed: string): readonly DeniedInput[] {
    return 'kind' in this.decided ? [] : this.decided.explainer.deniedInputs(feed);
  }

  private reason(find: (decided: Decided) => DenialReason): DenialReason {
    return 'kind' in this.decided ? this.decided : find(this.decided);
  }
}

/** The caller that a denial is explained to. */
interface DeniedCaller {
  readonly purpose: string;
  readonly roles: readonly string[];
}

/** Puts a reason into words that name the owner who could release the field. */
function explainReason(
  coordinate: string,
  reason: DenialReason,
  caller: DeniedCaller,
  model: PolicyModel,
): Explanation {
  const decisive = decisiveOf(coordinate, reason);
  const registry = model.graph.fields.get(fieldOf(decisive))?.subgraph ?? 'none';
  return {
    coordinate,
    registry,
    owner: ownerOf(registry, model),
    reason: reasonOf(coordinate, reason, caller, model),
  };
}

/** The coordinate whose owner decides. */
function decisiveOf(coordinate: string, reason: DenialReason): string {
  if (reason.kind === 'elsewhere') return decisiveOf(reason.coordinate, reason.reason);
  if (reason.kind !== 'inputs') return coordinate;
  const [first] = reason.inputs;
  return first ? decisiveOf(first.coordinate, first.reason) : coordinate;
}

/** `Type.field` of `Type.field(argument:)` */
function fieldOf(coordinate: string): string {
  return coordinate.split('(')[0]!;
}

function ownerOf(registry: string, { registries }: PolicyModel): string {
  return registries.get(registry)?.owner.en ?? (registry === 'none' ? 'nobody' : registry);
}

function reasonOf(
  coordinate: string,
  reason: DenialReason,
  caller: DeniedCaller,
  model: PolicyModel,
): string {
  const owner = ownerOf(model.graph.fields.get(fieldOf(coordinate))?.subgraph ?? 'none', model);
  switch (reason.kind) {
    case 'no-such-field':
      return `There is no ${coordinate} in the graph.`;
    case 'no-such-purpose':
      return `There is no purpose "${caller.purpose}".`;
    case 'purpose-forbidden':
      return `Nothing is ever shown for "${caller.purpose}" (${reason.purpose.basis.join(', ')}).`;
    case 'no-role':
      return `None of the caller's roles may be used for "${caller.purpose}".`;
    case 'permit':
      return permitReason(reason, caller);
    case 'outside-permit':
      return `The permit ${reason.permit.number} does not cover ${coordinate}.`;
    case 'internal':
      return `${coordinate} is internal to the graph and shown to nobody.`;
    case 'unclassified':
      return `${owner} has not classified ${coordinate}, so nobody sees it.`;
    case 'prohibited': {
      const { id, reason: why } = reason.prohibition;
      return `${owner} prohibits ${coordinate} for "${caller.purpose}" (${id})${why ? `: ${why.en}` : ''}.`;
    }
    case 'aggregate-only':
      return `"${caller.purpose}" shows only group results, never data about individual people such as ${coordinate}.`;
    case 'quasi-identifier':
      return `${coordinate} could identify somebody, so ${owner} withholds it from pseudonymised purposes such as "${caller.purpose}".`;
    case 'not-granted': {
      const refusal = `${owner} has not granted ${coordinate} to ${caller.roles.join(', ')} for "${caller.purpose}"`;
      const underPermit = reason.others.some(
        ({ needsPermit, roles }) => needsPermit && caller.roles.some((role) => roles.has(role)),
      );
      return `${refusal}${underPermit ? ' without a research permit' : ''}.`;
    }
    case 'clashing-masks':
      return `Grants of ${owner} contradict each other on ${coordinate}: neither of their masks is the coarser one.`;
    case 'inputs':
      return `${coordinate} is made of data that is withheld from ${caller.roles.join(', ')} for "${caller.purpose}": ${inputsOf(reason.inputs, model)}.`;
    case 'elsewhere':
      return `${coordinate} depends on ${reason.coordinate}. ${reasonOf(reason.coordinate, reason.reason, caller, model)}`;
  }
}

/** The sentence does not repeat an unknown number, because the client may have written any text there. */
function permitReason(
  { fault, permit }: Extract<DenialReason, { kind: 'permit' }>,
  { purpose }: DeniedCaller,
): string {
  if (fault === 'unknown' || !permit) return 'There is no permit with the number in the token.';
  switch (fault) {
    case 'recipient':
      return `The permit ${permit.number} was given to another organisation.`;
    case 'purpose':
      return `The permit ${permit.number} is for "${permit.purpose}", not for "${purpose}".`;
    case 'early':
      return `The permit ${permit.number} is valid from ${formatDay(permit.from)}.`;
    case 'late':
      return `The permit ${permit.number} ended on ${formatDay(permit.until)}.`;
  }
}

/** "Health services withholds A, B; Social services withholds C" */
function inputsOf(inputs: readonly DeniedInput[], model: PolicyModel): string {
  const leaves = inputs.flatMap((input) => [...deniedLeavesOf(input)]);
  const byOwner = groupBy(new Set(leaves), (coordinate) =>
    ownerOf(model.graph.fields.get(fieldOf(coordinate))?.subgraph ?? 'none', model),
  );
  return [...byOwner]
    .map(([owner, coordinates]) => `${owner} withholds ${coordinates.join(', ')}`)
    .join('; ');
}

function deniedLeavesOf({ coordinate, reason }: DeniedInput): readonly string[] {
  return reason.kind === 'inputs' ? reason.inputs.flatMap((input) => deniedLeavesOf(input)) : [coordinate];
}

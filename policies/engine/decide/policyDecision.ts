import { formatDay } from '../../../lib/calendar.js';
import { groupBy } from '../../../lib/groupBy.js';
import { whereabouts } from '../catalogue/conditions.js';
import type { Decision, Permission, Refusal } from '../decision.js';
import type { PolicyModel } from '../policyModel.js';
import type { DecisionTable } from './decisionTable.js';
import { type Blocker, type Cause, type Denials, outcome, type Outcome, type WholeCause } from './denials.js';
import { NONE } from './derivationGrants.js';

const TYPENAME: readonly Permission[] = [{ mask: undefined, conditions: [], grant: 'schema/typename' }];

/** Coordinates by number, as {@link Policy.number} gives them; `__typename` of any type, and what is in no graph. */
export const TYPENAME_NUMBER = -1;
export const UNKNOWN_NUMBER = -2;

/** The table of a decision, and the reasons behind it. */
interface Decided {
  readonly table: DecisionTable;
  readonly denials: Denials;
}

/** A decision read from its table; see {@link Decision}. */
export class PolicyDecision implements Decision {
  constructor(
    readonly key: string,
    readonly purpose: string,
    /** Known roles that may be used for the purpose, sorted. */
    readonly roles: readonly string[],
    private readonly model: PolicyModel,
    private readonly numbers: ReadonlyMap<string, number>,
    /** A cause instead of a table: everything is denied for it. */
    private readonly decided: Decided | WholeCause,
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

  take(derivedType: string, coordinate: string): readonly Permission[] {
    if ('kind' in this.decided) return NONE;
    return this.decided.table.take.get(derivedType)?.get(coordinate) ?? NONE;
  }

  /** Whether every coordinate of an operation is shown, by their numbers: some nanoseconds each. */
  showsAll(numbers: Int32Array): boolean {
    if ('kind' in this.decided) return numbers.every((number) => number === TYPENAME_NUMBER);
    const { shown } = this.decided.table;
    for (const number of numbers) {
      if (number < 0 ? number !== TYPENAME_NUMBER : !shown.has(number)) return false;
    }
    return true;
  }

  shields(coordinate: string): boolean {
    if (this.model.purposes.get(this.purpose)?.entitled) return false;
    const field = this.model.graph.fields.get(coordinate);
    const category = field && this.model.registries.get(field.subgraph)?.fields.get(coordinate)?.category;
    return category !== undefined && whereabouts.has(category);
  }

  refusal(coordinate: string): Refusal {
    const { cause } = this.outcome(coordinate);
    return refuse(coordinate, cause ?? { kind: 'no-such-field' }, this, this.model);
  }

  /** The permissions, or why there are none. */
  outcome(coordinate: string): Outcome {
    return outcome(this.show(coordinate), () => this.cause(({ denials }) => denials.show(coordinate)));
  }

  takeOutcome(derivedType: string, coordinate: string): Outcome {
    const permissions = this.take(derivedType, coordinate);
    return outcome(permissions, () => this.cause(({ denials }) => denials.take(derivedType, coordinate)));
  }

  /** Whether a feed flows; if not, its derived type tells that the registry withholds it. */
  flows(feed: string): boolean {
    return !('kind' in this.decided) && this.decided.table.flows.get(feed) === true;
  }

  /** Why a feed is withheld; empty where it flows. */
  feedBlockers(feed: string): readonly Blocker[] {
    return 'kind' in this.decided ? [] : this.decided.denials.feedBlockers(feed);
  }

  private cause(find: (decided: Decided) => Cause): Cause {
    return 'kind' in this.decided ? this.decided : find(this.decided);
  }
}

/** Whom the refusal is for. */
interface Refused {
  readonly purpose: string;
  readonly roles: readonly string[];
}

/** Puts a cause into words that name the owner who could release the field. */
function refuse(coordinate: string, cause: Cause, asker: Refused, model: PolicyModel): Refusal {
  const decisive = decisiveOf(coordinate, cause);
  const registry = model.graph.fields.get(fieldOf(decisive))?.subgraph ?? 'none';
  return {
    coordinate,
    registry,
    owner: ownerOf(registry, model),
    reason: reasonOf(coordinate, cause, asker, model),
  };
}

/** The coordinate on which it hangs. */
function decisiveOf(coordinate: string, cause: Cause): string {
  if (cause.kind === 'elsewhere') return decisiveOf(cause.coordinate, cause.cause);
  if (cause.kind !== 'inputs') return coordinate;
  const [first] = cause.blockers;
  return first ? decisiveOf(first.coordinate, first.cause) : coordinate;
}

/** `Type.field` of `Type.field(argument:)` */
function fieldOf(coordinate: string): string {
  return coordinate.split('(')[0]!;
}

function ownerOf(registry: string, { registries }: PolicyModel): string {
  return registries.get(registry)?.owner.en ?? (registry === 'none' ? 'nobody' : registry);
}

function reasonOf(coordinate: string, cause: Cause, asker: Refused, model: PolicyModel): string {
  const owner = ownerOf(model.graph.fields.get(fieldOf(coordinate))?.subgraph ?? 'none', model);
  switch (cause.kind) {
    case 'no-such-field':
      return `There is no ${coordinate} in the graph.`;
    case 'no-such-purpose':
      return `There is no purpose "${asker.purpose}".`;
    case 'purpose-forbidden':
      return `Nothing is ever given for "${asker.purpose}" (${cause.purpose.basis.join(', ')}).`;
    case 'no-role':
      return `None of the caller's roles may be used for "${asker.purpose}".`;
    case 'permit':
      return permitReason(cause, asker);
    case 'outside-permit':
      return `The permit ${cause.permit.number} does not cover ${coordinate}.`;
    case 'internal':
      return `${coordinate} is internal to the graph and shown to nobody.`;
    case 'unclassified':
      return `${owner} has not classified ${coordinate}, so nobody sees it.`;
    case 'prohibited': {
      const { id, reason } = cause.prohibition;
      return `${owner} prohibits ${coordinate} for "${asker.purpose}" (${id})${reason ? `: ${reason.en}` : ''}.`;
    }
    case 'aggregate-only':
      return `"${asker.purpose}" may be given group results only, never data about people one by one such as ${coordinate}.`;
    case 'quasi-identifier':
      return `${coordinate} could tell who somebody is, so ${owner} withholds it from pseudonymised purposes such as "${asker.purpose}".`;
    case 'not-granted': {
      const refusal = `${owner} has not granted ${coordinate} to ${asker.roles.join(', ')} for "${asker.purpose}"`;
      const underPermit = cause.others.some(
        ({ needsPermit, roles }) => needsPermit && asker.roles.some((role) => roles.has(role)),
      );
      return `${refusal}${underPermit ? ' without a research permit' : ''}.`;
    }
    case 'clashing-masks':
      return `Grants of ${owner} contradict each other on ${coordinate}: neither of their masks is the coarser.`;
    case 'inputs':
      return `${coordinate} is made of data that is withheld from ${asker.roles.join(', ')} for "${asker.purpose}": ${inputsOf(cause.blockers, model)}.`;
    case 'elsewhere':
      return `${coordinate} depends on ${cause.coordinate}. ${reasonOf(cause.coordinate, cause.cause, asker, model)}`;
  }
}

/** A number that is not known is not repeated: it is whatever the client wrote. */
function permitReason({ fault, permit }: Extract<Cause, { kind: 'permit' }>, { purpose }: Refused): string {
  if (fault === 'unknown' || !permit) return 'There is no permit of the number that the token carries.';
  switch (fault) {
    case 'recipient':
      return `The permit ${permit.number} was given to another organisation.`;
    case 'purpose':
      return `The permit ${permit.number} is for "${permit.purpose}", not for "${purpose}".`;
    case 'early':
      return `The permit ${permit.number} counts from ${formatDay(permit.from)}.`;
    case 'late':
      return `The permit ${permit.number} ended on ${formatDay(permit.until)}.`;
  }
}

/** "Health services withholds A, B; Social services withholds C" */
function inputsOf(blockers: readonly Blocker[], model: PolicyModel): string {
  const leaves = blockers.flatMap((blocker) => [...leavesOf(blocker)]);
  const byOwner = groupBy(new Set(leaves), (coordinate) =>
    ownerOf(model.graph.fields.get(fieldOf(coordinate))?.subgraph ?? 'none', model),
  );
  return [...byOwner]
    .map(([owner, coordinates]) => `${owner} withholds ${coordinates.join(', ')}`)
    .join('; ');
}

function leavesOf({ coordinate, cause }: Blocker): readonly string[] {
  return cause.kind === 'inputs' ? cause.blockers.flatMap((blocker) => leavesOf(blocker)) : [coordinate];
}

import { whereabouts } from '../catalogue/categories.js';
import type { Decision, Permission, Refusal } from '../decision.js';
import type { PolicyModel } from '../policyModel.js';
import { type Blocker, type Cause, type Outcome, outcome, type WholeCause } from './cause.js';
import type { DecisionTable } from './decisionTable.js';
import type { Denials } from './denials.js';
import { refuse } from './refuse.js';
import { NONE } from './releases.js';

const TYPENAME: readonly Permission[] = [{ mask: undefined, conditions: [], grant: 'schema/typename' }];

/** Coordinates by number, as {@link Policy.number} gives them; `__typename` of any type, and what is in no graph. */
export const TYPENAME_NUMBER = -1;
export const UNKNOWN_NUMBER = -2;

/** The table of a decision, and the reasons behind it. */
export interface Decided {
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

import type { Day } from '../../lib/calendar.js';
import type { Category } from './catalogue/conditions.js';
import type { Condition, MaskName, PopulationCondition } from './decision.js';
import type { DisclosureParameters } from './disclosureParameters.js';
import type { Labels } from './parse/policyFiles.js';
import type { PolicyGraph } from './parse/policyGraph.js';
import type { Place } from './parse/problems.js';

/** A purpose of use. A forbidden one has no use and no output: it exists in order to be refused. */
export interface Purpose {
  readonly id: string;
  readonly label: Labels;
  readonly basis: readonly string[];
  readonly forbidden: boolean;
  readonly use: 'primary' | 'secondary' | undefined;
  /** The ceiling of what a holder may ever be given. */
  readonly output: 'identified' | 'pseudonymised' | 'aggregate' | undefined;
  readonly parent: string | undefined;
  /** Whether it may know the whereabouts and family ties of people under non-disclosure for safety (661/2009 §36). */
  readonly entitled: boolean;
}

export interface Role {
  readonly id: string;
  readonly label: Labels;
  /** The purposes that the role may be used for. */
  readonly purposes: ReadonlySet<string>;
}

export interface Classification {
  readonly category: Category;
  readonly special: boolean;
  /** What is left of a quasi-identifier for pseudonymised purposes; undefined: it is none. */
  readonly quasi: MaskName | 'withhold' | undefined;
  readonly label: Labels | undefined;
  readonly place: Place;
}

/** A grant with its patterns and purposes spelt out. */
export interface Grant {
  /** `registry/grant-id` */
  readonly id: string;
  readonly place: Place;
  /** With all children. */
  readonly purposes: ReadonlySet<string>;
  readonly roles: ReadonlySet<string>;
  /** Organisations that it is for; undefined: all. */
  readonly recipients: ReadonlySet<string> | undefined;
  /** Whether it counts under a research permit only. */
  readonly needsPermit: boolean;
  readonly basis: readonly string[];
  readonly when: readonly Condition[];
  /** Coordinate -> mask; undefined: whole. */
  readonly show: ReadonlyMap<string, MaskName | undefined>;
  /** Derived type -> coordinates. */
  readonly derive: ReadonlyMap<string, ReadonlySet<string>>;
  /** First and last day on which it counts. */
  readonly from: Day | undefined;
  readonly until: Day | undefined;
}

export interface Prohibition {
  /** `registry/prohibition-id` */
  readonly id: string;
  readonly place: Place;
  /** With all children. */
  readonly purposes: ReadonlySet<string>;
  readonly fields: ReadonlySet<string>;
  readonly reason: Labels | undefined;
}

/** A research permit (552/2019 §§ 43-44): it grants nothing by itself, and caps what grants show to its holder. */
export interface Permit {
  readonly number: string;
  readonly place: Place;
  /** The organisation that holds it. */
  readonly recipient: string;
  readonly purpose: string;
  readonly basis: readonly string[];
  /** First and last day on which it counts. */
  readonly from: Day;
  readonly until: Day;
  /** Fields about people that it covers, of all registries. */
  readonly fields: ReadonlySet<string>;
  /** Registries whose data it covers; undefined: all. */
  readonly registries: ReadonlySet<string> | undefined;
  /** What its population asks of each data subject. */
  readonly conditions: readonly PopulationCondition[];
}

/** How an owner wants numbers of groups to be protected. */
export interface DisclosureRule {
  /** With all children. */
  readonly purposes: ReadonlySet<string>;
  readonly parameters: DisclosureParameters;
}

export interface Registry {
  readonly name: string;
  readonly owner: Labels;
  readonly fields: ReadonlyMap<string, Classification>;
  readonly grants: readonly Grant[];
  readonly prohibitions: readonly Prohibition[];
  readonly disclosure: readonly DisclosureRule[];
}

/**
 * What a derived type makes of an input.
 * - `exposes`: its values are repeated, so they must be shown as well as released;
 * - `computes`: they enter a score or a group number, so releasing them is enough.
 */
export type Use = 'exposes' | 'computes';

/** Policies as immutable data, checked and spelt out: all that deciding needs. */
export interface PolicyModel {
  /** SHA-256 of the sources, 12 hexadecimal digits. */
  readonly revision: string;
  readonly graph: PolicyGraph;
  /** Derived type -> what it makes of each of its inputs. */
  readonly derived: ReadonlyMap<string, ReadonlyMap<string, Use>>;
  /** Field -> all fields that it is made of, over any chain; fields made of nothing are left out. */
  readonly sources: ReadonlyMap<string, readonly string[]>;
  readonly purposes: ReadonlyMap<string, Purpose>;
  readonly roles: ReadonlyMap<string, Role>;
  readonly permits: ReadonlyMap<string, Permit>;
  readonly registries: ReadonlyMap<string, Registry>;
}

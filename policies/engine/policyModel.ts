import type { Day } from '../../lib/calendar.js';
import type { Category } from './catalogue/conditions.js';
import type { Condition, MaskName, PopulationCondition } from './decision.js';
import type { DisclosureParameters } from './disclosureParameters.js';
import type { LocalizedText } from '../../schema/language.js';
import type { PolicyGraph } from './parse/policyGraph.js';
import type { Place } from './parse/problems.js';

/**
 * A purpose of use. A forbidden purpose has no use and no output: it is listed so that requests for it are
 * refused.
 */
export interface Purpose {
  readonly id: string;
  readonly label: LocalizedText;
  readonly basis: readonly string[];
  readonly forbidden: boolean;
  readonly use: 'primary' | 'secondary' | undefined;
  /** The most detailed output that the purpose allows. */
  readonly output: 'identified' | 'pseudonymised' | 'aggregate' | undefined;
  readonly parent: string | undefined;
  /**
   * Whether it shows the whereabouts and family ties of people under non-disclosure for safety (661/2009
   * §36).
   */
  readonly entitled: boolean;
}

export interface Role {
  readonly id: string;
  readonly label: LocalizedText;
  /** The purposes that the role may be used for. */
  readonly purposes: ReadonlySet<string>;
}

export interface Classification {
  readonly category: Category;
  readonly special: boolean;
  /**
   * What pseudonymised purposes see of a quasi-identifier; undefined: the field is not a quasi-identifier.
   */
  readonly quasi: MaskName | 'withhold' | undefined;
  readonly label: LocalizedText | undefined;
  readonly place: Place;
}

/** A grant whose patterns and purposes are expanded. */
export interface Grant {
  /** `registry/grant-id` */
  readonly id: string;
  readonly place: Place;
  /** Including all child purposes. */
  readonly purposes: ReadonlySet<string>;
  readonly roles: ReadonlySet<string>;
  /** Organisations that it applies to; undefined: all. */
  readonly recipients: ReadonlySet<string> | undefined;
  /** Whether it applies only under a research permit. */
  readonly needsPermit: boolean;
  readonly basis: readonly string[];
  readonly when: readonly Condition[];
  /** Coordinate -> mask; undefined: whole. */
  readonly show: ReadonlyMap<string, MaskName | undefined>;
  /** Derived type -> coordinates. */
  readonly derive: ReadonlyMap<string, ReadonlySet<string>>;
  /** First and last day on which it applies. */
  readonly from: Day | undefined;
  readonly until: Day | undefined;
}

export interface Prohibition {
  /** `registry/prohibition-id` */
  readonly id: string;
  readonly place: Place;
  /** Including all child purposes. */
  readonly purposes: ReadonlySet<string>;
  readonly fields: ReadonlySet<string>;
  readonly reason: LocalizedText | undefined;
}

/**
 * A research permit (552/2019 §§ 43-44). It grants nothing by itself: it limits what grants show to its
 * holder.
 */
export interface Permit {
  readonly number: string;
  readonly place: Place;
  /** The organisation that holds it. */
  readonly recipient: string;
  readonly purpose: string;
  readonly basis: readonly string[];
  /** First and last day on which it applies. */
  readonly from: Day;
  readonly until: Day;
  /** The fields about people that it covers, over all registries. */
  readonly fields: ReadonlySet<string>;
  /** Registries whose data it covers; undefined: all. */
  readonly registries: ReadonlySet<string> | undefined;
  /** The conditions that each data subject of its population meets. */
  readonly conditions: readonly PopulationCondition[];
}

/** How an owner protects numbers about groups. */
export interface DisclosureRule {
  /** Including all child purposes. */
  readonly purposes: ReadonlySet<string>;
  readonly parameters: DisclosureParameters;
}

/** The policy of one registry. */
export interface RegistryPolicy {
  readonly name: string;
  readonly owner: LocalizedText;
  readonly fields: ReadonlyMap<string, Classification>;
  readonly grants: readonly Grant[];
  readonly prohibitions: readonly Prohibition[];
  readonly disclosure: readonly DisclosureRule[];
}

/**
 * How a derived type uses an input.
 * - `exposes`: it repeats the values, so they must be shown as well as released;
 * - `computes`: it computes a score or a group number from them, so it is enough to release them.
 */
export type Use = 'exposes' | 'computes';

/** Policies as immutable data, checked and expanded: everything that a decision needs. */
export interface PolicyModel {
  /** SHA-256 of the sources, 12 hexadecimal digits. */
  readonly revision: string;
  readonly graph: PolicyGraph;
  /** Derived type -> how it uses each of its inputs. */
  readonly derived: ReadonlyMap<string, ReadonlyMap<string, Use>>;
  /**
   * Field -> all fields that it is made of, directly or not. Fields that are made of no others are left out.
   */
  readonly sources: ReadonlyMap<string, readonly string[]>;
  readonly purposes: ReadonlyMap<string, Purpose>;
  readonly roles: ReadonlyMap<string, Role>;
  /** Names of organisations that receive data. Those without a name are shown by their id. */
  readonly recipients: ReadonlyMap<string, LocalizedText>;
  readonly permits: ReadonlyMap<string, Permit>;
  readonly registries: ReadonlyMap<string, RegistryPolicy>;
}

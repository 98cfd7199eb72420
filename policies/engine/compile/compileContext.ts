import type { Day } from '../../../schema/calendar.js';
import type { PolicyGraph } from '../parse/policyGraph.js';
import type { Problems } from '../parse/problems.js';
import type { Purpose, Role, Use } from '../policyModel.js';

/** What the entries of a registry's file are checked against. */
export interface CompileContext {
  readonly graph: PolicyGraph;
  readonly derived: ReadonlyMap<string, ReadonlyMap<string, Use>>;
  /** undefined where purposes.yaml or roles.yaml is broken: then nothing is said of the names. */
  readonly purposes: ReadonlyMap<string, Purpose> | undefined;
  readonly roles: ReadonlyMap<string, Role> | undefined;
  readonly day: Day;
  readonly problems: Problems;
}

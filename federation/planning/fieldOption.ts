import type { Cost } from './cost.js';
import type { GraphNode, NodeField } from './planningGraph.js';
import type { FieldSelection } from './selection.js';

/** Where a field of an object can be resolved. */
export interface FieldOption {
  readonly node: GraphNode;
  readonly nodeField: NodeField;
  /** Fields that the path to the object's child provides. */
  readonly provided: FieldSelection | undefined;
  /** Whether the subgraph must be asked once more, because it must be given fields of others. */
  readonly isRequiring: boolean;
  /** What is asked before the field is: requests that lead to the subgraph. */
  readonly open: Cost;
  /** What only this field adds: its requirements before, and what is below it after. */
  readonly before: Cost;
  readonly below: Cost;
}

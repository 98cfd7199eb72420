import type { QueryPlanSelectionNode } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import type { DataObject } from '../dataObject.js';
import type { PlacedFetch } from './compilePlan.js';
import type { PlanRun } from './planRun.js';
import { representer, type Representations } from './representations.js';

/** Represents the entities at the place of a fetch. */
export type Represent = (run: PlanRun, entities: readonly DataObject[]) => Representations;

/** The representers of one plan: fetches side by side that require the same of the same entities share what they send. */
export class SharedRepresentations {
  readonly #known = new Map<string, Represent>();

  constructor(private readonly schema: GraphQLSchema) {}

  of({ node, path }: PlacedFetch, requires: readonly QueryPlanSelectionNode[]): Represent {
    const key = JSON.stringify([path, requires, node.inputRewrites]);
    const known = this.#known.get(key);
    if (known) return known;
    const compute = representer(requires, node, this.schema);
    const represent: Represent = ({ represented }, entities) => {
      let representations = represented.get(represent);
      if (!representations) represented.set(represent, (representations = compute(entities)));
      return representations;
    };
    this.#known.set(key, represent);
    return represent;
  }
}

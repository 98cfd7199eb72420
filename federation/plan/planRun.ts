import { CooperativeScheduler } from '../../lib/cooperativeScheduler.js';
import { answerTooLarge, ObjectBudget } from '../../lib/objectBudget.js';
import type { DataObject, DataPath } from '../execution/dataObject.js';
import type { Observations } from '../execution/observations.js';
import type { ObjectShape } from '../execution/responseShape.js';
import type { VariableValues } from '../execution/variables.js';
import type { FetchContext } from '../supergraph/dataSource.js';
import type { Supergraph } from '../supergraph/supergraph.js';
import type { DataPlaces } from './dataPlaces.js';
import type { PlanGraph } from './fetchSelection.js';
import type {
  Represent,
  Representations,
  RepresentedData,
  SharedRepresentations,
} from './representations.js';
import type { ErrorReader, Fault } from './subgraphError.js';
import type { TouchedKeys } from './touchedKeys.js';

/** An error with its place in the data. */
export interface LocatedError {
  readonly path: DataPath;
  readonly error: Fault;
}

/** The result of a plan: the merged data of all registries, and the errors. */
export interface PlanResult {
  readonly data: DataObject;
  readonly errors: readonly LocatedError[];
  /** Objects for which a whole fetch has failed. Fields that they lack are unknown, not null. */
  readonly failures: ReadonlyMap<DataObject, readonly LocatedError[]>;
}

export interface PlanRequest {
  readonly supergraph: Pick<Supergraph, 'dataSources'>;
  readonly variables: VariableValues;
  readonly context: FetchContext;
  /** Records which entities the answers are about. */
  readonly observations: Observations;
  readonly readError: ErrorReader;
}

/** What the steps of a plan are compiled from. */
export interface PlanContext extends PlanGraph {
  readonly touched: TouchedKeys;
  /** Keys of objects that representations copy in part. */
  readonly required: ReadonlySet<string>;
  readonly shape: ObjectShape;
  readonly representations: SharedRepresentations;
}

/** A compiled step of a plan, which can run any number of times. */
export type Step = (run: PlanRun) => Promise<void>;

/** One execution of a plan. */
export class PlanRun implements PlanResult, RepresentedData {
  readonly data = Object.create(null) as DataObject;
  readonly errors: LocatedError[] = [];
  readonly failures = new Map<DataObject, LocatedError[]>();
  readonly budget = new ObjectBudget();
  /** Subgraphs in this process answer without a pause, so long plans must yield between fetches. */
  readonly scheduler = new CooperativeScheduler(performance.now());
  /** Representations of the current data. Cleared when anything is merged into the data. */
  readonly represented = new Map<Represent, Representations>();

  constructor(readonly request: PlanRequest) {}

  /** @throws PolkuError OPERATION_TOO_LARGE where the answer would be */
  objectsAt(places: DataPlaces): DataObject[] {
    const objects = places.objects(this.data);
    if (!this.budget.spend(objects.length)) throw answerTooLarge();
    return objects;
  }

  locate(path: DataPath, error: Fault): void {
    this.errors.push({ path, error });
  }

  /** Records that a fetch returned nothing for these objects. */
  fail(objects: readonly DataObject[], error: Fault, places: DataPlaces): void {
    const failure = { path: places.paths(this.data)[0] ?? [], error };
    for (const object of objects) {
      const known = this.failures.get(object);
      if (known) known.push(failure);
      else this.failures.set(object, [failure]);
    }
  }
}

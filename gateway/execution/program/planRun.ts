import { answerTooLarge, ObjectBudget } from '../../../schema/objectBudget.js';
import { Turns } from '../../../schema/turns.js';
import type { FetchContext } from '../../supergraph/fetchContext.js';
import type { Supergraph } from '../../supergraph/supergraph.js';
import type { DataObject, DataPath } from '../dataObject.js';
import type { Disclosure } from '../disclosure.js';
import type { VariableValues } from '../unsealVariables.js';
import type { DataPlaces } from './dataPlaces.js';
import type { Represent } from './sharedRepresentations.js';
import type { Representations } from './representations.js';
import type { ErrorReader, Fault } from './subgraphError.js';

/** An error with its place in the data. */
export interface LocatedError {
  readonly path: DataPath;
  readonly error: Fault;
}

/** What a plan has brought: the data of all registries, merged, and what is missing of it. */
export interface PlanResult {
  readonly data: DataObject;
  readonly errors: readonly LocatedError[];
  /** Objects that a whole fetch has failed: the fields of it that they lack are not null, but unknown. */
  readonly failures: ReadonlyMap<DataObject, readonly LocatedError[]>;
}

export interface PlanRequest {
  readonly supergraph: Pick<Supergraph, 'dataSources'>;
  readonly variables: VariableValues;
  readonly context: FetchContext;
  /** Told whom the answers are about. */
  readonly disclosure: Disclosure;
  readonly readError: ErrorReader;
}

/** One execution of a plan. */
export class PlanRun implements PlanResult {
  readonly data = Object.create(null) as DataObject;
  readonly errors: LocatedError[] = [];
  readonly failures = new Map<DataObject, LocatedError[]>();
  readonly budget = new ObjectBudget();
  /** Subgraphs of this process answer without a pause, one fetch after the other. */
  readonly turns = new Turns(performance.now());
  /** What has been represented of the data as it is; void as soon as anything is merged into it. */
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

  /** A fetch has brought nothing for these objects. */
  fail(objects: readonly DataObject[], error: Fault, places: DataPlaces): void {
    const failure = { path: places.paths(this.data)[0] ?? [], error };
    for (const object of objects) {
      const known = this.failures.get(object);
      if (known) known.push(failure);
      else this.failures.set(object, [failure]);
    }
  }
}

import type { FetchNode, PlanNode, QueryPlan } from '@apollo/query-planner';
import { isObjectType } from 'graphql';
import { answerTooLarge, ObjectBudget } from '../../schema/objectBudget.js';
import type { PolkuError } from '../../schema/polkuError.js';
import type { FetchContext } from '../supergraph/fetchContext.js';
import type { Supergraph } from '../supergraph/supergraph.js';
import {
  copyOf,
  type DataObject,
  type DataPath,
  isDataObject,
  mergeInto,
  own,
  visitPath,
} from './dataObject.js';
import type { Disclosure } from './disclosure.js';
import { readFeeds } from './feeds.js';
import { representationsOf } from './representations.js';
import { rewrite } from './rewrites.js';
import { sendFetch } from './sendFetch.js';
import { registryFailed } from './subgraphError.js';
import type { VariableValues } from './unsealVariables.js';

/** An error with its place in the data. */
export interface LocatedError {
  readonly path: DataPath;
  readonly error: PolkuError;
}

/** What a plan has brought: the data of all registries, merged, and what is missing of it. */
export interface PlanResult {
  readonly data: DataObject;
  readonly errors: readonly LocatedError[];
  /** Objects that a whole fetch has failed: the fields of it that they lack are not null, but unknown. */
  readonly failures: ReadonlyMap<DataObject, readonly LocatedError[]>;
}

interface PlanRequest {
  readonly supergraph: Supergraph;
  readonly variables: VariableValues;
  readonly context: FetchContext;
  /** Told whom the answers are about. */
  readonly disclosure: Disclosure;
}

/**
 * Executes a query plan. What registries do wrong ends in the result; an aborted request is thrown.
 * @throws PolkuError OPERATION_TOO_LARGE where the answer would be
 */
export async function interpret(plan: QueryPlan, request: PlanRequest): Promise<PlanResult> {
  const interpreter = new Interpreter(request);
  if (plan.node && plan.node.kind !== 'Subscription') await interpreter.run(plan.node, []);
  return interpreter.result;
}

class Interpreter {
  readonly #data = Object.create(null) as DataObject;
  readonly #errors: LocatedError[] = [];
  readonly #failures = new Map<DataObject, LocatedError[]>();
  readonly #request: PlanRequest;
  readonly #budget = new ObjectBudget();

  constructor(request: PlanRequest) {
    this.#request = request;
  }

  get result(): PlanResult {
    return { data: this.#data, errors: this.#errors, failures: this.#failures };
  }

  /** @param path where in the data the node works: a pattern, with `@` for each item of a list */
  async run(node: PlanNode, path: DataPath): Promise<void> {
    switch (node.kind) {
      case 'Sequence':
        for (const child of node.nodes) await this.run(child, path);
        return;
      case 'Parallel':
        await Promise.all(node.nodes.map((child) => this.run(child, path)));
        return;
      case 'Flatten':
        return this.run(node.node, [...path, ...node.path]);
      case 'Condition': {
        const branch = this.#request.variables[node.condition] === true ? node.ifClause : node.elseClause;
        return branch && this.run(branch, path);
      }
      case 'Fetch':
        return node.requires ? this.#fetchEntities(node, path) : this.#fetchFields(node, path);
      case 'Defer':
        throw new TypeError('Plans are made without @defer.');
    }
  }

  async #fetchFields(node: FetchNode, path: DataPath): Promise<void> {
    const objects = this.#objectsAt(path);
    if (objects.length === 0) return;
    const { data, errors } = await sendFetch(node, this.#variablesOf(node), this.#request);
    for (const fault of errors) {
      if (!fault.path) this.#fail(objects, fault.error, path);
      else for (const place of this.#placesOf(path)) this.#locate([...place, ...fault.path], fault.error);
    }
    if (!data) return;
    this.#request.disclosure.fetched(node.serviceName);
    rewrite(data, node.outputRewrites, this.#request.supergraph.schema);
    this.#mergeCopies(objects, data);
  }

  async #fetchEntities(node: FetchNode, path: DataPath): Promise<void> {
    const { schema } = this.#request.supergraph;
    const objects = this.#objectsAt(path);
    const { values, entities } = representationsOf(objects, node.requires!, schema, (representation) =>
      rewrite(representation, node.inputRewrites, schema),
    );
    if (values.length === 0) return;
    const variables = { ...this.#variablesOf(node), representations: values };
    const { data, errors } = await sendFetch(node, variables, this.#request);
    const represented = entities.flat().map((index) => objects[index]!);
    const places = errors.length > 0 ? this.#placesOf(path) : [];
    for (const { path: [, position, ...rest] = [], error } of errors) {
      const failed = typeof position === 'number' ? entities[position] : undefined;
      if (!failed) this.#fail(represented, error, path);
      else for (const index of failed) this.#locate([...places[index]!, ...rest], error);
    }
    if (data) this.#request.disclosure.fetched(node.serviceName);
    const received = data && own(data, '_entities');
    if (!Array.isArray(received) || received.length !== values.length) {
      if (errors.length === 0) this.#fail(represented, registryFailed(node.serviceName), path);
      return;
    }
    received.forEach((entity, position) => {
      if (!isDataObject(entity)) return;
      this.#request.disclosure.fed(values[position]!, schema);
      const targets = entities[position]!.map((index) => objects[index]!);
      // A subgraph that knows an entity by its interface only must not take the name of its type from it.
      const isNamed = isObjectType(schema.getType(String(own(entity, '__typename'))));
      if (!isNamed) entity['__typename'] = own(targets[0]!, '__typename');
      rewrite(entity, node.outputRewrites, schema);
      readFeeds(entity, schema);
      if (!isNamed) delete entity['__typename'];
      this.#mergeCopies(targets, entity);
    });
  }

  #variablesOf(node: FetchNode): Record<string, unknown> {
    const { variables } = this.#request;
    const used = (node.variableUsages ?? []).filter((name) => variables[name] !== undefined);
    return Object.fromEntries(used.map((name) => [name, variables[name]]));
  }

  #objectsAt(path: DataPath): DataObject[] {
    const objects: DataObject[] = [];
    visitPath(this.#data, path, (object) => objects.push(object));
    if (!this.#budget.spend(objects.length)) throw answerTooLarge();
    return objects;
  }

  /** Where the objects at a path lie; worked out when something fails. */
  #placesOf(path: DataPath): DataPath[] {
    const places: DataPath[] = [];
    visitPath(this.#data, path, (_, place) => places.push([...place]));
    return places;
  }

  #locate(path: DataPath, error: PolkuError): void {
    this.#errors.push({ path, error });
  }

  /** A fetch has brought nothing for these objects. */
  #fail(objects: readonly DataObject[], error: PolkuError, path: DataPath): void {
    const failure = { path: this.#placesOf(path)[0] ?? [], error };
    for (const object of objects) {
      const known = this.#failures.get(object);
      if (known) known.push(failure);
      else this.#failures.set(object, [failure]);
    }
  }

  /** The first takes the object itself, the others copies: what is merged into one later must not show in another. */
  #mergeCopies(targets: readonly DataObject[], source: DataObject): void {
    const copies = targets.map((_, index) =>
      index === 0 ? source : (copyOf(source, this.#budget) as DataObject),
    );
    targets.forEach((target, index) => mergeInto(target, copies[index]!));
  }
}

import type { FetchNode, QueryPlanSelectionNode } from '@apollo/query-planner';
import { type DataObject, isDataObject, mergeInto, ownReader } from '../execution/dataObject.js';
import type { EntityRepresentations } from '../supergraph/dataSource.js';
import { isHandedOver, isSubTypeName, type PlacedFetch, type PlanGraph, rewrite } from './fetchSelection.js';

/** The distinct representations of a fetch of entities. */
export interface Representations extends EntityRepresentations {
  readonly values: readonly DataObject[];
  /** The index of the first entity that each value represents. */
  readonly firsts: readonly number[];
  /** The index of the value that represents each entity; -1 where none does. */
  readonly positions: readonly number[];
}

const readTypename = ownReader('__typename');

/** Copies the required fields of an object; returns undefined where one is missing. */
type Select = (source: DataObject) => DataObject | undefined;

/**
 * Compiles the representation of entities in a fetch. Equal representations are sent once. An entity that
 * lacks a required field is left out, as if it was not found. Where a handed-over value did not arrive, null
 * is sent, so that the subgraph answers without it.
 */
function representer(
  requires: readonly QueryPlanSelectionNode[],
  { inputRewrites }: FetchNode,
  graph: PlanGraph,
): (entities: readonly DataObject[]) => Representations {
  const select = selector(requires, graph);
  const sole = soleKey(requires);
  return (all) => {
    const values: DataObject[] = [];
    const firsts: number[] = [];
    const positions: number[] = [];
    const known = new Map<unknown, Map<unknown, number>>();
    const handedOver: HandedOver = { is: graph.types.handedOver?.is ?? (() => false), known: new Map() };
    for (const entity of all) {
      const value = select(entity);
      const typename = value?.['__typename'];
      if (typename === undefined) {
        positions.push(-1);
        continue;
      }
      if (inputRewrites) rewrite(value, inputRewrites, graph.schema);
      const key = sole === undefined ? undefined : value![sole];
      const identity =
        typeof key === 'string' || typeof key === 'number' ? key : identityOf(value, handedOver);
      let ofType = known.get(typename);
      if (!ofType) known.set(typename, (ofType = new Map()));
      let position = ofType.get(identity);
      if (position === undefined) {
        position = values.length;
        ofType.set(identity, position);
        values.push(value!);
        firsts.push(positions.length);
      }
      positions.push(position);
    }
    let json: string | undefined;
    return { values, firsts, positions, json: () => (json ??= JSON.stringify(values)) };
  };
}

/** Returns the only field that represents all entities of a fetch, if there is just one. */
function soleKey(requires: readonly QueryPlanSelectionNode[]): string | undefined {
  const keys = requires.flatMap(({ selections = [] }) =>
    selections.map((field) =>
      field.kind === 'Field' && !field.selections ? (field.alias ?? field.name) : '',
    ),
  );
  const distinct = new Set(keys);
  distinct.delete('__typename');
  const [sole] = distinct;
  return distinct.size === 1 && sole !== '' ? sole : undefined;
}

/** Compiles a selector for each type, when its first object arrives. */
function selector(selections: readonly QueryPlanSelectionNode[], graph: PlanGraph): Select {
  const compiled = new Map<unknown, Select>();
  return (source) => {
    const typename = readTypename(source);
    let select = compiled.get(typename);
    if (!select) {
      select = compile(selections, typename, graph);
      // The schema bounds the number of types. Unknown type names are unbounded, so they are not cached.
      if (typename === undefined || graph.schema.getType(String(typename))) compiled.set(typename, select);
    }
    return select(source);
  };
}

function compile(selections: readonly QueryPlanSelectionNode[], typename: unknown, graph: PlanGraph): Select {
  const fields: ((source: DataObject, result: DataObject) => boolean)[] = [];
  const parts: Select[] = [];
  for (const selection of selections) {
    if (selection.kind === 'Field') fields.push(compileField(selection, typename, graph));
    else if (
      typeof typename === 'string' &&
      isSubTypeName(typename, selection.typeCondition ?? typename, graph.schema)
    )
      parts.push(compile(selection.selections, typename, graph));
  }
  if (fields.length === 0 && parts.length === 1) return parts[0]!;
  return (source) => {
    const result: DataObject = {};
    for (const field of fields) if (!field(source, result)) return undefined;
    for (const part of parts) {
      const selected = part(source);
      if (selected) mergeInto(result, selected);
    }
    return result;
  };
}

function compileField(
  { alias, name, selections }: QueryPlanSelectionNode & { kind: 'Field' },
  typename: unknown,
  graph: PlanGraph,
): (source: DataObject, result: DataObject) => boolean {
  const key = alias ?? name;
  const read = ownReader(key);
  const ifMissing = isHandedOver(String(typename), name, graph) ? null : undefined;
  const select = selections && selector(selections, graph);
  return (source, result) => {
    const found = read(source);
    const value = found === undefined ? ifMissing : found;
    if (value === undefined) return false;
    result[key] = select ? selectValue(value, select) : value;
    return true;
  };
}

function selectValue(value: unknown, select: Select): unknown {
  if (Array.isArray(value)) return value.map((item) => selectValue(item, select));
  return isDataObject(value) ? (select(value) ?? null) : null;
}

/** Numbers the values of one fetch that are handed over by reference. */
interface HandedOver {
  readonly is: (value: unknown) => boolean;
  readonly known: Map<object, number>;
}

/**
 * Writes a representation as text: equal representations have equal texts. Handed-over values may be large,
 * so the text has their number instead. Each string is prefixed with its length, so that its end is
 * unambiguous.
 */
function identityOf(value: unknown, handedOver: HandedOver): string {
  if (typeof value === 'string') return `"${value.length}:${value}`;
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return `[${value.map((item) => identityOf(item, handedOver)).join()}]`;
  if (handedOver.is(value)) {
    const number = handedOver.known.get(value) ?? handedOver.known.size;
    handedOver.known.set(value, number);
    return `#${number}`;
  }
  if (!isDataObject(value)) return JSON.stringify(value);
  let identity = '{';
  for (const key in value) identity += `${key}:${identityOf(value[key], handedOver)},`;
  return `${identity}}`;
}

/** Representations of the current data. */
export interface RepresentedData {
  readonly represented: Map<Represent, Representations>;
}

/** Represents the entities at the place of a fetch. */
export type Represent = (data: RepresentedData, entities: readonly DataObject[]) => Representations;

/**
 * The representers of one plan. Parallel fetches that require the same fields of the same entities share
 * representations.
 */
export class SharedRepresentations {
  readonly #known = new Map<string, Represent>();

  constructor(private readonly graph: PlanGraph) {}

  of({ node, path }: PlacedFetch, requires: readonly QueryPlanSelectionNode[]): Represent {
    const key = JSON.stringify([path, requires, node.inputRewrites]);
    const known = this.#known.get(key);
    if (known) return known;
    const compute = representer(requires, node, this.graph);
    const represent: Represent = ({ represented }, entities) => {
      let representations = represented.get(represent);
      if (!representations) represented.set(represent, (representations = compute(entities)));
      return representations;
    };
    this.#known.set(key, represent);
    return represent;
  }
}

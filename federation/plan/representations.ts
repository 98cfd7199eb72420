import { type DataObject, isDataObject, ownReader } from '../execution/dataObject.js';
import type {
  FetchNode,
  FetchPlace,
  RepresentedEntity,
  RepresentedField,
  RepresentedObjects,
} from '../planning/queryPlan.js';
import type { EntityRepresentations } from '../supergraph/dataSource.js';
import { type DataPlaces, dataPlaces } from './dataPlaces.js';
import { isHandedOver, type PlanGraph } from './fetchSelection.js';

/** The distinct representations of a fetch of entities. */
export interface Representations extends EntityRepresentations {
  readonly values: readonly DataObject[];
  /** The objects at the places of the fetch. */
  readonly objects: readonly DataObject[];
  /** The index of the first object that each value represents. */
  readonly firsts: readonly number[];
  /** The index of the value that represents each object; -1 where none does. */
  readonly positions: readonly number[];
}

const readTypename = ownReader('__typename');

/** Copies the required fields of an object; returns undefined where one is missing. */
type Select = (source: DataObject) => DataObject | undefined;

/** Represents the entities of a fetch. */
export type Represent = (run: RepresentedData) => Representations;

/**
 * Compiles the representation of entities in a fetch. Equal representations are sent once. An entity that
 * lacks a required field is left out, as if it was not found. Where a handed-over value did not arrive, null
 * is sent, so that the subgraph answers without it.
 */
function representer(places: readonly FetchPlace[], graph: PlanGraph): Represent {
  const compiled = places.map((place) => ({
    at: dataPlaces(place.path),
    select: entitySelector(place.entities, graph),
  }));
  const sole = soleKey(places);
  return (run) => {
    const values: DataObject[] = [];
    const objects: DataObject[] = [];
    const firsts: number[] = [];
    const positions: number[] = [];
    const known = new Map<unknown, Map<unknown, number>>();
    const handedOver: HandedOver = { is: graph.types.handedOver?.is ?? (() => false), known: new Map() };
    for (const { at, select } of compiled) {
      for (const object of run.objectsAt(at)) {
        objects.push(object);
        const value = select(object);
        if (value === undefined) {
          positions.push(-1);
          continue;
        }
        const typename = value['__typename'];
        const key = sole === undefined ? undefined : value[sole];
        const identity =
          typeof key === 'string' || typeof key === 'number' ? key : identityOf(value, handedOver);
        let ofType = known.get(typename);
        if (!ofType) known.set(typename, (ofType = new Map()));
        let position = ofType.get(identity);
        if (position === undefined) {
          position = values.length;
          ofType.set(identity, position);
          values.push(value);
          firsts.push(positions.length);
        }
        positions.push(position);
      }
    }
    let json: string | undefined;
    return { values, objects, firsts, positions, json: () => (json ??= JSON.stringify(values)) };
  };
}

/** Returns the only field that represents all entities of a fetch, if there is just one. */
function soleKey(places: readonly FetchPlace[]): string | undefined {
  const names = new Set<string | undefined>();
  for (const { entities } of places)
    for (const { fields } of entities)
      for (const { name, objects } of fields) names.add(objects ? undefined : name);
  const [sole] = names;
  return names.size === 1 ? sole : undefined;
}

/** Represents the objects at one place, each by its type. */
function entitySelector(entities: readonly RepresentedEntity[], graph: PlanGraph): Select {
  const byType = new Map<unknown, Select>();
  let ofAny: Select | undefined;
  for (const entity of entities) {
    const { type, isOnly, typename, fields } = entity;
    const select = fieldsSelector(fields, typename, graph);
    const represent: Select = (source) => {
      const value: DataObject = { __typename: typename };
      return select(source, value) ? value : undefined;
    };
    if (type === undefined || isOnly) ofAny = represent;
    else byType.set(type, represent);
  }
  if (byType.size === 0) return ofAny!;
  return (source) => (byType.get(readTypename(source)) ?? ofAny)?.(source);
}

/** Copies fields from one object into another; returns false where one is missing. */
type Copy = (source: DataObject, target: DataObject) => boolean;

function fieldsSelector(fields: readonly RepresentedField[], typename: string, graph: PlanGraph): Copy {
  const copies = fields.map((field) => compileField(field, typename, graph));
  return (source, target) => {
    for (const copy of copies) if (!copy(source, target)) return false;
    return true;
  };
}

function compileField({ key, name, objects }: RepresentedField, typename: string, graph: PlanGraph): Copy {
  const read = ownReader(key);
  const ifMissing = isHandedOver(typename, name, graph) ? null : undefined;
  const select = objects && objectSelector(objects, graph);
  return (source, target) => {
    const found = read(source);
    const value = found === undefined ? ifMissing : found;
    if (value === undefined) return false;
    target[name] = select ? selectValue(value, select) : value;
    return true;
  };
}

/** Copies the required fields of objects below an entity, with their type names where types differ. */
function objectSelector(objects: RepresentedObjects, graph: PlanGraph): Select {
  const copies = new Map(
    objects.map(({ type, fields }) => [type as unknown, fieldsSelector(fields, type ?? '', graph)]),
  );
  const ofAny = copies.get(undefined);
  if (copies.size === 1 && ofAny)
    return (source) => {
      const result: DataObject = {};
      return ofAny(source, result) ? result : undefined;
    };
  return (source) => {
    const typename = readTypename(source);
    const result: DataObject = typename === undefined ? {} : { __typename: typename };
    if (ofAny?.(source, result) === false) return undefined;
    return copies.get(typename ?? null)?.(source, result) === false ? undefined : result;
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
  objectsAt(places: DataPlaces): readonly DataObject[];
}

/**
 * The representers of one plan. Parallel fetches that require the same fields of the same entities share
 * representations.
 */
export class SharedRepresentations {
  readonly #known = new Map<string, Represent>();

  constructor(private readonly graph: PlanGraph) {}

  of({ places }: FetchNode): Represent {
    const key = JSON.stringify(places);
    const known = this.#known.get(key);
    if (known) return known;
    const compute = representer(places, this.graph);
    const represent: Represent = (run) => {
      let representations = run.represented.get(represent);
      if (!representations) run.represented.set(represent, (representations = compute(run)));
      return representations;
    };
    this.#known.set(key, represent);
    return represent;
  }
}

import { type FieldNode, GraphQLError, type GraphQLObjectType } from 'graphql';
import { CooperativeScheduler } from '../../lib/cooperativeScheduler.js';
import { PolkuError } from '../../lib/errors.js';
import { answerTooLarge, ObjectBudget } from '../../lib/objectBudget.js';
import type { EntityKey, EntityTypes, IdCodec } from '../hooks.js';
import { ClosedText } from '../plan/closedFields.js';
import type { LocatedError } from '../plan/planRun.js';
import type { Fault } from '../plan/subgraphError.js';
import { type DataObject, type DataPath, isDataObject, own } from './dataObject.js';
import type { Observations } from './observations.js';
import type { FieldShape, ObjectShape, TypeShape, ValueShape } from './responseShape.js';

interface ProjectionInput {
  readonly data: DataObject;
  readonly failures: ReadonlyMap<DataObject, readonly LocatedError[]>;
  /** Errors that are known already; a null that one of them explains is no error of its own. */
  readonly errors: readonly GraphQLError[];
  readonly types: EntityTypes;
  readonly ids: IdCodec;
  /** Learns of each observed entity that the response has a value or the id of. */
  readonly observations: Observations;
  /** Answers `__schema` and `__type`. */
  introspect(nodes: readonly FieldNode[]): unknown;
}

interface Projection {
  readonly data: DataObject | null;
  /** Those known before and those found here. */
  readonly errors: readonly GraphQLError[];
  /** Failures that no error tells of yet, for nothing that the client asked for is missing by them. */
  readonly untold: ReadonlySet<LocatedError>;
}

/** Stands for a value that is not there where null may not stand; it makes the nearest nullable value above it null. */
const NOTHING = Symbol('nothing');

/** A key that has been written into the response and must be sealed before it leaves. */
interface Slot {
  readonly container: Record<string | number, unknown>;
  readonly at: string | number;
  readonly scalar: string;
}

/**
 * Writes the response: what was asked, in the order and by the names of the client, of the types that the schema promises,
 * and every key sealed (CompleteValue and null propagation by GraphQL §6.4). Root fields are written in turns with the rest
 * of the process.
 * @throws PolkuError OPERATION_TOO_LARGE
 */
export async function project(shape: ObjectShape, input: ProjectionInput): Promise<Projection> {
  const projector = new Projector(input);
  const data = await projector.root(shape);
  projector.seal();
  return { data, errors: projector.errors, untold: projector.untold };
}

class Projector {
  readonly errors: GraphQLError[];
  readonly untold: Set<LocatedError>;
  readonly #input: ProjectionInput;
  /** The way to the value at hand; what is deeper than it stays from values before and means nothing. */
  readonly #path: (string | number)[] = [];
  readonly #slots: Slot[] = [];
  /** Of what is written: aliases write the same data again. */
  readonly #budget = new ObjectBudget();

  constructor(input: ProjectionInput) {
    this.#input = input;
    this.errors = [...input.errors];
    this.untold = new Set([...input.failures.values()].flat());
  }

  async root(shape: ObjectShape): Promise<DataObject | null> {
    const scheduler = new CooperativeScheduler();
    const { data } = this.#input;
    const typeShape = shape.as(shape.type as GraphQLObjectType);
    const result = emptyObject(typeShape);
    for (const field of typeShape.fields) {
      if (scheduler.shouldYield) await scheduler.yield();
      if (this.#write(result, field, data, typeShape, 0) === NOTHING) return null;
    }
    return result;
  }

  /** Seals all keys of the response in one batch. */
  seal(): void {
    if (this.#slots.length === 0) return;
    const { types, ids: codec, observations } = this.#input;
    const requests = this.#slots.map(({ container, at, scalar }) => ({ scalar, key: container[at] }));
    for (const { scalar, key } of requests)
      if (scalar === types.observed?.scalar) observations.entities.add(key as EntityKey);
    const ids = codec.sealAll(requests);
    this.#slots.forEach(({ container, at }, index) => (container[at] = ids[index]));
  }

  /** @param depth how long the path is to the object, as below to any value */
  #object(value: DataObject, shape: ObjectShape, depth: number): unknown {
    const type = shape.runtimeType(own(value, '__typename'));
    if (!type) return this.#invalid('The object is of no type that it can have here.', depth);
    const typeShape = shape.as(type);
    if (!this.#budget.spend(1)) throw answerTooLarge();
    const result = emptyObject(typeShape);
    let tells = false;
    for (const field of typeShape.fields) {
      const completed = this.#write(result, field, value, typeShape, depth);
      if (completed === NOTHING) return NOTHING;
      // That somebody is there is told by __typename, too.
      tells ||= completed !== null && field.kind !== 'introspection';
    }
    if (tells) this.#noteEntity(value, typeShape.entityPath);
    return result;
  }

  /** Writes one field of an object; returns what was written. */
  #write(
    result: DataObject,
    field: FieldShape,
    value: DataObject,
    typeShape: TypeShape,
    depth: number,
  ): unknown {
    const { responseKey } = field;
    this.#path[depth] = responseKey;
    const completed = this.#field(value, field, typeShape, depth + 1);
    if (completed === NOTHING) return NOTHING;
    result[responseKey] = completed;
    if (field.kind === 'value') this.#noteKey(result, responseKey, field.value);
    return completed;
  }

  #noteEntity(object: DataObject, path: readonly string[] | undefined): void {
    const { types, observations } = this.#input;
    if (!path || !types.observed) return;
    const key = path.reduce<unknown>(
      (value, name) => (isDataObject(value) ? own(value, name) : undefined),
      object,
    );
    if (types.isKey(types.observed.scalar, key)) observations.entities.add(key as EntityKey);
  }

  #field(object: DataObject, field: FieldShape, { typename }: TypeShape, depth: number): unknown {
    if (field.kind === 'typename')
      return typename ?? this.#invalid('The object does not tell its type.', depth);
    if (field.kind === 'introspection') return this.#input.introspect(field.nodes);
    const value = field.read(object);
    if (value === undefined) this.#tellFailures(object, depth);
    return this.#value(value, field.value, depth);
  }

  #value(value: unknown, shape: ValueShape, depth: number): unknown {
    if (value === null || value === undefined) {
      if (!shape.nonNull) return null;
      if (!this.#isExplained(depth)) this.#invalid('The value is missing, and may not be null.', depth);
      return NOTHING;
    }
    const completed = this.#complete(value, shape, depth);
    return completed === NOTHING && !shape.nonNull ? null : completed;
  }

  #complete(value: unknown, shape: ValueShape, depth: number): unknown {
    // Only where this very shape was asked of a subgraph is its text closed.
    if (value instanceof ClosedText) return value;
    switch (shape.kind) {
      case 'leaf':
        return shape.read(value) ?? this.#invalid('The value is not of its type.', depth);
      case 'key':
        return this.#input.types.isKey(shape.scalar, value)
          ? value
          : this.#invalid('The value is no key.', depth);
      case 'list':
        return Array.isArray(value)
          ? this.#list(value, shape.item, depth)
          : this.#invalid('The value is not a list.', depth);
      case 'object':
        return isDataObject(value)
          ? this.#object(value, shape.object, depth)
          : this.#invalid('The value is not an object.', depth);
    }
  }

  #list(items: readonly unknown[], shape: ValueShape, depth: number): unknown {
    const result: unknown[] = [];
    let whole = true;
    for (let index = 0; index < items.length; index++) {
      this.#path[depth] = index;
      const completed = this.#value(items[index], shape, depth + 1);
      if (completed === NOTHING) whole = false;
      else {
        result[index] = completed;
        this.#noteKey(result as unknown as Slot['container'], index, shape);
      }
    }
    return whole ? result : NOTHING;
  }

  /** Remembers what has just been written if it is a key. */
  #noteKey(container: Slot['container'], at: string | number, shape: ValueShape): void {
    if (shape.kind === 'key' && container[at] !== null)
      this.#slots.push({ container, at, scalar: shape.scalar });
  }

  /** A field is missing: if fetches of its object failed, that is why. */
  #tellFailures(object: DataObject, depth: number): void {
    for (const failure of this.#input.failures.get(object) ?? []) {
      this.errors.push(locatedError(failure.error, this.#path.slice(0, depth)));
      this.untold.delete(failure);
    }
  }

  /** The message names no type: a hidden one may be behind an interface. The path tells the place. */
  #invalid(message: string, depth: number): typeof NOTHING {
    this.errors.push(
      locatedError(new PolkuError('INTERNAL_SERVER_ERROR', message), this.#path.slice(0, depth)),
    );
    return NOTHING;
  }

  /** Whether an error at this place, above it or below it tells already why there is nothing. */
  #isExplained(depth: number): boolean {
    const place = this.#path.slice(0, depth);
    return this.errors.some(({ path }) => path !== undefined && overlap(path, place));
  }
}

/** Without a prototype where a key is called as one would be set. */
function emptyObject({ hasPrototypeKey }: TypeShape): DataObject {
  return hasPrototypeKey ? (Object.create(null) as DataObject) : {};
}

function overlap(one: DataPath, other: DataPath): boolean {
  const [short, long] = one.length < other.length ? [one, other] : [other, one];
  return short.every((key, index) => key === long[index]);
}

/** An error of the response. The original one goes with it for the log and never into the response. */
export function locatedError(error: Fault, path: DataPath): GraphQLError {
  return new GraphQLError(error.message, {
    originalError: error,
    ...(path.length > 0 && { path }),
    extensions: { ...error.extensions, code: error.code },
  });
}

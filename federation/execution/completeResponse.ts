import { type FieldNode, GraphQLError, type GraphQLObjectType } from 'graphql';
import { CooperativeScheduler } from '../../lib/cooperativeScheduler.js';
import { PolkuError } from '../../lib/errors.js';
import { answerTooLarge, ObjectBudget } from '../../lib/objectBudget.js';
import type { EntityKey, EntityTypes, IdCodec } from '../hooks.js';
import { RawJson } from '../plan/rawFields.js';
import type { LocatedError } from '../plan/planRun.js';
import type { Fault } from '../plan/subgraphError.js';
import { type DataObject, type DataPath, isDataObject, own } from './dataObject.js';
import type { Observations } from './observations.js';
import type { FieldShape, ObjectShape, TypeShape, ValueShape } from './responseShape.js';

interface CompletionInput {
  readonly data: DataObject;
  readonly failures: ReadonlyMap<DataObject, readonly LocatedError[]>;
  /** Errors that are known already. A null that one of them explains adds no error. */
  readonly errors: readonly GraphQLError[];
  readonly types: EntityTypes;
  readonly ids: IdCodec;
  /** Records each observed entity with a value or an id in the response. */
  readonly observations: Observations;
  /** Resolves `__schema` and `__type`. */
  introspect(nodes: readonly FieldNode[]): unknown;
}

interface CompletedResponse {
  readonly data: DataObject | null;
  /** The earlier errors and those found here. */
  readonly errors: readonly GraphQLError[];
  /** Failures that no error reports yet, because they leave no requested field empty. */
  readonly unreported: ReadonlySet<LocatedError>;
}

/** Marks a missing value where null is not allowed. It makes the nearest nullable parent null. */
const NO_VALUE = Symbol('no value');

/** A key in the response that must be sealed before the response is sent. */
interface Slot {
  readonly container: Record<string | number, unknown>;
  readonly at: string | number;
  readonly scalar: string;
}

/**
 * Completes the response (CompleteValue and null propagation, GraphQL §6.4). It has the requested fields, in
 * the order and under the names of the client, with the types of the schema, and every key is sealed. Yields
 * to other work between root fields.
 * @throws PolkuError OPERATION_TOO_LARGE
 */
export async function completeResponse(
  shape: ObjectShape,
  input: CompletionInput,
): Promise<CompletedResponse> {
  const completer = new ResponseCompleter(input);
  const data = await completer.root(shape);
  completer.seal();
  return { data, errors: completer.errors, unreported: completer.unreported };
}

class ResponseCompleter {
  readonly errors: GraphQLError[];
  readonly unreported: Set<LocatedError>;
  readonly #input: CompletionInput;
  /** The path to the current value. Entries beyond the current depth are left over from earlier values. */
  readonly #path: (string | number)[] = [];
  readonly #slots: Slot[] = [];
  /** Counts written objects: aliases write the same data more than once. */
  readonly #budget = new ObjectBudget();

  constructor(input: CompletionInput) {
    this.#input = input;
    this.errors = [...input.errors];
    this.unreported = new Set([...input.failures.values()].flat());
  }

  async root(shape: ObjectShape): Promise<DataObject | null> {
    const scheduler = new CooperativeScheduler();
    const { data } = this.#input;
    const typeShape = shape.as(shape.type as GraphQLObjectType);
    const result = emptyObject(typeShape);
    for (const field of typeShape.fields) {
      if (scheduler.shouldYield) await scheduler.yield();
      if (this.#write(result, field, data, typeShape, 0) === NO_VALUE) return null;
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

  /**
   * @param depth the length of the path to the object; other methods have the length of the path to their
   * value
   */
  #object(value: DataObject, shape: ObjectShape, depth: number): unknown {
    const type = shape.runtimeType(own(value, '__typename'));
    if (!type) return this.#invalid('The object has a type that is not possible here.', depth);
    const typeShape = shape.as(type);
    if (!this.#budget.spend(1)) throw answerTooLarge();
    const result = emptyObject(typeShape);
    let hasValue = false;
    for (const field of typeShape.fields) {
      const completed = this.#write(result, field, value, typeShape, depth);
      if (completed === NO_VALUE) return NO_VALUE;
      // __typename counts, too: it shows that the entity exists.
      hasValue ||= completed !== null && field.kind !== 'introspection';
    }
    if (hasValue) this.#noteEntity(value, typeShape.entityPath);
    return result;
  }

  /** Writes one field of an object and returns the written value. */
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
    if (completed === NO_VALUE) return NO_VALUE;
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
      return typename ?? this.#invalid('The object does not name its type.', depth);
    if (field.kind === 'introspection') return this.#input.introspect(field.nodes);
    const value = field.read(object);
    if (value === undefined) this.#reportFailures(object, depth);
    return this.#value(value, field.value, depth);
  }

  #value(value: unknown, shape: ValueShape, depth: number): unknown {
    if (value === null || value === undefined) {
      if (!shape.nonNull) return null;
      if (!this.#isExplained(depth)) this.#invalid('The value is missing and must not be null.', depth);
      return NO_VALUE;
    }
    const completed = this.#complete(value, shape, depth);
    return completed === NO_VALUE && !shape.nonNull ? null : completed;
  }

  #complete(value: unknown, shape: ValueShape, depth: number): unknown {
    // A field is raw JSON only where a subgraph was asked for exactly this shape.
    if (value instanceof RawJson) return value;
    switch (shape.kind) {
      case 'leaf':
        return shape.read(value) ?? this.#invalid('The value is not of its type.', depth);
      case 'key':
        return this.#input.types.isKey(shape.scalar, value)
          ? value
          : this.#invalid('The value is not a key.', depth);
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
      if (completed === NO_VALUE) whole = false;
      else {
        result[index] = completed;
        this.#noteKey(result as unknown as Slot['container'], index, shape);
      }
    }
    return whole ? result : NO_VALUE;
  }

  /** Records the value just written if it is a key. */
  #noteKey(container: Slot['container'], at: string | number, shape: ValueShape): void {
    if (shape.kind === 'key' && container[at] !== null)
      this.#slots.push({ container, at, scalar: shape.scalar });
  }

  /** Reports the failed fetches of an object as the reason for a missing field. */
  #reportFailures(object: DataObject, depth: number): void {
    for (const failure of this.#input.failures.get(object) ?? []) {
      this.errors.push(locatedError(failure.error, this.#path.slice(0, depth)));
      this.unreported.delete(failure);
    }
  }

  /**
   * Reports an invalid value. The message names no type, because a hidden type may implement an interface.
   * The path shows the place.
   */
  #invalid(message: string, depth: number): typeof NO_VALUE {
    this.errors.push(
      locatedError(new PolkuError('INTERNAL_SERVER_ERROR', message), this.#path.slice(0, depth)),
    );
    return NO_VALUE;
  }

  /** Whether an error at this place, above it or below it already explains the missing value. */
  #isExplained(depth: number): boolean {
    const place = this.#path.slice(0, depth);
    return this.errors.some(({ path }) => path !== undefined && overlap(path, place));
  }
}

/** Creates an object, without a prototype where a key would set it. */
function emptyObject({ hasPrototypeKey }: TypeShape): DataObject {
  return hasPrototypeKey ? (Object.create(null) as DataObject) : {};
}

function overlap(one: DataPath, other: DataPath): boolean {
  const [short, long] = one.length < other.length ? [one, other] : [other, one];
  return short.every((key, index) => key === long[index]);
}

/** Creates an error of the response. The original error is for the log and never part of the response. */
export function locatedError(error: Fault, path: DataPath): GraphQLError {
  return new GraphQLError(error.message, {
    originalError: error,
    ...(path.length > 0 && { path }),
    extensions: { ...error.extensions, code: error.code },
  });
}

import type { FieldNode, GraphQLError } from 'graphql';
import type { PersonKey } from '../../schema/keys.js';
import { PolkuError } from '../../schema/polkuError.js';
import type { Domain } from '../pseudonyms/domain.js';
import { isKey, type Key, sealAll, type SealRequest } from '../pseudonyms/sealer.js';
import { type DataObject, type DataPath, isDataObject, own } from './dataObject.js';
import type { Disclosure } from './disclosure.js';
import { ClosedText } from './program/closedText.js';
import type { LocatedError } from './program/planRun.js';
import { locatedError } from './locatedError.js';
import type { FieldShape, ObjectShape, TypeShape, ValueShape } from './responseShape.js';

interface ProjectionInput {
  readonly data: DataObject;
  readonly failures: ReadonlyMap<DataObject, readonly LocatedError[]>;
  /** Errors that are known already; a null that one of them explains is no error of its own. */
  readonly errors: readonly GraphQLError[];
  readonly domain: Domain;
  /** Told of each person of whom the response has a value, and of each whose id is in it. */
  readonly disclosure: Disclosure;
  /** Answers `__schema` and `__type`. */
  introspect(nodes: readonly FieldNode[]): unknown;
}

export interface Projection {
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
  readonly kind: SealRequest['kind'];
}

/**
 * Writes the response: what was asked, in the order and by the names of the client, of the types that the schema promises,
 * and every key sealed (CompleteValue and null propagation by GraphQL §6.4).
 */
export function project(shape: ObjectShape, input: ProjectionInput): Projection {
  const projector = new Projector(input);
  const data = projector.root(shape);
  projector.seal();
  return { data, errors: projector.errors, untold: projector.untold };
}

class Projector {
  readonly errors: GraphQLError[];
  readonly untold: Set<LocatedError>;
  readonly #input: ProjectionInput;
  readonly #path: (string | number)[] = [];
  readonly #slots: Slot[] = [];

  constructor(input: ProjectionInput) {
    this.#input = input;
    this.errors = [...input.errors];
    this.untold = new Set([...input.failures.values()].flat());
  }

  root(shape: ObjectShape): DataObject | null {
    const data = this.#object(this.#input.data, shape);
    return data === NOTHING ? null : (data as DataObject);
  }

  /** Seals all keys of the response in one batch. */
  seal(): void {
    const requests = this.#slots.map(({ container, at, kind }) => ({ kind, key: container[at] as Key }));
    for (const { kind, key } of requests)
      if (kind === 'PersonID') this.#input.disclosure.people.add(key as PersonKey);
    const ids = sealAll(this.#input.domain, requests);
    this.#slots.forEach(({ container, at }, index) => (container[at] = ids[index]));
  }

  #object(value: DataObject, shape: ObjectShape): unknown {
    const type = shape.runtimeType(own(value, '__typename'));
    if (!type) return this.#invalid('The object is of no type that it can have here.');
    const typeShape = shape.as(type);
    // Without a prototype where a key is called as one would be set.
    const result: DataObject = typeShape.hasPrototypeKey ? (Object.create(null) as DataObject) : {};
    let tells = false;
    for (const field of typeShape.fields) {
      this.#path.push(field.responseKey);
      const completed = this.#field(value, field, typeShape);
      this.#path.pop();
      if (completed === NOTHING) return NOTHING;
      // That somebody is there is told by __typename, too.
      tells ||= completed !== null && field.kind !== 'introspection';
      this.#write(result, field.responseKey, completed, field.kind === 'value' ? field.value : undefined);
    }
    if (tells) this.#notePerson(value, typeShape.personPath);
    return result;
  }

  #notePerson(object: DataObject, path: readonly string[] | undefined): void {
    if (!path) return;
    const key = path.reduce<unknown>(
      (value, name) => (isDataObject(value) ? own(value, name) : undefined),
      object,
    );
    if (isKey('PersonID', key)) this.#input.disclosure.people.add(key as PersonKey);
  }

  #field(object: DataObject, field: FieldShape, { typename }: TypeShape): unknown {
    if (field.kind === 'typename') return typename ?? this.#invalid('The object does not tell its type.');
    if (field.kind === 'introspection') return this.#input.introspect(field.nodes);
    const value = field.read(object);
    if (value === undefined) this.#tellFailures(object);
    return this.#value(value, field.value);
  }

  #value(value: unknown, shape: ValueShape): unknown {
    let completed: unknown;
    if (value === null || value === undefined) {
      if (!shape.nonNull) return null;
      if (!this.#isExplained()) this.#invalid('The value is missing, and may not be null.');
      return NOTHING;
    }
    // Only where this very shape was asked of a subgraph is its text closed.
    if (value instanceof ClosedText) return value;
    switch (shape.kind) {
      case 'leaf':
        completed = shape.read(value) ?? this.#invalid('The value is not of its type.');
        break;
      case 'key':
        completed = isKey(shape.scalar, value) ? value : this.#invalid('The value is no key.');
        break;
      case 'list':
        completed = Array.isArray(value)
          ? this.#list(value, shape.item)
          : this.#invalid('The value is not a list.');
        break;
      case 'object':
        completed = isDataObject(value)
          ? this.#object(value, shape.object)
          : this.#invalid('The value is not an object.');
    }
    return completed === NOTHING && !shape.nonNull ? null : completed;
  }

  #list(items: readonly unknown[], shape: ValueShape): unknown {
    const result: unknown[] = [];
    let whole = true;
    items.forEach((item, index) => {
      this.#path.push(index);
      const completed = this.#value(item, shape);
      this.#path.pop();
      if (completed === NOTHING) whole = false;
      else this.#write(result as unknown as DataObject, index, completed, shape);
    });
    return whole ? result : NOTHING;
  }

  #write(
    container: Slot['container'],
    at: string | number,
    value: unknown,
    shape: ValueShape | undefined,
  ): void {
    container[at] = value;
    if (shape?.kind === 'key' && value !== null) this.#slots.push({ container, at, kind: shape.scalar });
  }

  /** A field is missing: if fetches of its object failed, that is why. */
  #tellFailures(object: DataObject): void {
    for (const failure of this.#input.failures.get(object) ?? []) {
      this.errors.push(locatedError(failure.error, [...this.#path]));
      this.untold.delete(failure);
    }
  }

  /** The message names no type: a hidden one may be behind an interface. The path tells the place. */
  #invalid(message: string): typeof NOTHING {
    this.errors.push(locatedError(new PolkuError('INTERNAL_SERVER_ERROR', message), [...this.#path]));
    return NOTHING;
  }

  /** Whether an error at this place, above it or below it tells already why there is nothing. */
  #isExplained(): boolean {
    return this.errors.some(({ path }) => path !== undefined && overlap(path, this.#path));
  }
}

function overlap(one: DataPath, other: DataPath): boolean {
  const [short, long] = one.length < other.length ? [one, other] : [other, one];
  return short.every((key, index) => key === long[index]);
}

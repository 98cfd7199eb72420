import {
  defaultTypeResolver,
  type GraphQLAbstractType,
  GraphQLError,
  type GraphQLLeafType,
  type GraphQLNullableType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  locatedError,
  type ResponsePath,
  responsePathAsArray,
} from 'graphql';
import type { ObjectProgram } from './compileObject.js';
import type { FieldInfo, ProgramField } from './fieldInfo.js';
import { isPromise } from './isPromise.js';
import type { ProgramRun } from './programRun.js';

/** Makes what a resolver gave into data, now or later (GraphQL §6.4.3). Throws where it cannot be. */
export type ValueProgram = (run: ProgramRun, value: unknown, path: ResponsePath, info: FieldInfo) => unknown;

/** Compiles the completion of values of a type. Selections are compiled when the first object comes that they are for. */
export function compileValue(type: GraphQLOutputType, field: ProgramField): ValueProgram {
  if (!isNonNullType(type)) return nullable(type as GraphQLNullableType & GraphQLOutputType, field);
  const complete = nullable(type.ofType as GraphQLNullableType & GraphQLOutputType, field);
  const place = `${field.parentType.name}.${field.definition.name}`;
  return (run, value, path, info) => {
    const completed = complete(run, value, path, info);
    if (completed === null) throw new Error(`Cannot return null for non-nullable field ${place}.`);
    return completed;
  };
}

function nullable(type: GraphQLNullableType & GraphQLOutputType, field: ProgramField): ValueProgram {
  const complete = present(type, field);
  return (run, value, path, info) => {
    if (value instanceof Error) throw value;
    return value == null ? null : complete(run, value, path, info);
  };
}

function present(type: GraphQLNullableType & GraphQLOutputType, field: ProgramField): ValueProgram {
  if (isListType(type)) return list(type.ofType as GraphQLOutputType, field);
  if (isLeafType(type)) return leaf(type);
  return isAbstractType(type) ? abstract(type, field) : object(type as GraphQLObjectType, field);
}

function list(itemType: GraphQLOutputType, field: ProgramField): ValueProgram {
  const { parentType, definition, nodes } = field;
  const complete = compileValue(itemType, field);
  const mayBeNull = !isNonNullType(itemType);
  const fail = (raw: unknown, run: ProgramRun, path: ResponsePath): null => {
    const error = locatedError(raw, nodes, responsePathAsArray(path));
    if (!mayBeNull) throw error;
    run.fail(error, path);
    return null;
  };
  const item = (run: ProgramRun, value: unknown, path: ResponsePath, info: FieldInfo): unknown => {
    try {
      const completed = isPromise(value)
        ? value.then((resolved) => complete(run, resolved, path, info))
        : complete(run, value, path, info);
      return isPromise(completed) ? completed.then(undefined, (error) => fail(error, run, path)) : completed;
    } catch (error) {
      return fail(error, run, path);
    }
  };
  return (run, values, prev, info) => {
    if (!isIterable(values))
      throw new GraphQLError(
        `Expected Iterable, but did not find one for field "${parentType.name}.${definition.name}".`,
      );
    const items: unknown[] = [];
    let waits = false;
    try {
      for (const value of values) {
        const completed = item(run, value, { prev, key: items.length, typename: undefined }, info);
        waits ||= isPromise(completed);
        items.push(completed);
      }
    } catch (error) {
      // Nobody waits any more for what has begun; were it to fail unheard, the process would end.
      if (waits) void Promise.allSettled(items);
      throw error;
    }
    return waits ? Promise.all(items) : items;
  };
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && typeof (value as Iterable<unknown>)[Symbol.iterator] === 'function';
}

function leaf(type: GraphQLLeafType): ValueProgram {
  return (_run, value) => {
    const serialized: unknown = type.serialize(value);
    if (serialized == null) throw new Error(`A value of ${type.name} was serialized to none.`);
    return serialized;
  };
}

function abstract(type: GraphQLAbstractType, field: ProgramField): ValueProgram {
  const resolveType = type.resolveType ?? defaultTypeResolver;
  const programs = new Map<string, ValueProgram>();
  const programOf = (name: unknown): ValueProgram => {
    let program = programs.get(name as string);
    if (!program) programs.set(name as string, (program = object(possibleType(name, type, field), field)));
    return program;
  };
  return (run, value, path, info) => {
    const name: unknown = resolveType(value, run.context, info, type);
    return isPromise(name)
      ? name.then((resolved) => programOf(resolved)(run, value, path, info))
      : programOf(name)(run, value, path, info);
  };
}

function possibleType(
  name: unknown,
  type: GraphQLAbstractType,
  { nodes, program: { schema } }: ProgramField,
): GraphQLObjectType {
  const found = typeof name === 'string' ? schema.getType(name) : undefined;
  if (isObjectType(found) && schema.isSubType(type, found)) return found;
  throw new GraphQLError(`A value of ${type.name} is of none of its types.`, { nodes });
}

function object(type: GraphQLObjectType, { nodes, program }: ProgramField): ValueProgram {
  let compiled: ObjectProgram | undefined;
  const execute: ObjectProgram = (run, value, path) => {
    compiled ??= program.within(
      type,
      nodes.flatMap(({ selectionSet }) => selectionSet ?? []),
    );
    return compiled(run, value, path);
  };
  const isTypeOf = type.isTypeOf?.bind(type);
  if (!isTypeOf) return execute;
  const checked = (is: boolean): void => {
    if (!is) throw new GraphQLError(`Expected a value of type "${type.name}".`, { nodes });
  };
  return (run, value, path, info) => {
    const is = isTypeOf(value, run.context, info);
    if (isPromise(is))
      return is.then((resolved) => {
        checked(resolved);
        return execute(run, value, path);
      });
    checked(is);
    return execute(run, value, path);
  };
}

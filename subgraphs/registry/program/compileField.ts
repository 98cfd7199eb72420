import {
  defaultFieldResolver,
  type FieldNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  isNonNullType,
  locatedError,
  type ResponsePath,
  responsePathAsArray,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
} from 'graphql';
import { compileArguments } from './compileArguments.js';
import { compileValue } from './compileValue.js';
import { FieldInfo, type ProgramField } from './fieldInfo.js';
import { isPromise } from './isPromise.js';
import type { ProgramContext } from './programContext.js';
import type { ProgramRun } from './programRun.js';

/** Resolves one field of an object; its value in the data, now or later. Throws where it must not be null and is. */
export type FieldProgram = (run: ProgramRun, source: unknown, parent: ResponsePath | undefined) => unknown;

/** Compiles a field of an object type (GraphQL §6.4). Its resolver is the one that the schema has now. */
export function compileField(
  parentType: GraphQLObjectType,
  key: string,
  nodes: readonly FieldNode[],
  program: ProgramContext,
): FieldProgram {
  const name = nodes[0]!.name.value;
  if (name === '__typename') return () => parentType.name;
  const definition = definitionOf(name, parentType, program.schema);
  const field: ProgramField = { definition, parentType, nodes, program };
  const resolve = definition.resolve ?? defaultFieldResolver;
  const argumentsOf = compileArguments(field);
  const complete = compileValue(definition.type, field);
  const mayBeNull = !isNonNullType(definition.type);

  const fail = (raw: unknown, run: ProgramRun, path: ResponsePath): null => {
    const error = locatedError(raw, nodes, responsePathAsArray(path));
    if (!mayBeNull) throw error;
    run.fail(error, path);
    return null;
  };
  return (run, source, parent) => {
    const path: ResponsePath = { prev: parent, key, typename: parentType.name };
    try {
      const info = new FieldInfo(field, run, path);
      const value: unknown = resolve(source, argumentsOf(run), run.context, info);
      const completed = isPromise(value)
        ? value.then((resolved) => complete(run, resolved, path, info))
        : complete(run, value, path, info);
      return isPromise(completed) ? completed.then(undefined, (error) => fail(error, run, path)) : completed;
    } catch (error) {
      return fail(error, run, path);
    }
  };
}

function definitionOf(
  name: string,
  type: GraphQLObjectType,
  schema: GraphQLSchema,
): GraphQLField<unknown, unknown> {
  if (type === schema.getQueryType()) {
    if (name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef;
    if (name === TypeMetaFieldDef.name) return TypeMetaFieldDef;
  }
  const definition = type.getFields()[name];
  if (!definition) throw new TypeError('Documents are validated before they are compiled.');
  return definition;
}

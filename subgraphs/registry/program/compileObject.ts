import type { GraphQLObjectType, ResponsePath, SelectionSetNode } from 'graphql';
import { collectFields } from './collectFields.js';
import { compileField, type FieldProgram } from './compileField.js';
import { isPromise } from './isPromise.js';
import type { ProgramContext } from './programContext.js';
import type { ProgramRun } from './programRun.js';

type DataObject = Record<string, unknown>;

/** Executes selections on an object; its data, now or later. */
export type ObjectProgram = (
  run: ProgramRun,
  source: unknown,
  path: ResponsePath | undefined,
) => DataObject | Promise<DataObject>;

export interface ObjectField {
  readonly key: string;
  readonly execute: FieldProgram;
}

/** Compiles selections on an object type (GraphQL §6.3). */
export function compileObject(
  type: GraphQLObjectType,
  selections: readonly SelectionSetNode[],
  context: ProgramContext,
): ObjectProgram {
  const fields = compileFields(type, selections, context);
  const create = creatorOf(fields);
  return (run, source, path) => {
    const data = create();
    let waits = false;
    try {
      for (const { key, execute } of fields) {
        const value = execute(run, source, path);
        data[key] = value;
        waits ||= isPromise(value);
      }
    } catch (error) {
      // What has begun ends before an error is handled, and tells its own errors first.
      if (waits)
        return settled(data).finally(() => {
          throw error;
        });
      throw error;
    }
    return waits ? settled(data) : data;
  };
}

/** The same one after another, each when the one before it has ended: mutations (GraphQL §6.2.2). */
export function compileSerially(
  type: GraphQLObjectType,
  selections: readonly SelectionSetNode[],
  context: ProgramContext,
): ObjectProgram {
  const fields = compileFields(type, selections, context);
  const create = creatorOf(fields);
  return async (run, source, path) => {
    const data = create();
    for (const { key, execute } of fields) data[key] = await execute(run, source, path);
    return data;
  };
}

function compileFields(
  type: GraphQLObjectType,
  selections: readonly SelectionSetNode[],
  context: ProgramContext,
): readonly ObjectField[] {
  return [...collectFields(type, selections, context)].map(([key, nodes]) => ({
    key,
    execute: compileField(type, key, nodes, context),
  }));
}

/** Objects with a prototype take less; the one key that would be mistaken for it gets one without. */
function creatorOf(fields: readonly ObjectField[]): () => DataObject {
  return fields.some(({ key }) => key === '__proto__') ? () => Object.create(null) as DataObject : () => ({});
}

async function settled(data: DataObject): Promise<DataObject> {
  const keys = Object.keys(data);
  const values = await Promise.all(Object.values(data));
  for (let index = 0; index < keys.length; index++) data[keys[index]!] = values[index];
  return data;
}

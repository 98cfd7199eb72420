// Long, because objects, fields and values compile each other: apart, they would import in a circle.
import {
  defaultFieldResolver,
  defaultTypeResolver,
  type FieldNode,
  getArgumentValues,
  type GraphQLAbstractType,
  GraphQLError,
  type GraphQLField,
  type GraphQLLeafType,
  type GraphQLNullableType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  locatedError,
  type OperationDefinitionNode,
  type ResponsePath,
  responsePathAsArray,
  SchemaMetaFieldDef,
  type SelectionSetNode,
  TypeMetaFieldDef,
  visit,
} from 'graphql';
import { collectFields, type SelectionContext } from '../../lib/collectFields.js';

type DataObject = Record<string, unknown>;

/** Compiled selections on an object. Returns its data, or a promise of it. */
export type CompiledSelections = (
  run: DocumentRun,
  source: unknown,
  path: ResponsePath | undefined,
) => DataObject | Promise<DataObject>;

interface ObjectField {
  readonly key: string;
  readonly execute: CompiledField;
}

/** Compiles selections on an object type (GraphQL §6.3). */
export function compileObject(
  type: GraphQLObjectType,
  selections: readonly SelectionSetNode[],
  context: DocumentContext,
): CompiledSelections {
  const fields = compileFields(type, selections, context);
  const create = objectFactory(fields);
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
      // Started fields finish before the error is handled, and report their own errors first.
      if (waits)
        return awaitFields(data).finally(() => {
          throw error;
        });
      throw error;
    }
    return waits ? awaitFields(data) : data;
  };
}

/** Compiles selections that run one after another: mutations (GraphQL §6.2.2). */
export function compileSerially(
  type: GraphQLObjectType,
  selections: readonly SelectionSetNode[],
  context: DocumentContext,
): CompiledSelections {
  const fields = compileFields(type, selections, context);
  const create = objectFactory(fields);
  return async (run, source, path) => {
    const data = create();
    for (const { key, execute } of fields) data[key] = await execute(run, source, path);
    return data;
  };
}

function compileFields(
  type: GraphQLObjectType,
  selections: readonly SelectionSetNode[],
  context: DocumentContext,
): readonly ObjectField[] {
  return [...collectFields(type, selections, context)].map(([key, nodes]) => ({
    key,
    execute: compileField(type, key, nodes, context),
  }));
}

/**
 * Objects with a prototype take less memory. The key `__proto__` would be mistaken for it, so such an object
 * has none.
 */
function objectFactory(fields: readonly ObjectField[]): () => DataObject {
  return fields.some(({ key }) => key === '__proto__') ? () => Object.create(null) as DataObject : () => ({});
}

async function awaitFields(data: DataObject): Promise<DataObject> {
  const keys = Object.keys(data);
  const values = await Promise.all(Object.values(data));
  for (let index = 0; index < keys.length; index++) data[keys[index]!] = values[index];
  return data;
}

/**
 * A compiled field of an object. Returns its value, or a promise of it. Throws if a non-null field is null.
 */
type CompiledField = (run: DocumentRun, source: unknown, parent: ResponsePath | undefined) => unknown;

/**
 * Compiles a field of an object type (GraphQL §6.4). It uses the resolver that the schema has at this moment.
 */
function compileField(
  parentType: GraphQLObjectType,
  key: string,
  nodes: readonly FieldNode[],
  documentContext: DocumentContext,
): CompiledField {
  const name = nodes[0]!.name.value;
  if (name === '__typename') return () => parentType.name;
  const definition = definitionOf(name, parentType, documentContext.schema);
  const field: FieldContext = { definition, parentType, nodes, documentContext };
  const resolve = definition.resolve ?? defaultFieldResolver;
  const argumentsOf = compileArguments(field);
  const complete = compileValue(definition.type, field);
  const mayBeNull = !isNonNullType(definition.type);

  const fail = (raw: unknown, run: DocumentRun, path: ResponsePath): null => {
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

/**
 * Completes a resolved value (GraphQL §6.4.3). Returns the data, or a promise of it. Throws if the value does
 * not fit its type.
 */
type CompleteValue = (run: DocumentRun, value: unknown, path: ResponsePath, info: FieldInfo) => unknown;

/**
 * Compiles the completion of values of a type. Selections are compiled when the first object of their type
 * appears.
 */
function compileValue(type: GraphQLOutputType, field: FieldContext): CompleteValue {
  if (!isNonNullType(type)) return nullable(type as GraphQLNullableType & GraphQLOutputType, field);
  const complete = nullable(type.ofType as GraphQLNullableType & GraphQLOutputType, field);
  const place = `${field.parentType.name}.${field.definition.name}`;
  return (run, value, path, info) => {
    const completed = complete(run, value, path, info);
    if (completed === null) throw new Error(`Cannot return null for non-nullable field ${place}.`);
    return completed;
  };
}

function nullable(type: GraphQLNullableType & GraphQLOutputType, field: FieldContext): CompleteValue {
  const complete = present(type, field);
  return (run, value, path, info) => {
    if (value instanceof Error) throw value;
    return value == null ? null : complete(run, value, path, info);
  };
}

function present(type: GraphQLNullableType & GraphQLOutputType, field: FieldContext): CompleteValue {
  if (isListType(type)) return list(type.ofType as GraphQLOutputType, field);
  if (isLeafType(type)) return leaf(type);
  return isAbstractType(type) ? abstract(type, field) : object(type as GraphQLObjectType, field);
}

function list(itemType: GraphQLOutputType, field: FieldContext): CompleteValue {
  const { parentType, definition, nodes } = field;
  const complete = compileValue(itemType, field);
  const mayBeNull = !isNonNullType(itemType);
  const fail = (raw: unknown, run: DocumentRun, path: ResponsePath): null => {
    const error = locatedError(raw, nodes, responsePathAsArray(path));
    if (!mayBeNull) throw error;
    run.fail(error, path);
    return null;
  };
  const item = (run: DocumentRun, value: unknown, path: ResponsePath, info: FieldInfo): unknown => {
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
      // Nothing waits for the started items any more. An unhandled rejection would end the process.
      if (waits) void Promise.allSettled(items);
      throw error;
    }
    return waits ? Promise.all(items) : items;
  };
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && typeof (value as Iterable<unknown>)[Symbol.iterator] === 'function';
}

function leaf(type: GraphQLLeafType): CompleteValue {
  return (_run, value) => {
    const serialized: unknown = type.serialize(value);
    if (serialized == null) throw new Error(`A value of ${type.name} was serialized to none.`);
    return serialized;
  };
}

function abstract(type: GraphQLAbstractType, field: FieldContext): CompleteValue {
  const resolveType = type.resolveType ?? defaultTypeResolver;
  const completions = new Map<string, CompleteValue>();
  const completionOf = (name: unknown): CompleteValue => {
    let complete = completions.get(name as string);
    if (!complete)
      completions.set(name as string, (complete = object(possibleType(name, type, field), field)));
    return complete;
  };
  return (run, value, path, info) => {
    const name: unknown = resolveType(value, run.context, info, type);
    return isPromise(name)
      ? name.then((resolved) => completionOf(resolved)(run, value, path, info))
      : completionOf(name)(run, value, path, info);
  };
}

function possibleType(
  name: unknown,
  type: GraphQLAbstractType,
  { nodes, documentContext: { schema } }: FieldContext,
): GraphQLObjectType {
  const found = typeof name === 'string' ? schema.getType(name) : undefined;
  if (isObjectType(found) && schema.isSubType(type, found)) return found;
  throw new GraphQLError(`A value of ${type.name} is of none of its types.`, { nodes });
}

function object(type: GraphQLObjectType, { nodes, documentContext }: FieldContext): CompleteValue {
  let compiled: CompiledSelections | undefined;
  const execute: CompiledSelections = (run, value, path) => {
    compiled ??= documentContext.within(
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

/** The arguments of a resolver, frozen because several calls share them. */
type ArgumentValues = Readonly<Record<string, unknown>>;

const NO_ARGUMENTS: ArgumentValues = Object.freeze({});

/** Compiles the arguments of a field. Literals are read once, variables once per execution. */
function compileArguments(field: FieldContext): (run: DocumentRun) => ArgumentValues {
  const { definition, nodes } = field;
  const [node] = nodes as [FieldNode];
  if (definition.args.length === 0) return () => NO_ARGUMENTS;
  if (!readsVariables(node)) {
    const values = Object.freeze(getArgumentValues(definition, node));
    return () => values;
  }
  return (run) => {
    let values = run.arguments.get(field);
    if (!values) {
      values = Object.freeze(getArgumentValues(definition, node, run.variables));
      run.arguments.set(field, values);
    }
    return values;
  };
}

function readsVariables(node: FieldNode): boolean {
  let reads = false;
  for (const argument of node.arguments ?? [])
    visit(argument, { [Kind.VARIABLE]: () => void (reads = true) });
  return reads;
}

/** A field of a compiled document: what is equal each time it is resolved. */
interface FieldContext {
  readonly definition: GraphQLField<unknown, unknown>;
  readonly parentType: GraphQLObjectType;
  readonly nodes: readonly FieldNode[];
  readonly documentContext: DocumentContext;
}

/** The info argument of resolvers. Nearly no resolver reads it, so everything is looked up on demand. */
class FieldInfo implements GraphQLResolveInfo {
  constructor(
    private readonly field: FieldContext,
    private readonly run: DocumentRun,
    readonly path: ResponsePath,
  ) {}

  get fieldName(): string {
    return this.field.definition.name;
  }

  get fieldNodes(): readonly FieldNode[] {
    return this.field.nodes;
  }

  get returnType(): GraphQLOutputType {
    return this.field.definition.type;
  }

  get parentType(): GraphQLObjectType {
    return this.field.parentType;
  }

  get schema(): GraphQLSchema {
    return this.field.documentContext.schema;
  }

  get fragments(): GraphQLResolveInfo['fragments'] {
    return Object.fromEntries(this.field.documentContext.fragments);
  }

  get rootValue(): undefined {
    return undefined;
  }

  get operation(): OperationDefinitionNode {
    return this.field.documentContext.operation;
  }

  get variableValues(): Variables {
    return this.run.variables;
  }
}

/** The context in which the parts of a document are compiled. */
export interface DocumentContext extends SelectionContext {
  readonly operation: OperationDefinitionNode;
  /** Compiles the selections on an object inside the answer. */
  readonly within: (type: GraphQLObjectType, selections: readonly SelectionSetNode[]) => CompiledSelections;
}

/** Coerced values of variables. Variables that were not given and have no default are missing. */
export type Variables = Readonly<Record<string, unknown>>;

/** One execution of a compiled document. */
export class DocumentRun {
  readonly errors: GraphQLError[] = [];
  /** Arguments that depend on variables, by field. They are equal for every object of this execution. */
  readonly arguments = new Map<object, ArgumentValues>();
  #nulled: Set<ResponsePath | undefined> | undefined;

  constructor(
    /** The context argument of resolvers. */
    readonly context: unknown,
    readonly variables: Variables,
  ) {}

  /** Records an error at a place that becomes null. Later errors below a null place are not reported. */
  fail(error: GraphQLError, path: ResponsePath | undefined): void {
    const nulled = (this.#nulled ??= new Set());
    for (let place = path; place; place = place.prev) if (nulled.has(place)) return;
    if (nulled.has(undefined)) return;
    nulled.add(path);
    this.errors.push(error);
  }
}

/** Whether a value is a promise: any object with a `then`, as in graphql-js. */
function isPromise(value: unknown): value is Promise<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}

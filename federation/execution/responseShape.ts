import {
  type DocumentNode,
  type FieldNode,
  getNullableType,
  type GraphQLCompositeType,
  type GraphQLInterfaceType,
  type GraphQLLeafType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  isAbstractType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { collectFields, type SelectionContext } from '../../lib/collectFields.js';
import type { EntityTypes, ObservedEntity } from '../hooks.js';
import { type DataObject, ownReader } from './dataObject.js';
import { leafReader, type LeafReader } from './leafValues.js';

/** The required shape of a value in the response. */
export type ValueShape = (
  | { readonly kind: 'leaf'; readonly type: GraphQLLeafType; readonly read: LeafReader }
  | { readonly kind: 'key'; readonly scalar: string }
  | { readonly kind: 'list'; readonly item: ValueShape }
  | { readonly kind: 'object'; readonly object: ObjectShape }
) & { readonly nonNull: boolean };

/** One field of a response object. */
export type FieldShape = {
  readonly responseKey: string;
  readonly dataKey: string;
  /** Reads the field from an object of the data. */
  readonly read: (object: DataObject) => unknown;
} & (
  | { readonly kind: 'value'; readonly value: ValueShape }
  | { readonly kind: 'typename' }
  | { readonly kind: 'introspection'; readonly nodes: readonly FieldNode[] }
);

/** A type with fields. */
type ConcreteType = GraphQLObjectType | GraphQLInterfaceType;

interface ShapeContext extends SelectionContext {
  readonly types: EntityTypes;
}

/** An object of the response, for one concrete type. */
export interface TypeShape {
  /** In the order of the request. */
  readonly fields: readonly FieldShape[];
  /** Undefined where only an interface of the object is known. */
  readonly typename: string | undefined;
  /**
   * The path to the key of the observed entity that the object is about; undefined where it is about none.
   */
  readonly entityPath: readonly string[] | undefined;
  /** Whether a client uses the alias `__proto__`, which must be written like any other key. */
  readonly hasPrototypeKey: boolean;
}

/** An object of the response. Its fields depend on its type at run time. Computed once for each type. */
export class ObjectShape {
  readonly #shapes = new Map<ConcreteType, TypeShape>();
  /** Its only possible type, if it has just one. */
  readonly #only: ConcreteType | undefined;
  readonly #selections: readonly SelectionSetNode[];
  readonly #context: ShapeContext;

  constructor(
    readonly type: GraphQLCompositeType,
    selections: readonly SelectionSetNode[],
    context: ShapeContext,
  ) {
    this.#selections = selections;
    this.#context = context;
    this.#only = isAbstractType(type) ? undefined : type;
  }

  /**
   * Returns the type that a `__typename` names, if it is possible here; without a name, the type itself. It
   * is an interface where the subgraph knows only the interface (`@interfaceObject`) and the request needs no
   * more.
   */
  runtimeType(typename: unknown): ConcreteType | undefined {
    if (this.#only) return this.#only;
    const { schema } = this.#context;
    const type = typename === undefined ? this.type : schema.getType(String(typename));
    if (!isObjectType(type) && !isInterfaceType(type)) return undefined;
    const fits = type === this.type || (isAbstractType(this.type) && schema.isSubType(this.type, type));
    return fits ? type : undefined;
  }

  as(type: ConcreteType): TypeShape {
    let shape = this.#shapes.get(type);
    if (!shape) {
      const collected = collectFields(type, this.#selections, this.#context);
      const fields = [...collected.values()].map((nodes) => fieldShape(type, nodes, this.#context));
      shape = {
        fields,
        typename: isObjectType(type) ? type.name : undefined,
        entityPath: entityPathOf(type, this.#context.types.observed),
        hasPrototypeKey: fields.some(({ responseKey }) => responseKey === '__proto__'),
      };
      this.#shapes.set(type, shape);
    }
    return shape;
  }
}

export function shapeOf(operation: OperationDefinitionNode, context: ShapeContext): ObjectShape {
  return new ObjectShape(context.schema.getRootType(operation.operation)!, [operation.selectionSet], context);
}

function responseKey(node: FieldNode): string {
  const key = (node.alias ?? node.name).value;
  return isIntrospection(node) ? key : responseKeyOf(key);
}

function fieldShape(type: ConcreteType, nodes: readonly FieldNode[], context: ShapeContext): FieldShape {
  const node = nodes[0]!;
  const dataKey = (node.alias ?? node.name).value;
  const keys = { responseKey: responseKey(node), dataKey, read: ownReader(dataKey) };
  if (isIntrospection(node)) return { ...keys, kind: 'introspection', nodes };
  if (node.name.value === '__typename') return { ...keys, kind: 'typename' };
  const field = type.getFields()[node.name.value]!;
  const selections = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
  return { ...keys, kind: 'value', value: valueShape(field.type, selections, context) };
}

function valueShape(
  type: GraphQLOutputType,
  selections: readonly SelectionSetNode[],
  context: ShapeContext,
): ValueShape {
  if (isNonNullType(type)) return { ...valueShape(type.ofType, selections, context), nonNull: true };
  const nonNull = false;
  if (isListType(type)) return { kind: 'list', item: valueShape(type.ofType, selections, context), nonNull };
  if (!isLeafType(type))
    return { kind: 'object', object: new ObjectShape(type, selections, context), nonNull };
  return context.types.isKeyScalar(type.name)
    ? { kind: 'key', scalar: type.name, nonNull }
    : { kind: 'leaf', type, read: leafReader(type), nonNull };
}

/**
 * Prefix of the internal key of a field that has an alias or takes arguments; the response key follows. No
 * field of a schema may begin with two underscores (GraphQL §3.2). So a requested field never replaces a key
 * or an input of `@requires`, and no key of the data is called `__proto__`.
 */
const CLIENT_PREFIX = '__a_';

/** Returns the internal key of a requested field, in plans and in data. */
export function dataKeyOf({ name, alias }: FieldNode, takesArguments: boolean): string {
  const plain = (!alias || alias.value === name.value) && !takesArguments;
  return plain ? name.value : CLIENT_PREFIX + (alias ?? name).value;
}

/** Returns the response key of a key of the data. */
export function responseKeyOf(dataKey: string): string {
  return dataKey.startsWith(CLIENT_PREFIX) ? dataKey.slice(CLIENT_PREFIX.length) : dataKey;
}

/**
 * Whether a field is introspection. It is resolved from the schema that the caller may see, and never
 * planned.
 */
export function isIntrospection(field: FieldNode): boolean {
  return field.name.value === '__schema' || field.name.value === '__type';
}

/**
 * Returns the path from an object of a type to the key of the observed entity; undefined where it is about
 * none.
 */
function entityPathOf(type: unknown, observed: ObservedEntity | undefined): readonly string[] | undefined {
  if (!observed || !isObjectType(type)) return undefined;
  const { keyField, entityField } = observed;
  if (isEntity(type, observed)) return [keyField];
  const named = type.getFields()[entityField];
  // A field with arguments is a look-up, such as Query.person.
  const isAbout = named && named.args.length === 0 && isEntity(named.type, observed);
  return isAbout ? [entityField, keyField] : undefined;
}

function isEntity(type: unknown, { keyField, scalar }: ObservedEntity): boolean {
  if (!isObjectType(type)) return false;
  const key = type.getFields()[keyField];
  return key !== undefined && String(getNullableType(key.type)) === scalar;
}

/**
 * Selects the key of each observed entity, so that the observer learns whose data was read. The addition is
 * only for the plan: the response has only what the client requested.
 */
export function selectEntities(
  document: DocumentNode,
  schema: GraphQLSchema,
  { observed }: EntityTypes,
): DocumentNode {
  if (!observed) return document;
  const typeInfo = new TypeInfo(schema);
  return visit(
    document,
    visitWithTypeInfo(typeInfo, {
      SelectionSet: {
        leave(node): SelectionSetNode | undefined {
          const path = entityPathOf(typeInfo.getParentType(), observed);
          return path && { ...node, selections: [...node.selections, selection(path)] };
        },
      },
    }),
  );
}

/** Only the same field has such a key: see {@link dataKeyOf}. */
function selection([name, ...inner]: readonly string[]): FieldNode {
  const field: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: name! } };
  if (inner.length === 0) return field;
  return { ...field, selectionSet: { kind: Kind.SELECTION_SET, selections: [selection(inner)] } };
}

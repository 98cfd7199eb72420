import {
  getNamedType,
  type GraphQLArgument,
  GraphQLEnumType,
  type GraphQLField,
  type GraphQLFieldConfig,
  type GraphQLFieldConfigArgumentMap,
  GraphQLInputObjectType,
  type GraphQLInputType,
  GraphQLInterfaceType,
  GraphQLList,
  type GraphQLNamedType,
  GraphQLNonNull,
  GraphQLObjectType,
  type GraphQLOutputType,
  GraphQLScalarType,
  GraphQLSchema,
  type GraphQLType,
  GraphQLUnionType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
  isUnionType,
} from 'graphql';
import type { Decision } from '../../policies/engine/decision.js';
import { isKeyScalar } from '../../schema/keys.js';
import { type DerivableInputs, isArgumentShown, isFieldShown } from './policyCheck.js';

type FieldType = GraphQLObjectType | GraphQLInterfaceType;

/**
 * The API schema as a set of roles sees it for one purpose. Fields and arguments that the decision does not
 * show are removed, with the types that only they reached. Validation, suggestions and introspection use only
 * this schema, so a hidden field looks exactly like one that does not exist.
 * @param derivable decides which parts of input types are hidden, too; without it all are visible
 */
export function visibleSchema(
  apiSchema: GraphQLSchema,
  decision: Decision,
  derivable?: DerivableInputs,
): GraphQLSchema {
  const inputs = derivable && new VisibleInputs(decision, derivable);
  const seen = seenFields(apiSchema, decision, inputs);
  const reached = reachableObjects(apiSchema, seen);
  const types = new Map<string, GraphQLNamedType>();

  function rebuilt<T extends GraphQLType>(type: T): T;
  function rebuilt(type: GraphQLType): GraphQLType {
    if (isListType(type)) return new GraphQLList(rebuilt(type.ofType as GraphQLType));
    if (isNonNullType(type)) return new GraphQLNonNull(rebuilt(type.ofType));
    const known = types.get(type.name);
    if (known) return known;
    const made = rebuild(type);
    types.set(type.name, made);
    return made;
  }

  function rebuild(type: GraphQLNamedType): GraphQLNamedType {
    if (type instanceof GraphQLScalarType || isIntrospectionType(type)) return type;
    if (type instanceof GraphQLEnumType) return inputs ? visibleEnum(type, inputs) : type;
    if (isUnionType(type)) {
      const members = type.getTypes().filter((member) => reached.includes(member));
      return new GraphQLUnionType({ ...type.toConfig(), types: () => members.map(rebuilt) });
    }
    if (isObjectType(type)) {
      return new GraphQLObjectType({
        ...type.toConfig(),
        fields: () => fields(type),
        interfaces: () => interfaces(type),
      });
    }
    if (isInterfaceType(type)) {
      return new GraphQLInterfaceType({
        ...type.toConfig(),
        fields: () => fields(type),
        interfaces: () => interfaces(type),
      });
    }
    const config = (type as GraphQLInputObjectType).toConfig();
    const shown = Object.entries(config.fields).filter(
      ([name, field]) => inputs?.hasField(type.name, name, field.type) ?? true,
    );
    return new GraphQLInputObjectType({
      ...config,
      fields: () =>
        mapValues(Object.fromEntries(shown), (field) => ({ ...field, type: rebuilt(field.type) })),
    });
  }

  function fields(type: FieldType): Record<string, GraphQLFieldConfig<unknown, unknown>> {
    const config = type.toConfig().fields;
    const shown = Object.entries(type.getFields()).filter(([name]) => seen.get(type.name)?.has(name));
    return Object.fromEntries(
      shown.map(([name, field]) => [
        name,
        { ...config[name]!, type: rebuilt<GraphQLOutputType>(field.type), args: args(type, field) },
      ]),
    );
  }

  function args(type: FieldType, field: GraphQLField<unknown, unknown>): GraphQLFieldConfigArgumentMap {
    const shown = field.args.filter(
      (arg) => isArgumentShown(apiSchema, decision, type, field, arg) && (inputs?.isUsable(arg.type) ?? true),
    );
    return Object.fromEntries(shown.map((arg) => [arg.name, argument(arg)]));
  }

  function argument(arg: GraphQLArgument): GraphQLFieldConfigArgumentMap[string] {
    const { type, description, defaultValue, deprecationReason, extensions, astNode } = arg;
    return { type: rebuilt(type), description, defaultValue, deprecationReason, extensions, astNode };
  }

  function interfaces(type: FieldType): GraphQLInterfaceType[] {
    return type
      .getInterfaces()
      .filter(({ name }) => seen.has(name))
      .map((iface) => rebuilt(iface));
  }

  const query = rebuilt<GraphQLObjectType>(apiSchema.getQueryType()!);
  const mutation = reached.find((type) => type === apiSchema.getMutationType());
  return new GraphQLSchema({
    description: apiSchema.description,
    query,
    mutation: mutation && rebuilt(mutation),
    types: reached.map((type) => rebuilt<GraphQLNamedType>(type)),
    directives: apiSchema.getDirectives(),
    // A caller who may see nothing has a Query without fields. That is invalid, but correct here.
    assumeValid: true,
  });
}

function visibleEnum(type: GraphQLEnumType, inputs: VisibleInputs): GraphQLEnumType {
  const config = type.toConfig();
  const values = Object.entries(config.values).filter(([value]) => inputs.hasValue(type.name, value));
  return values.length === type.getValues().length
    ? type
    : new GraphQLEnumType({ ...config, values: Object.fromEntries(values) });
}

/** The visible fields of each type: shown, and with a type that has a visible field. */
function seenFields(
  schema: GraphQLSchema,
  decision: Decision,
  inputs: VisibleInputs | undefined,
): ReadonlyMap<string, ReadonlySet<string>> {
  const seen = new Map<string, Set<string>>();
  const composite = Object.values(schema.getTypeMap()).filter(
    (type) => isCompositeType(type) && !isIntrospectionType(type),
  );
  const leads = (field: GraphQLField<unknown, unknown>): boolean => {
    const type = getNamedType(field.type);
    return !isCompositeType(type) || seen.has(type.name);
  };
  // From the leaves upwards, until nothing is added: a cycle of types without a leaf is not visible.
  for (let changed = true; changed;) {
    changed = false;
    for (const type of composite) {
      const before = seen.get(type.name)?.size ?? 0;
      if (isUnionType(type)) {
        if (before === 0 && type.getTypes().some(({ name }) => seen.has(name))) {
          seen.set(type.name, new Set(['__typename']));
          changed = true;
        }
        continue;
      }
      const left = Object.values((type as FieldType).getFields()).filter(
        (field) =>
          leads(field) &&
          isFieldShown(schema, decision, type as FieldType, field) &&
          field.args
            .filter(isRequiredArgument)
            .every(
              (arg) =>
                isArgumentShown(schema, decision, type as FieldType, field, arg) &&
                (inputs?.isUsable(arg.type) ?? true),
            ),
      );
      if (left.length === before) continue;
      seen.set(type.name, new Set(left.map(({ name }) => name)));
      changed = true;
    }
  }
  return seen;
}

/**
 * The objects that the schema must list. An object that is reached only through an interface or a union is
 * unknown to the schema otherwise. Ids need no grant, so an object with visible ids alone is left out.
 */
function reachableObjects(
  schema: GraphQLSchema,
  seen: ReadonlyMap<string, ReadonlySet<string>>,
): readonly GraphQLObjectType[] {
  const showsMoreThanIds = (type: GraphQLObjectType): boolean =>
    Object.values(type.getFields()).some(
      ({ name, type: returned }) =>
        seen.get(type.name)?.has(name) && !isKeyScalar(getNamedType(returned).name),
    );
  const reached = new Set<GraphQLNamedType>();
  const waiting: GraphQLNamedType[] = [schema.getQueryType()!, schema.getMutationType() ?? []].flat();
  for (let type = waiting.pop(); type; type = waiting.pop()) {
    if (reached.has(type) || !seen.has(type.name)) continue;
    reached.add(type);
    if (isAbstractType(type)) waiting.push(...schema.getPossibleTypes(type).filter(showsMoreThanIds));
    if (isUnionType(type)) continue;
    for (const field of Object.values((type as FieldType).getFields())) {
      if (seen.get(type.name)!.has(field.name)) waiting.push(getNamedType(field.type));
    }
  }
  return [...reached].filter(isObjectType);
}

function mapValues<A, B>(record: Readonly<Record<string, A>>, map: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]));
}

/** The visible parts of input types: they are available, and their type has a visible part. */
class VisibleInputs {
  readonly #usable = new Map<string, boolean>();

  constructor(
    private readonly decision: Decision,
    private readonly derivable: DerivableInputs,
  ) {}

  hasValue(enumeration: string, value: string): boolean {
    return this.derivable.isAvailable(`${enumeration}.${value}`, this.decision);
  }

  hasField(input: string, field: string, type: GraphQLInputType): boolean {
    return this.derivable.isAvailable(`${input}.${field}`, this.decision) && this.isUsable(type);
  }

  /** Whether a value of a type can be written: it has a visible part, and all required parts are visible. */
  isUsable(of: GraphQLInputType): boolean {
    const type = getNamedType(of);
    if (isEnumType(type)) return type.getValues().some(({ name }) => this.hasValue(type.name, name));
    if (!isInputObjectType(type)) return true;
    const known = this.#usable.get(type.name);
    if (known !== undefined) return known;
    // It counts as usable during the check, so that the check of a recursive type ends.
    this.#usable.set(type.name, true);
    const fields = Object.values(type.getFields());
    const left = fields.filter((field) => this.hasField(type.name, field.name, field.type));
    const usable =
      left.length > 0 && fields.every((field) => left.includes(field) || !isRequiredInputField(field));
    this.#usable.set(type.name, usable);
    return usable;
  }
}

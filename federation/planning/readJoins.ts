import {
  type ConstDirectiveNode,
  type ConstValueNode,
  type DocumentNode,
  type FieldDefinitionNode,
  Kind,
  type TypeNode,
} from 'graphql';

/** `@join__type`: a type as one subgraph declares it. */
export interface TypeJoin {
  readonly graph: string;
  readonly key: string | undefined;
  readonly resolvable: boolean;
  readonly isInterfaceObject: boolean;
}

/** `@join__field`: a field as one subgraph declares it. */
export interface FieldJoin {
  readonly graph: string;
  readonly requires: string | undefined;
  readonly provides: string | undefined;
  /** The type of the field in this subgraph, if it differs from that in the supergraph. */
  readonly type: string | undefined;
  /** Whether the subgraph declares the field without resolving it. */
  readonly isExternal: boolean;
  /** Whether the subgraph takes the field over from another. */
  readonly overrides: boolean;
  /** The label that decides whether a field was taken over. */
  readonly label: string | undefined;
  /** Whether an argument of the field is filled from a context. */
  readonly takesContext: boolean;
}

/** A field of the supergraph with its declarations. */
export interface JoinedField {
  readonly name: string;
  readonly type: string;
  /** Empty if every subgraph with the type has the field. */
  readonly joins: readonly FieldJoin[];
  /** Whether `joins` names all subgraphs with the field. */
  readonly isJoined: boolean;
}

/** A composite type of the supergraph with its declarations. */
export interface JoinedType {
  readonly name: string;
  readonly kind: 'object' | 'interface' | 'union';
  readonly joins: readonly TypeJoin[];
  readonly fields: readonly JoinedField[];
  /** Interfaces that it implements, and unions that it is a member of; by subgraph. */
  readonly isIn: readonly { readonly graph: string; readonly abstract: string }[];
}

/** What the join specification (https://specs.apollo.dev/join) says in a supergraph. */
export interface Joins {
  /** The name of each subgraph, by its name in `join__Graph`. */
  readonly graphs: ReadonlyMap<string, string>;
  readonly types: ReadonlyMap<string, JoinedType>;
  /** The names of the root types, by operation. */
  readonly roots: ReadonlyMap<string, string>;
}

/** @param supergraph the Federation 2 supergraph SDL that composition wrote */
export function readJoins({ definitions }: DocumentNode): Joins {
  const graphs = new Map<string, string>();
  const types = new Map<string, JoinedType>();
  const roots = new Map<string, string>();
  const members: { readonly graph: string; readonly abstract: string; readonly member: string }[] = [];
  for (const node of definitions) {
    if (node.kind === Kind.SCHEMA_DEFINITION)
      for (const { operation, type } of node.operationTypes) roots.set(operation, type.name.value);
    if (node.kind === Kind.ENUM_TYPE_DEFINITION && node.name.value === 'join__Graph') {
      for (const { name, directives } of node.values ?? [])
        for (const given of argumentsOf(directives, 'join__graph'))
          graphs.set(name.value, given.text('name')!);
    }
    if (node.kind === Kind.UNION_TYPE_DEFINITION) {
      const abstract = node.name.value;
      const joins = argumentsOf(node.directives, 'join__type').map(typeJoin);
      const declared = argumentsOf(node.directives, 'join__unionMember').map((given) => ({
        graph: given.text('graph')!,
        abstract,
        member: given.text('member')!,
      }));
      const implied = (node.types ?? []).flatMap(({ name }) =>
        joins.map(({ graph }) => ({ graph, abstract, member: name.value })),
      );
      members.push(...(declared.length > 0 ? declared : implied));
      types.set(abstract, { name: abstract, kind: 'union', joins, fields: [], isIn: [] });
    }
    if (node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.INTERFACE_TYPE_DEFINITION) {
      const name = node.name.value;
      types.set(name, {
        name,
        kind: node.kind === Kind.OBJECT_TYPE_DEFINITION ? 'object' : 'interface',
        joins: argumentsOf(node.directives, 'join__type').map(typeJoin),
        fields: (node.fields ?? []).map(joinedField),
        isIn: argumentsOf(node.directives, 'join__implements').map((given) => ({
          graph: given.text('graph')!,
          abstract: given.text('interface')!,
        })),
      });
    }
  }
  for (const { graph, abstract, member } of members) {
    const type = types.get(member)!;
    types.set(member, { ...type, isIn: [...type.isIn, { graph, abstract }] });
  }
  if (roots.size === 0) roots.set('query', 'Query').set('mutation', 'Mutation');
  return { graphs, types, roots };
}

function joinedField({ name, type, directives }: FieldDefinitionNode): JoinedField {
  const given = argumentsOf(directives, 'join__field');
  return {
    name: name.value,
    type: typeText(type),
    isJoined: given.length > 0,
    joins: given.filter((one) => one.text('graph') !== undefined).map(fieldJoin),
  };
}

function typeJoin(given: Arguments): TypeJoin {
  return {
    graph: given.text('graph')!,
    key: given.text('key'),
    resolvable: given.flag('resolvable', true),
    isInterfaceObject: given.flag('isInterfaceObject', false),
  };
}

function fieldJoin(given: Arguments): FieldJoin {
  // A field that another subgraph took over, and that this one still names in a key or requirement.
  const isUsedOnly = given.flag('usedOverridden', false) && !given.has('overrideLabel');
  return {
    graph: given.text('graph')!,
    requires: given.text('requires'),
    provides: given.text('provides'),
    type: given.text('type'),
    isExternal: given.flag('external', false) || isUsedOnly,
    overrides: given.text('override') !== undefined,
    label: given.text('overrideLabel'),
    takesContext: given.has('contextArguments'),
  };
}

/** The arguments of one directive. */
class Arguments {
  readonly #values: ReadonlyMap<string, ConstValueNode>;

  constructor({ arguments: given = [] }: ConstDirectiveNode) {
    this.#values = new Map(given.map(({ name, value }) => [name.value, value]));
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  text(name: string): string | undefined {
    const value = this.#values.get(name);
    return value?.kind === Kind.STRING || value?.kind === Kind.ENUM ? value.value : undefined;
  }

  flag(name: string, otherwise: boolean): boolean {
    const value = this.#values.get(name);
    return value?.kind === Kind.BOOLEAN ? value.value : otherwise;
  }
}

function argumentsOf(directives: readonly ConstDirectiveNode[] | undefined, name: string): Arguments[] {
  return (directives ?? [])
    .filter((directive) => directive.name.value === name)
    .map((directive) => new Arguments(directive));
}

function typeText(node: TypeNode): string {
  switch (node.kind) {
    case Kind.NAMED_TYPE:
      return node.name.value;
    case Kind.LIST_TYPE:
      return `[${typeText(node.type)}]`;
    case Kind.NON_NULL_TYPE:
      return `${typeText(node.type)}!`;
  }
}

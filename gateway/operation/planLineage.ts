import { buildSubgraphSchema } from '@apollo/subgraph';
import {
  type DefinitionNode,
  type DocumentNode,
  getNamedType,
  type GraphQLNamedType,
  type GraphQLSchema,
  type InterfaceTypeDefinitionNode,
  type InterfaceTypeExtensionNode,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isScalarType,
  Kind,
  type ObjectTypeDefinitionNode,
  type ObjectTypeExtensionNode,
  type OperationDefinitionNode,
  parse,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import type { FetchNode, RepresentedField } from '../../federation/planning/queryPlan.js';
import { CooperativeScheduler } from '../../lib/cooperativeScheduler.js';
import { PolkuError } from '../../lib/errors.js';
import { buildPolicyGraph } from '../../policies/engine/parse/buildPolicyGraph.js';
import {
  argument,
  federationDirectives,
  type FieldDefinition,
  readSubgraph,
  type SubgraphSdl,
  textOf,
} from '../../policies/engine/parse/readSubgraph.js';

type EntityNode =
  | ObjectTypeDefinitionNode
  | ObjectTypeExtensionNode
  | InterfaceTypeDefinitionNode
  | InterfaceTypeExtensionNode;

/**
 * What one fetch sends to its receiver: coordinates of keys, of required values and of arguments. Never a
 * value.
 */
export interface FetchInputs {
  readonly receiver: string;
  readonly coordinates: readonly string[];
}

/**
 * A plan would send a subgraph something that its contract does not allow. `cause` has the details, for the
 * log only.
 */
export class LineageRefused extends PolkuError {
  constructor(
    readonly fetch: FetchInputs,
    what: string,
  ) {
    super(
      'LINEAGE_REFUSED',
      'The operation is not run: its plan would send a registry data that its contract does not allow.',
      {},
      { cause: new PolkuError('LINEAGE_REFUSED', `The plan of a fetch from ${fetch.receiver} ${what}`) },
    );
  }
}

/**
 * Compares plans with the committed contracts, independently of the supergraph that they were made from. A
 * subgraph may be asked for its own fields, with arguments that these have. It may receive keys by which it
 * finds its entities. It may receive feeds that its fields require, if their owners have declared their
 * lineage. Everything else is refused.
 */
export class PlanLineage {
  readonly #receivers: ReadonlyMap<string, Receiver>;

  /** @param supergraph the schema that gives the types of variables */
  constructor(
    contracts: readonly SubgraphSdl[],
    private readonly supergraph: GraphQLSchema,
  ) {
    const graph = buildPolicyGraph(contracts);
    const feeds = new Set(
      [...graph.fields.values()]
        .filter(({ kind, lineage }) => kind === 'feed' && lineage)
        .map(({ coordinate }) => coordinate),
    );
    this.#receivers = new Map(contracts.map((contract) => [contract.name, new Receiver(contract, feeds)]));
  }

  /**
   * What each fetch of a plan carries. A large plan is checked in turns with the rest of the process.
   * @throws LineageRefused
   */
  async inputsOf(fetches: readonly FetchNode[]): Promise<ReadonlyMap<FetchNode, FetchInputs>> {
    const scheduler = new CooperativeScheduler();
    const inputs = new Map<FetchNode, FetchInputs>();
    for (const fetch of fetches) {
      if (scheduler.shouldYield) await scheduler.yield();
      inputs.set(fetch, this.#inputsOf(fetch));
    }
    return inputs;
  }

  #inputsOf(fetch: FetchNode): FetchInputs {
    const { subgraph: receiver } = fetch;
    const known = this.#receivers.get(receiver);
    if (!known) throw new LineageRefused({ receiver, coordinates: [] }, 'has no contract.');
    return known.inputsOf(fetch, this.supergraph);
  }
}

/** One subgraph, according to its contract. */
class Receiver {
  readonly #name: string;
  readonly #schema: GraphQLSchema;
  readonly #fields: ReadonlyMap<string, FieldDefinition>;
  /** Coordinates of the keys by which the subgraph finds entities of a type. */
  readonly #keys: ReadonlyMap<string, ReadonlySet<string>>;

  constructor(
    { name, sdl }: SubgraphSdl,
    /** Feeds with a lineage, of all subgraphs. */
    private readonly feeds: ReadonlySet<string>,
  ) {
    const document = parse(sdl, { noLocation: true });
    this.#name = name;
    this.#schema = buildSubgraphSchema(document);
    this.#fields = new Map(readSubgraph({ name, sdl }).fields.map((field) => [field.coordinate, field]));
    this.#keys = keysOf(document, this.#schema);
  }

  inputsOf(fetch: FetchNode, supergraph: GraphQLSchema): FetchInputs {
    const coordinates = new Set<string>();
    const inputs = (): FetchInputs => ({ receiver: this.#name, coordinates: [...coordinates].sort() });
    const refuse = (what: string): never => {
      throw new LineageRefused(inputs(), what);
    };
    const asked = this.#asked(fetch, supergraph, coordinates, refuse);
    const required = new Set(asked.flatMap((coordinate) => this.#fields.get(coordinate)?.requires ?? []));
    for (const { type, typename, fields } of fetch.places.flatMap(({ entities }) => entities)) {
      const keys = this.#keys.get(typename);
      if (!keys) return refuse(`carries ${typename}, which its contract finds by no key.`);
      // The contract of the receiver does not show the origin of what was renamed.
      if (type !== typename) return refuse('renames what it carries.');
      this.#represented(fields, typename, { required, keys }, coordinates, refuse);
    }
    return inputs();
  }

  /** Checks every field and argument that is requested, and adds the arguments. */
  #asked(
    fetch: FetchNode,
    supergraph: GraphQLSchema,
    coordinates: Set<string>,
    refuse: (what: string) => never,
  ): readonly string[] {
    const asked: string[] = [];
    const { document } = fetch;
    const types = variableTypes(document);
    const typeInfo = new TypeInfo(this.#schema);
    const entities = fetch.isEntityFetch ? '_entities' : undefined;
    visit(
      document,
      visitWithTypeInfo(typeInfo, {
        VariableDefinition: () => false,
        // @skip and @include, which GraphQL itself defines.
        Directive: () => false,
        Field: ({ name: { value: name } }) => {
          const type = typeInfo.getParentType();
          if (name === '__typename' || (name === entities && type === this.#schema.getQueryType())) return;
          const coordinate = `${type?.name}.${name}`;
          const field = this.#fields.get(coordinate);
          if (!field || !typeInfo.getFieldDef())
            return refuse(`asks for ${coordinate}, which its contract does not have.`);
          if (field.external && !field.inKey)
            return refuse(`asks for ${coordinate}, which belongs to another subgraph.`);
          const expected = namedTypeIn(supergraph, type!.name, name);
          if (expected !== undefined && expected !== field.returns)
            return refuse(`asks for ${coordinate} as another type than its contract has.`);
          asked.push(coordinate);
        },
        Argument: ({ name: { value: name } }) => {
          const field = typeInfo.getFieldDef();
          if (field?.name === entities) return;
          const coordinate = `${typeInfo.getParentType()?.name}.${field?.name}(${name}:)`;
          coordinates.add(coordinate);
          if (!typeInfo.getArgument()) refuse(`fills ${coordinate}, which its contract does not have.`);
        },
        ObjectField: ({ name }) => {
          if (!typeInfo.getInputType())
            refuse(`fills the input field ${name.value}, which its contract does not have.`);
        },
        Variable: ({ name: { value: name } }) => {
          const type = types.get(name);
          if (name === 'representations' && entities) return;
          const takes = getNamedType(typeInfo.getInputType());
          const given = type === undefined ? undefined : supergraph.getType(type);
          if (!given || !takes || !fits(given, takes))
            refuse(`fills $${name} of type ${type} where its contract has another type.`);
        },
      }),
    );
    return asked;
  }

  /** Checks what represents an object, and adds its coordinates. */
  #represented(
    fields: readonly RepresentedField[],
    type: string,
    may: { readonly keys: ReadonlySet<string>; readonly required: ReadonlySet<string> },
    coordinates: Set<string>,
    refuse: (what: string) => never,
  ): void {
    for (const { key, name, objects } of fields) {
      const coordinate = `${type}.${name}`;
      coordinates.add(coordinate);
      if (key !== name) return refuse('renames what it carries.');
      const isKey = may.keys.has(coordinate);
      if (!isKey && !(may.required.has(coordinate) && this.feeds.has(coordinate)))
        return refuse(`carries ${coordinate}, which its contract does not give it.`);
      const inner = namedTypeIn(this.#schema, type, name);
      for (const object of objects ?? [])
        this.#represented(object.fields, object.type ?? inner ?? '', may, coordinates, refuse);
    }
  }
}

/**
 * The coordinates of resolvable keys, by type. Keys of nested objects belong to the type that has the key.
 */
function keysOf(document: DocumentNode, schema: GraphQLSchema): ReadonlyMap<string, ReadonlySet<string>> {
  const local = federationDirectives(document)('key');
  const keys = new Map<string, Set<string>>();
  for (const node of document.definitions) {
    if (!isEntityNode(node)) continue;
    for (const directive of node.directives ?? []) {
      const resolvable = argument(directive, 'resolvable');
      if (directive.name.value !== local || (resolvable?.kind === Kind.BOOLEAN && !resolvable.value))
        continue;
      const type = schema.getType(node.name.value);
      const known = keys.get(node.name.value) ?? new Set();
      keys.set(node.name.value, known);
      const typeInfo = new TypeInfo(schema, type);
      const [operation] = parse(`{ ${textOf(argument(directive, 'fields'))} }`, {
        noLocation: true,
      }).definitions;
      visit(
        (operation as OperationDefinitionNode).selectionSet,
        visitWithTypeInfo(typeInfo, {
          Field: ({ name }) => void known.add(`${typeInfo.getParentType()?.name}.${name.value}`),
        }),
      );
    }
  }
  return keys;
}

function isEntityNode(node: DefinitionNode): node is EntityNode {
  return (
    node.kind === Kind.OBJECT_TYPE_DEFINITION ||
    node.kind === Kind.OBJECT_TYPE_EXTENSION ||
    node.kind === Kind.INTERFACE_TYPE_DEFINITION ||
    node.kind === Kind.INTERFACE_TYPE_EXTENSION
  );
}

function variableTypes(document: DocumentNode): ReadonlyMap<string, string> {
  const types = new Map<string, string>();
  visit(document, {
    VariableDefinition({ variable, type }) {
      let named = type;
      while (named.kind !== Kind.NAMED_TYPE) named = named.type;
      types.set(variable.name.value, named.name.value);
    },
  });
  return types;
}

/** Whether every value of an input type of the supergraph fits the type of the contract, at any depth. */
function fits(given: GraphQLNamedType, takes: GraphQLNamedType, seen = new Set<string>()): boolean {
  if (given.name !== takes.name) return false;
  if (seen.has(given.name)) return true;
  seen.add(given.name);
  if (isScalarType(given)) return isScalarType(takes);
  if (isEnumType(given))
    return isEnumType(takes) && given.getValues().every(({ name }) => takes.getValue(name) !== undefined);
  if (!isInputObjectType(given) || !isInputObjectType(takes)) return false;
  const fields = takes.getFields();
  return Object.values(given.getFields()).every(
    ({ name, type }) =>
      fields[name] !== undefined && fits(getNamedType(type), getNamedType(fields[name].type), seen),
  );
}

function namedTypeIn(schema: GraphQLSchema, typename: string, field: string): string | undefined {
  const type = schema.getType(typename);
  const found = isObjectType(type) || isInterfaceType(type) ? type.getFields()[field] : undefined;
  return found && getNamedType(found.type).name;
}

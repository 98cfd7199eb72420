import {
  type ArgumentNode,
  buildASTSchema,
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type FieldNode,
  getNamedType,
  type GraphQLSchema,
  isObjectType,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
  print,
  type SelectionSetNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';

/** A field that is required with certain arguments, under a generated name. */
export interface Requirement {
  readonly name: string;
  /** The `Type.field` that it stands for. */
  readonly coordinate: string;
  readonly field: string;
  readonly arguments: readonly ArgumentNode[];
}

export interface DistinctRequirements {
  /** The supergraph that the planner uses. */
  readonly supergraph: DocumentNode;
  /** Keyed by generated name; empty where no field is required with different arguments. */
  readonly requirements: ReadonlyMap<string, Requirement>;
  /** The requirements of a field, keyed by its coordinate. */
  readonly requiredBy: ReadonlyMap<string, readonly Requirement[]>;
}

/**
 * Gives separate names to fields that are required with different arguments, such as `price(currency: "EUR")`
 * and `price(currency: "USD")`. The planner identifies a required field by its name alone. It would fetch one
 * of the two and use it for both. restorePlan in planner.ts restores the names in plans.
 * @param supergraph the supergraph SDL that composition wrote
 */
export function distinctRequirements(supergraph: DocumentNode): DistinctRequirements {
  const required = new RequiredFields(buildASTSchema(supergraph, { assumeValid: true }));
  visit(supergraph, {
    ObjectTypeDefinition: (type) => type.fields?.forEach((field) => required.note(type, field)),
  });
  const requirements = required.distinct();
  if (requirements.size === 0) return { supergraph, requirements: new Map(), requiredBy: new Map() };

  const requiredBy = new Map<string, Requirement[]>();
  const renamed = visit(supergraph, {
    ObjectTypeDefinition(type) {
      const fields = type.fields?.map((field) => ({
        ...field,
        directives: (field.directives ?? []).map((directive) => {
          const requires = requiresOf(directive);
          if (requires === undefined) return directive;
          const { text, used } = required.rename(type.name.value, requires, requirements);
          const coordinate = `${type.name.value}.${field.name.value}`;
          requiredBy.set(coordinate, [...(requiredBy.get(coordinate) ?? []), ...used]);
          return withRequires(directive, text);
        }),
      }));
      return { ...type, fields: fields?.flatMap((field) => [field, ...variants(type, field, requirements)]) };
    },
  });
  const byName = new Map([...requirements.values()].map((requirement) => [requirement.name, requirement]));
  return { supergraph: renamed, requirements: byName, requiredBy };
}

/** The fields with arguments that all fields of a supergraph require. */
class RequiredFields {
  /** Keyed by coordinate, then by arguments. */
  readonly #found = new Map<string, Map<string, FieldNode>>();

  constructor(private readonly schema: GraphQLSchema) {}

  note(type: ObjectTypeDefinitionNode, { directives }: FieldDefinitionNode): void {
    for (const directive of directives ?? []) {
      const requires = requiresOf(directive);
      if (requires === undefined) continue;
      this.#visit(type.name.value, requires, (node, coordinate) => {
        const known = this.#found.get(coordinate) ?? new Map<string, FieldNode>();
        this.#found.set(coordinate, known.set(argumentsOf(node), node));
        return undefined;
      });
    }
  }

  /** Returns fields that are required with different arguments, keyed by coordinate and arguments. */
  distinct(): Map<string, Requirement> {
    const distinct = new Map<string, Requirement>();
    for (const [coordinate, variants] of this.#found) {
      if (variants.size < 2) continue;
      for (const [text, node] of variants) {
        const field = node.name.value;
        const name = `${field}__required${distinct.size}`;
        distinct.set(coordinate + text, { name, coordinate, field, arguments: node.arguments ?? [] });
      }
    }
    return distinct;
  }

  rename(
    type: string,
    requires: string,
    requirements: ReadonlyMap<string, Requirement>,
  ): { readonly text: string; readonly used: readonly Requirement[] } {
    const used: Requirement[] = [];
    const renamed = this.#visit(type, requires, (node, coordinate) => {
      const requirement = requirements.get(coordinate + argumentsOf(node));
      if (!requirement) return undefined;
      used.push(requirement);
      return { ...node, name: { kind: Kind.NAME, value: requirement.name }, arguments: [] };
    });
    const text = print(renamed).replaceAll(/\s+/g, ' ').slice(1, -1).trim();
    return { text, used };
  }

  /** Visits the fields with arguments that a field of a type requires. Interfaces stay unchanged. */
  #visit(
    type: string,
    requires: string,
    change: (node: FieldNode, coordinate: string) => FieldNode | undefined,
  ): SelectionSetNode {
    const document = parse(`{ ${requires} }`, { noLocation: true });
    const [operation] = document.definitions;
    const selection = (operation as { selectionSet: SelectionSetNode }).selectionSet;
    const typeInfo = new TypeInfo(this.schema, this.schema.getType(type) as never);
    return visit(
      selection,
      visitWithTypeInfo(typeInfo, {
        Field(node) {
          const parent = typeInfo.getParentType();
          if (!node.arguments?.length || !isObjectType(parent && getNamedType(parent))) return undefined;
          return change(node, `${parent!.name}.${node.name.value}`);
        },
      }),
    );
  }
}

/** Returns one generated field for each set of arguments of a field. */
function variants(
  type: ObjectTypeDefinitionNode,
  field: FieldDefinitionNode,
  requirements: ReadonlyMap<string, Requirement>,
): FieldDefinitionNode[] {
  const coordinate = `${type.name.value}.${field.name.value}`;
  return [...requirements.values()]
    .filter((requirement) => requirement.coordinate === coordinate)
    .map(({ name }) => ({ ...field, name: { kind: Kind.NAME, value: name }, arguments: [] }));
}

function argumentsOf({ arguments: given = [] }: FieldNode): string {
  return given
    .map((argument) => print(argument))
    .toSorted()
    .join();
}

function requiresOf({ name, arguments: given = [] }: ConstDirectiveNode): string | undefined {
  if (name.value !== 'join__field') return undefined;
  const requires = given.find((argument) => argument.name.value === 'requires')?.value;
  return requires?.kind === Kind.STRING ? requires.value : undefined;
}

function withRequires(directive: ConstDirectiveNode, value: string): ConstDirectiveNode {
  const given = directive.arguments?.map((argument) =>
    argument.name.value === 'requires'
      ? { ...argument, value: { kind: Kind.STRING, value } as const }
      : argument,
  );
  return { ...directive, arguments: given ?? [] };
}

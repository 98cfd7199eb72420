import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildASTSchema,
  type ConstDirectiveNode,
  type EnumValueDefinitionNode,
  getNamedType,
  type GraphQLField,
  type GraphQLSchema,
  type InputValueDefinitionNode,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  Kind,
  parse,
  visit,
} from 'graphql';
import { packageRoot } from '../../lib/packageRoot.js';

type Field = GraphQLField<unknown, unknown>;

/** Scalars of pseudonyms; a field of one needs no grant. */
const ID_TYPES = new Set(['PersonID', 'FamilyID', 'ContactID']);

/**
 * The graph as an attacker knows it who has read the source: all names, also those hidden from every client.
 */
export class KnownGraph {
  readonly schema: GraphQLSchema;
  /** Coordinates of fields that no client may reach: feeds, and keys of derived entities. */
  readonly inaccessible: ReadonlySet<string>;
  /** Argument coordinate -> the field by which it filters. */
  readonly tests: ReadonlyMap<string, string>;
  /**
   * Fields of input types, and values of enumerations, that can be used only when an owner releases what they
   * test.
   */
  readonly takes: ReadonlySet<string>;

  private constructor(supergraph: string, subgraphs: readonly string[]) {
    this.schema = buildASTSchema(parse(supergraph), { assumeValid: true });
    this.inaccessible = new Set(
      this.fields()
        .filter(({ field }) => field.astNode?.directives?.some(({ name }) => name.value === 'inaccessible'))
        .map(({ coordinate }) => coordinate),
    );
    this.tests = new Map(subgraphs.flatMap(testsOf));
    this.takes = new Set(subgraphs.flatMap(takesOf));
  }

  static committed(): KnownGraph {
    const folder = join(packageRoot(), 'schema');
    const read = (file: string): string => readFileSync(join(folder, file), 'utf8');
    const subgraphs = readdirSync(join(folder, 'subgraphs')).filter((file) => file.endsWith('.graphql'));
    return new KnownGraph(
      read('supergraph.graphql'),
      subgraphs.map((file) => read(join('subgraphs', file))),
    );
  }

  /** Every field of every object. */
  fields(): readonly { readonly type: string; readonly field: Field; readonly coordinate: string }[] {
    return this.types().flatMap((type) =>
      Object.values(isObjectType(type) ? type.getFields() : {}).map((field) => ({
        type: type.name,
        field,
        coordinate: `${type.name}.${field.name}`,
      })),
    );
  }

  field(type: string, name: string): Field | undefined {
    const found = this.schema.getType(type);
    return isObjectType(found) || isInterfaceType(found) ? found.getFields()[name] : undefined;
  }

  /** Interfaces with the objects that implement them. */
  interfaces(): readonly {
    readonly name: string;
    readonly fields: readonly Field[];
    readonly objects: readonly string[];
  }[] {
    return this.types().flatMap((type) =>
      isInterfaceType(type)
        ? [
            {
              name: type.name,
              fields: Object.values(type.getFields()),
              objects: this.schema.getPossibleTypes(type).map(({ name }) => name),
            },
          ]
        : [],
    );
  }

  isId(field: Field): boolean {
    return ID_TYPES.has(getNamedType(field.type).name);
  }

  /** Every name of the graph: the word list of a guessing attacker. */
  words(): ReadonlySet<string> {
    const words = new Set<string>();
    for (const type of this.types()) {
      words.add(type.name);
      if (isEnumType(type)) for (const { name } of type.getValues()) words.add(name);
      if (!isObjectType(type) && !isInterfaceType(type) && !isInputObjectType(type)) continue;
      for (const field of Object.values(type.getFields())) {
        words.add(field.name);
        if ('args' in field) for (const { name } of field.args) words.add(name);
      }
    }
    return words;
  }

  /** Every name within those input types and nested ones: known together with the argument that uses them. */
  inputNames(inputs: Iterable<string>): ReadonlySet<string> {
    const names = new Set(inputs);
    for (const name of names) {
      const type = this.schema.getType(name);
      if (!isInputObjectType(type)) continue;
      for (const field of Object.values(type.getFields()))
        names.add(field.name).add(getNamedType(field.type).name);
    }
    return names;
  }

  /** The values of those enums. */
  enumValues(enums: ReadonlySet<string>): readonly string[] {
    return this.types().flatMap((type) =>
      isEnumType(type) && enums.has(type.name) ? type.getValues().map(({ name }) => name) : [],
    );
  }

  private types() {
    return Object.values(this.schema.getTypeMap()).filter(({ name }) => !/^(__|join__|link__)/.test(name));
  }
}

function testsOf(sdl: string): [string, string][] {
  const found: [string, string][] = [];
  const collect = (
    type: string,
    field: string,
    argument: string,
    directives: readonly ConstDirectiveNode[],
  ) => {
    for (const { name, arguments: given } of directives) {
      const value = given?.[0]?.value;
      if (name.value === 'tests' && value?.kind === Kind.STRING)
        found.push([`${type}.${field}(${argument}:)`, value.value]);
    }
  };
  visit(parse(sdl), {
    enter(node) {
      if (node.kind !== Kind.OBJECT_TYPE_DEFINITION && node.kind !== Kind.OBJECT_TYPE_EXTENSION) return;
      for (const field of node.fields ?? [])
        for (const { name, directives } of field.arguments ?? [])
          collect(node.name.value, field.name.value, name.value, directives ?? []);
    },
  });
  return found;
}

function takesOf(sdl: string): string[] {
  return parse(sdl).definitions.flatMap((node) => {
    if (node.kind !== Kind.INPUT_OBJECT_TYPE_DEFINITION && node.kind !== Kind.ENUM_TYPE_DEFINITION) return [];
    const parts: readonly (InputValueDefinitionNode | EnumValueDefinitionNode)[] =
      (node.kind === Kind.ENUM_TYPE_DEFINITION ? node.values : node.fields) ?? [];
    return parts
      .filter(({ directives }) => directives?.some(({ name }) => name.value === 'takes'))
      .map(({ name }) => `${node.name.value}.${name.value}`);
  });
}

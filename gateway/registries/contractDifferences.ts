import {
  type ConstDirectiveNode,
  type DocumentNode,
  type InputValueDefinitionNode,
  isTypeDefinitionNode,
  isTypeExtensionNode,
  Kind,
  type NameNode,
  parse,
  print,
  type TypeDefinitionNode,
  type TypeExtensionNode,
} from 'graphql';

/** Longer than any committed contract. A longer text is not parsed. */
const MAX_SDL_LENGTH = 2 ** 20;
const MAX_TOKENS = 100_000;
const MAX_REPORTED = 20;
const MAX_NAME_LENGTH = 100;

/** The declarations of a subgraph by coordinate. Order, descriptions and white space do not count. */
type Declarations = ReadonlyMap<string, Declaration>;

interface Declaration {
  /** The declaration without its directives: for a field, its type. */
  readonly shape: string;
  /** Canonical text of each directive, by name. */
  readonly directives: ReadonlyMap<string, string>;
}

/**
 * How the SDL that a subgraph answers differs from its committed SDL; empty if it does not. The result names
 * only coordinates and directives, shortened, and lists missing ones last. So the text of a stranger can
 * neither fill a log nor hide there.
 */
export function contractDifferences(committed: string, answered: string): readonly string[] {
  if (committed === answered) return [];
  if (answered.length > MAX_SDL_LENGTH) return [`a text of ${answered.length} characters`];
  const expected = declarationsOf(parse(committed, { noLocation: true }));
  const found = tryToRead(answered);
  if (!found) return ['a text that is not GraphQL'];
  const changes = [...found.keys()]
    .sort()
    .flatMap((coordinate) => changesAt(coordinate, expected.get(coordinate), found.get(coordinate)!));
  const missing = [...expected.keys()].filter((coordinate) => !found.has(coordinate)).sort();
  const differences = [...changes, ...missing.map((coordinate) => `${coordinate} is missing`)];
  const more = differences.length - MAX_REPORTED;
  return more > 0 ? [...differences.slice(0, MAX_REPORTED), `${more} more`] : differences;
}

function tryToRead(sdl: string): Declarations | undefined {
  try {
    return declarationsOf(parse(sdl, { noLocation: true, maxTokens: MAX_TOKENS }));
  } catch {
    return undefined;
  }
}

function changesAt(coordinate: string, expected: Declaration | undefined, found: Declaration): string[] {
  const place = shortened(coordinate);
  if (!expected) {
    const directives = [...found.directives.keys()].map((name) => ` @${shortened(name)}`);
    return [`${place}${directives.join('')} is not in the contract`];
  }
  const names = [...new Set([...expected.directives.keys(), ...found.directives.keys()])].sort();
  const directives = names.flatMap((name) => {
    const [before, after] = [expected.directives.get(name), found.directives.get(name)];
    if (before === after) return [];
    const what = before === undefined ? 'is added' : after === undefined ? 'is missing' : 'differs';
    return [`${place} @${shortened(name)} ${what}`];
  });
  return expected.shape === found.shape ? directives : [`${place} differs`, ...directives];
}

function shortened(name: string): string {
  return name.length > MAX_NAME_LENGTH ? `${name.slice(0, MAX_NAME_LENGTH)}…` : name;
}

function declarationsOf(document: DocumentNode): Declarations {
  const parts = new Map<string, { shapes: string[]; directives: ConstDirectiveNode[] }>();
  const declare = (
    coordinate: string,
    shape: string,
    directives: readonly ConstDirectiveNode[] | undefined,
  ): void => {
    const part = parts.get(coordinate) ?? { shapes: [], directives: [] };
    part.shapes.push(shape);
    part.directives.push(...(directives ?? []));
    parts.set(coordinate, part);
  };
  for (const node of document.definitions) {
    switch (node.kind) {
      case Kind.SCHEMA_DEFINITION:
      case Kind.SCHEMA_EXTENSION: {
        const roots = (node.operationTypes ?? []).map((root) => print(root)).sort();
        declare('schema', `${node.kind} ${roots.join()}`, node.directives);
        break;
      }
      case Kind.DIRECTIVE_DEFINITION: {
        const locations = node.locations.map(({ value }) => value).sort();
        const inputs = (node.arguments ?? []).map((input) => `${input.name.value}: ${inputShape(input)}`);
        const repeats = node.repeatable ? 'repeatable ' : '';
        declare(`@${node.name.value}`, `${repeats}${locations.join()} ${inputs.sort().join()}`, []);
        break;
      }
      default:
        if (isTypeDefinitionNode(node) || isTypeExtensionNode(node)) declareType(node, declare);
        // No contract has any other definition, so this one is a difference.
        else declare(node.kind, print(node), []);
    }
  }
  return new Map(
    [...parts].map(([coordinate, { shapes, directives }]) => [
      coordinate,
      { shape: shapes.sort().join('\n'), directives: byName(directives) },
    ]),
  );
}

function declareType(
  node: TypeDefinitionNode | TypeExtensionNode,
  declare: (coordinate: string, shape: string, directives: readonly ConstDirectiveNode[] | undefined) => void,
): void {
  const type = node.name.value;
  const names = (list: readonly { readonly name: NameNode }[] | undefined): string =>
    (list ?? [])
      .map(({ name }) => name.value)
      .sort()
      .join();
  switch (node.kind) {
    case Kind.OBJECT_TYPE_DEFINITION:
    case Kind.OBJECT_TYPE_EXTENSION:
    case Kind.INTERFACE_TYPE_DEFINITION:
    case Kind.INTERFACE_TYPE_EXTENSION:
      declare(type, `${node.kind} ${names(node.interfaces)}`, node.directives);
      for (const field of node.fields ?? []) {
        const coordinate = `${type}.${field.name.value}`;
        declare(coordinate, print(field.type), field.directives);
        for (const input of field.arguments ?? [])
          declare(`${coordinate}(${input.name.value}:)`, inputShape(input), input.directives);
      }
      break;
    case Kind.INPUT_OBJECT_TYPE_DEFINITION:
    case Kind.INPUT_OBJECT_TYPE_EXTENSION:
      declare(type, node.kind, node.directives);
      for (const input of node.fields ?? [])
        declare(`${type}.${input.name.value}`, inputShape(input), input.directives);
      break;
    case Kind.ENUM_TYPE_DEFINITION:
    case Kind.ENUM_TYPE_EXTENSION:
      declare(type, node.kind, node.directives);
      for (const value of node.values ?? []) declare(`${type}.${value.name.value}`, '', value.directives);
      break;
    case Kind.UNION_TYPE_DEFINITION:
    case Kind.UNION_TYPE_EXTENSION:
      declare(type, `${node.kind} ${names(node.types)}`, node.directives);
      break;
    default:
      declare(type, node.kind, node.directives);
  }
}

function inputShape({ type, defaultValue }: InputValueDefinitionNode): string {
  return defaultValue ? `${print(type)} = ${print(defaultValue)}` : print(type);
}

function byName(directives: readonly ConstDirectiveNode[]): ReadonlyMap<string, string> {
  const texts = new Map<string, string[]>();
  for (const { name, arguments: given = [] } of directives) {
    const text = given
      .map((argument) => print(argument))
      .sort()
      .join();
    texts.set(name.value, [...(texts.get(name.value) ?? []), text]);
  }
  return new Map([...texts].map(([name, uses]) => [name, uses.sort().join('\n')]));
}

import {
  getNamedType,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  isAbstractType,
  isCompositeType,
  isLeafType,
  isObjectType,
} from 'graphql';

const ALIASES = ['id', 'name', 'price', 'size', 'title', 'constructor', '__proto__', 'a', 'b'];
const ARGUMENTS: Record<string, readonly string[]> = {
  Int: ['2', '$n'],
  ID: ['"1"', '$id', '"0"'],
  String: ['"USD"', '"EUR"'],
  Boolean: ['true', '$yes'],
};

const VARIABLES = ['$yes: Boolean! = true', '$no: Boolean = false', '$n: Int', '$id: ID! = "1"'];

/**
 * Writes an operation from a tape of numbers, where each number decides one choice. So a generator of tapes
 * generates operations, and a shorter tape is a simpler operation.
 */
export function operationFrom(
  schema: GraphQLSchema,
  tape: readonly number[],
  values: Record<string, readonly string[]> = ARGUMENTS,
  operation: 'query' | 'mutation' = 'query',
): string {
  const fragments: string[] = [];
  let at = 0;
  const choose = (options: number): number => (tape[at++] ?? 0) % options;
  const pick = <T>(items: readonly T[]): T => items[choose(items.length)]!;

  const condition = (): string =>
    choose(6) === 1
      ? pick([' @skip(if: $yes)', ' @include(if: $yes)', ' @include(if: $no)', ' @skip(if: false)'])
      : '';

  const field = ({ name, args, type }: GraphQLField<unknown, unknown>, depth: number): string => {
    const alias = choose(3) === 1 ? `${pick(ALIASES)}: ` : '';
    const given = args.filter((arg) => String(arg.type).endsWith('!') || choose(2) === 1);
    const written = given.map((arg) => `${arg.name}: ${pick(values[getNamedType(arg.type).name]!)}`);
    const named = getNamedType(type);
    const inner = isCompositeType(named) ? ` { ${selection(named, depth - 1)} }` : '';
    return `${alias}${name}${written.length > 0 ? `(${written.join(', ')})` : ''}${condition()}${inner}`;
  };

  const fragment = (type: GraphQLCompositeType, depth: number): string => {
    const types = Object.values(schema.getTypeMap()).filter(isCompositeType);
    const near = types.filter((other) => !other.name.startsWith('__') && overlaps(schema, type, other));
    const on = near.length > 0 ? pick(near) : type;
    const body = `{ ${selection(on, depth)} }`;
    if (choose(2) === 0) return `... on ${on.name}${condition()} ${body}`;
    const name = `F${fragments.length}`;
    fragments.push(`fragment ${name} on ${on.name} ${body}`);
    return `...${name}${condition()}`;
  };

  const selection = (type: GraphQLCompositeType, depth: number): string => {
    const fields = 'getFields' in type ? Object.values(type.getFields()) : [];
    const within = depth > 0 ? fields : fields.filter(({ type }) => isLeafType(getNamedType(type)));
    const selections: string[] = [];
    for (let more = 1 + choose(4); more > 0; more -= 1) {
      const kind = choose(8);
      if (kind === 1 || within.length === 0) selections.push(pick(['__typename', 't: __typename']));
      else if (kind === 2 && depth > 0) selections.push(fragment(type, depth - 1));
      else selections.push(field(pick(within), depth));
    }
    return selections.join(' ');
  };

  const root = operation === 'query' ? schema.getQueryType()! : schema.getMutationType()!;
  const body = [`{ ${selection(root, 5)} }`, ...fragments].join('\n');
  const used = VARIABLES.filter((variable) => new RegExp(`\\${variable.split(':')[0]}\\b`).test(body));
  return `${operation} ${used.length > 0 ? `(${used.join(', ')}) ` : ''}${body}`;
}

function overlaps(schema: GraphQLSchema, one: GraphQLCompositeType, other: GraphQLCompositeType): boolean {
  const objects = (type: GraphQLCompositeType) =>
    isObjectType(type) ? [type] : isAbstractType(type) ? schema.getPossibleTypes(type) : [];
  return objects(one).some((type) => objects(other).includes(type));
}

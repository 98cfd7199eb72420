import {
  GraphQLBoolean,
  GraphQLEnumType,
  GraphQLError,
  type GraphQLFieldConfig,
  type GraphQLFieldResolver,
  GraphQLID,
  GraphQLInt,
  GraphQLInterfaceType,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  type GraphQLOutputType,
  GraphQLScalarType,
  GraphQLSchema,
  GraphQLString,
  GraphQLUnionType,
} from 'graphql';
import { PolkuError } from '../../lib/errors.js';

type Resolver = GraphQLFieldResolver<unknown, unknown>;

/** Serializes every third number to null, and refuses every seventh. */
const Odd = new GraphQLScalarType<number, string>({
  name: 'Odd',
  serialize(value) {
    if (Number(value) % 7 === 6) throw new PolkuError('BAD_USER_INPUT', 'refused');
    return (Number(value) % 3 === 2 ? null : `odd ${String(value)}`) as string;
  },
});
const Colour = new GraphQLEnumType({
  name: 'Colour',
  values: { RED: { value: 0 }, GREEN: { value: 1 }, BLUE: { value: 2 } },
});
const leaves = [GraphQLInt, GraphQLString, GraphQLID, GraphQLBoolean, Odd, Colour];
const NAMES = ['A', 'B', 'C', 'D'];
const FIELDS = ['id', 'name', 'price', 'size', 'title'];

/**
 * Makes a schema from a tape of numbers: types of every kind, with resolvers that answer at once or later,
 * with values, nulls, errors and values of the wrong kind. A resolver's answer depends only on its field, its
 * arguments and its source.
 */
export function schemaFrom(tape: readonly number[]): GraphQLSchema {
  let at = 0;
  const choose = (options: number): number => (tape[at++ % tape.length] ?? 0) % options;
  const pick = <T>(items: readonly T[]): T => items[choose(items.length)]!;

  // In half of the schemas all fields answer at once; in the other half only some do.
  const waits = choose(2) === 1;
  const shared = wrapped(pick(leaves), choose(8));
  const sharedField = { type: shared, resolve: resolverOf(shared, choose(1000), waits) };
  const Named = new GraphQLInterfaceType({
    name: 'Named',
    fields: { shared: { type: shared } },
    resolveType: typeResolver(choose(4), choose(1000), waits),
  });
  const types: GraphQLObjectType[] = NAMES.map((name, index) => {
    const [seed, check] = [choose(1000), choose(6)];
    const tapeOfFields = FIELDS.map(() => [choose(12), choose(8), choose(1000), choose(4)] as const);
    return new GraphQLObjectType({
      name,
      interfaces: index === 0 || seed % 2 === 0 ? [Named] : [],
      fields: () => ({
        shared: sharedField,
        ...Object.fromEntries(FIELDS.map((field, at) => [field, fieldOf(...tapeOfFields[at]!)])),
      }),
      ...(check < 2 && {
        isTypeOf: (value: unknown) => later(waits && check === 1, numberIn(value) % 5 !== 4),
      }),
    });
  });
  const Any = new GraphQLUnionType({
    name: 'Any',
    types: types.slice(0, 2 + choose(3)),
    ...(choose(3) > 0 && { resolveType: typeResolver(choose(4), choose(1000), waits) }),
  });
  const named = () => [...leaves, ...types, Named, Any];

  const fieldOf = (
    kind: number,
    wrapping: number,
    seed: number,
    argument: number,
  ): GraphQLFieldConfig<unknown, unknown> => {
    const type = wrapped(named()[kind]!, wrapping);
    return {
      type,
      args:
        argument < 2
          ? {
              n: { type: argument === 0 ? GraphQLInt : new GraphQLNonNull(GraphQLInt) },
              word: { type: new GraphQLList(GraphQLString), defaultValue: ['x'] },
            }
          : {},
      ...(seed % 5 > 0 && { resolve: resolverOf(type, seed, waits) }),
    };
  };

  const rootTape = NAMES.map(() => [choose(8), choose(1000)] as const);
  const query = new GraphQLObjectType({
    name: 'Query',
    fields: Object.fromEntries(
      [...types, Named, Any].map((type, index) => {
        const [wrapping, seed] = rootTape[index % rootTape.length]!;
        const root = wrapped(type, wrapping);
        return [type.name.toLowerCase(), { type: root, resolve: resolverOf(root, seed + index, waits) }];
      }),
    ),
  });
  return new GraphQLSchema({ query, types });
}

function wrapped(type: GraphQLOutputType, wrapping: number): GraphQLOutputType {
  const required = (of: GraphQLOutputType) => new GraphQLNonNull(of as never) as GraphQLOutputType;
  switch (wrapping) {
    case 0:
      return required(type);
    case 1:
      return new GraphQLList(type);
    case 2:
      return new GraphQLList(required(type));
    case 3:
      return required(new GraphQLList(required(type)));
    case 4:
      return new GraphQLList(new GraphQLList(type));
    default:
      return type;
  }
}

function later<Value>(waits: boolean, value: Value): Value | Promise<Value> {
  return waits ? Promise.resolve(value) : value;
}

function numberIn(value: unknown): number {
  return (value as { n?: number } | null)?.n ?? 0;
}

function typeResolver(kind: number, seed: number, waits: boolean) {
  return (value: unknown): string | undefined | Promise<string | undefined> => {
    const name = (seed + numberIn(value)) % 11 === 0 ? undefined : NAMES[(seed + numberIn(value)) % 3];
    if (kind === 0 && numberIn(value) % 6 === 5) throw new Error('no type');
    return later(waits && kind === 1, name);
  };
}

/** Every non-leaf is an object with a number, from which its fields answer. */
function resolverOf(type: GraphQLOutputType, seed: number, waits: boolean): Resolver {
  const [isList, isNested, isOfRequired] = [/^\[/, /^\[\[/, /!]/].map((form) => form.test(String(type)));
  // When a list fails at once, graphql-js leaves later rejections in it unhandled, which ends a process.
  const allLater = waits && isOfRequired;
  return (source, args, context, { parentType, fieldName }) => {
    (context as { asked: string[] }).asked.push(`${parentType.name}.${fieldName}`);
    const words = (args['word'] ?? []) as readonly string[];
    const turn = seed + numberIn(source) + Number(args['n'] ?? 0) + words.length;
    const value = (offset: number): unknown => {
      const own = turn * 7 + offset;
      const mood = (turn + offset) % 13;
      if (mood === 1) return null;
      if (mood === 2) return new Error('an error as a value');
      if (mood === 3) return undefined;
      return isLeafName(type) ? own % 4 : { n: own % 50, name: `own ${own}`, size: [own], id: () => own };
    };
    const item = (offset: number): unknown => {
      const mood = (turn + offset) % 11;
      if (waits && !isOfRequired && mood === 5)
        return Promise.reject(new PolkuError('BAD_USER_INPUT', 'refused later'));
      return later(allLater || (waits && mood < 3), value(offset));
    };
    const mood = (turn * 3) % 17;
    if (mood === 1) throw new PolkuError('BAD_USER_INPUT', 'refused');
    if (mood === 2 && waits) return Promise.reject(new GraphQLError('rejected'));
    const isLate = waits && mood % 3 === 0;
    if (mood === 3) return later(isLate, null);
    if (!isList) return later(isLate, value(0));
    if (mood === 4) return 'no list';
    const items = Array.from({ length: turn % 4 }, (_, index) => item(index + 1));
    if (isNested) return later(isLate, [items, null, [...items]]);
    return later(isLate, mood === 5 ? new Set(items) : items);
  };
}

function isLeafName(type: GraphQLOutputType): boolean {
  const name = String(type).replace(/[[\]!]/g, '');
  return leaves.some((leaf) => leaf.name === name);
}

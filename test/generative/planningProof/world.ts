import { type GraphQLFieldResolver, type GraphQLSchema, Kind, parse, type SelectionSetNode } from 'graphql';
import type { RandomGraph, WorldField } from './randomGraph.js';

/** An object: one of a few of its type. What its fields hold depends on nothing else. */
export interface WorldObject {
  readonly type: string;
  readonly index: number;
  /** What a subgraph was given with it. */
  readonly given?: Readonly<Record<string, unknown>>;
}

const OBJECTS = 4;

/** What every field of every object holds, and a counter that mutations change. */
export class World {
  counter = 0;

  constructor(private readonly fields: RandomGraph['fields']) {}

  field(type: string, name: string): WorldField | undefined {
    return this.fields.get(type)?.get(name);
  }

  valueOf(
    object: WorldObject,
    name: string,
    args: Readonly<Record<string, unknown>>,
    possibleOf: (coordinate: string) => Possible,
  ): unknown {
    const { type, index } = object;
    const possible = possibleOf(`${type}.${name}`);
    if (name === 'tick') return this.counter;
    if (type === 'Mutation') this.counter += 1;
    const field = this.field(type, name)!;
    const number = Number(args['n'] ?? 1);
    const computed =
      field.requires === undefined ? undefined : this.#required(object, field.requires, possibleOf);
    const seed = hashOf(`${type} ${name}`) + index * 7 + number * 13;
    return this.#make(field.type, { type, index, name, seed, number, computed }, possible);
  }

  /** An object by one of its keys; undefined if it is none. */
  byKey(type: string, key: Readonly<Record<string, unknown>>): WorldObject | undefined {
    for (let index = 0; index < OBJECTS; index++) {
      const object = { type: this.concrete(type, index), index };
      const fits = ['id', 'code', 'a', 'b'].every(
        (name) => key[name] === undefined || key[name] === this.valueOf(object, name, {}, () => () => []),
      );
      const tag = key['tag'] as { readonly no?: unknown } | undefined;
      if (fits && (tag === undefined || tag.no === index + 50)) return { ...object, given: key };
    }
    return undefined;
  }

  /** Objects of the interface Media are of two types by turns. */
  concrete(type: string, index: number): string {
    return type === 'Media' ? `M${index % 2}` : type;
  }

  #required(object: WorldObject, set: string, possibleOf: (coordinate: string) => Possible): string {
    const { selectionSet } = parse(`{ ${set} }`).definitions[0] as { selectionSet: SelectionSetNode };
    if (object.given) return JSON.stringify(givenOf(object.given, selectionSet));
    const read = (value: unknown, selections: SelectionSetNode | undefined): unknown => {
      if (Array.isArray(value)) return value.map((item) => read(item, selections));
      if (!selections || value === null || value === undefined) return value ?? null;
      return selections.selections.map((node) => {
        if (node.kind !== Kind.FIELD) throw new TypeError('Requirements have fields only.');
        const argument = node.arguments?.[0]?.value;
        const args = argument?.kind === Kind.INT ? { n: Number(argument.value) } : {};
        return read(this.valueOf(value as WorldObject, node.name.value, args, possibleOf), node.selectionSet);
      });
    };
    return JSON.stringify(read(object, selectionSet));
  }

  #make(type: string, at: Making, possible: Possible): unknown {
    if (type.endsWith('!')) {
      const value = this.#make(type.slice(0, -1), { ...at, seed: at.seed }, possible);
      return value ?? this.#make(type.slice(0, -1), { ...at, seed: 1 }, possible);
    }
    const { name, index, seed, number } = at;
    if (['id', 'code', 'a', 'b'].includes(name)) {
      const mediaType = /^M/.test(at.type) ? 'Media' : at.type;
      return { id: `${mediaType}-${index}`, code: index + 100, a: index >> 1, b: `b${index & 1}` }[name];
    }
    if (name === 'no') return index + 50;
    if (type.startsWith('[')) {
      if (seed % 11 === 0) return null;
      return Array.from({ length: seed % 4 }, (_, item) =>
        this.#make(type.slice(1, -1), { ...at, seed: seed + item * 5 + 1 }, possible),
      );
    }
    if (type === 'String')
      return seed % 9 === 0 && !at.computed
        ? null
        : `${at.type}.${name} ${index} ${number} ${at.computed ?? ''}`;
    if (type === 'Int') return seed % 9 === 0 ? null : (seed * 31) % 1000;
    if (type === 'Tag' || type === 'Size' || type === 'Box') return { type, index };
    if (seed % 10 === 0) return null;
    const members = possible(type);
    const picked = members[seed % members.length]!;
    const target = seed % OBJECTS;
    return { type: /^M\d$/.test(picked) ? this.concrete('Media', target) : picked, index: target };
  }
}

interface Making {
  readonly type: string;
  readonly index: number;
  readonly name: string;
  readonly seed: number;
  readonly number: number;
  readonly computed: string | undefined;
}

/** The object types that a type may be. */
export type Possible = (type: string) => readonly string[];

/** What a subgraph was given of a requirement, as the world itself would read it. */
function givenOf(value: unknown, set: SelectionSetNode | undefined): unknown {
  if (Array.isArray(value)) return value.map((item) => givenOf(item, set));
  if (!set || value === null) return value;
  return set.selections.map((node) => {
    if (node.kind !== Kind.FIELD) throw new TypeError('Requirements have fields only.');
    const given = (value as Record<string, unknown>)[node.name.value];
    return given === undefined ? 'missing' : givenOf(given, node.selectionSet);
  });
}

function hashOf(text: string): number {
  let hash = 7;
  for (const character of text) hash = (hash * 31 + character.charCodeAt(0)) % 100_003;
  return hash;
}

/** The types that an abstract type may be in all subgraphs: objects of a field are of these only. */
export function possibleIn(schema: GraphQLSchema): Possible {
  return (type) => {
    const found = schema.getType(type);
    if (!found || !('getInterfaces' in found || 'getTypes' in found)) return [type];
    const members = schema.getPossibleTypes(found as never).map(({ name }) => name);
    return members.length > 0 ? members.toSorted() : [type];
  };
}

/** Resolves every field of a schema from the world. */
export function worldResolver(
  world: World,
  possibleOf: (coordinate: string) => Possible,
): GraphQLFieldResolver<unknown, unknown> {
  return (source, args, _context, { parentType, fieldName }) => {
    const object = (source as WorldObject | undefined) ?? { type: parentType.name, index: 0 };
    return world.valueOf(object, fieldName, args, possibleOf);
  };
}

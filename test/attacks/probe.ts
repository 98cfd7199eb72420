import {
  getNamedType,
  type GraphQLInputType,
  isCompositeType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
} from 'graphql';
import type { KnownGraph } from './knownGraph.js';
import type { Sight } from './sight.js';

/** An id of the right form that was never issued. */
export const FORGED_ID = 'A'.repeat(22);

/** A reachable place in the graph, and a hidden field there. */
export interface Probe {
  readonly coordinate: string;
  readonly type: string;
  /** The field in a selection: with arguments and a selection if it needs them. */
  readonly field: string;
  /** The whole selection of an operation, with something selected on the type. */
  readonly around: (inner: string) => string;
  /** Whether data may come back: the way there names no id that would have to exist. */
  readonly bearing: boolean;
}

/** Every hidden field of the types that a requester may reach. */
export function hiddenProbes(graph: KnownGraph, sight: Sight): readonly Probe[] {
  return sight.hidden().flatMap((coordinate) => {
    const [type = '', name = ''] = coordinate.split('.');
    const way = wayTo(graph, sight, type);
    return way ? [{ ...way, coordinate, type, field: selection(graph, type, name) }] : [];
  });
}

/** A field with what it needs to be valid. */
export function selection(graph: KnownGraph, type: string, name: string): string {
  const field = graph.field(type, name)!;
  const given = field.args.filter(isRequiredArgument).map((arg) => `${arg.name}: ${literal(arg.type)}`);
  const inner = isCompositeType(getNamedType(field.type)) ? ' { __typename }' : '';
  return `${name}${given.length > 0 ? `(${given.join(', ')})` : ''}${inner}`;
}

interface Way {
  readonly around: (inner: string) => string;
  readonly bearing: boolean;
}

type Ways = ReadonlyMap<string, Way['around']>;

/** For each sight the ways without an id, and those that may name one. */
const knownWays = new WeakMap<Sight, { readonly listed: Ways; readonly named: Ways }>();

/** The shortest way from the root to a type over shown fields, if possible without an id. */
export function wayTo(graph: KnownGraph, sight: Sight, type: string): Way | undefined {
  let ways = knownWays.get(sight);
  if (!ways) {
    ways = { listed: waysOf(graph, sight, false), named: waysOf(graph, sight, true) };
    knownWays.set(sight, ways);
  }
  const listed = ways.listed.get(type);
  if (listed) return { around: listed, bearing: true };
  const named = ways.named.get(type);
  return named && { around: named, bearing: false };
}

function waysOf(graph: KnownGraph, sight: Sight, naming: boolean): Ways {
  const ways = new Map<string, Way['around']>();
  const waiting: { type: string; around: Way['around'] }[] = [{ type: 'Query', around: (inner) => inner }];
  const seen = new Set(['Query']);
  for (let place = waiting.shift(); place; place = waiting.shift()) {
    const { type, around } = place;
    ways.set(type, around);
    const object = graph.schema.getType(type);
    for (const field of isObjectType(object) ? Object.values(object.getFields()) : []) {
      const next = getNamedType(field.type);
      if (!isObjectType(next) || seen.has(next.name) || !sight.shows(`${type}.${field.name}`)) continue;
      const needed = field.args.filter(isRequiredArgument);
      if (!naming && needed.some((arg) => getNamedType(arg.type).name !== 'Int')) continue;
      if (needed.some((arg) => getNamedType(arg.type).name === 'IdentityCode')) continue;
      seen.add(next.name);
      const given = needed.map((arg) => `${arg.name}: ${literal(arg.type)}`).join(', ');
      const call = `${field.name}${given && `(${given})`}`;
      waiting.push({ type: next.name, around: (inner) => around(`${call} { ${inner} }`) });
    }
  }
  return ways;
}

function literal(type: GraphQLInputType): string {
  if (isNonNullType(type)) return literal(type.ofType);
  if (isListType(type)) return '[]';
  switch (type.name) {
    case 'Int':
      return '20';
    case 'Boolean':
      return 'true';
    case 'IdentityCode':
      return '$code';
    case 'Date':
      return '"2010-01-01"';
    case 'Quarter':
      return '"2012-Q1"';
    default:
      return `"${FORGED_ID}"`;
  }
}

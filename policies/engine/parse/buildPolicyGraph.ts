import { groupBy } from '../../../lib/groupBy.js';
import { isKeyScalar } from '../../../schema/keys.js';
import { CODING_TYPE, type FieldKind, type LeftOut, type PolicyGraph } from './policyGraph.js';
import { type FieldDefinition, readSubgraph, type SubgraphSdl, type TypeOf } from './readSubgraph.js';

export type { SubgraphSdl };

const FEED = 'Feed';
const ROOTS = ['Query', 'Mutation', 'Subscription'];

/**
 * Reads the subgraphs into one graph. A field belongs to the first subgraph that defines it without
 * `@external`.
 * @param leftOut registries that are known but not joined here
 */
export function buildPolicyGraph(
  subgraphs: readonly SubgraphSdl[],
  leftOut: readonly SubgraphSdl[] = [],
): PolicyGraph {
  const read = subgraphs.map(readSubgraph);
  const copies = groupBy(
    read.flatMap((subgraph) => subgraph.fields),
    (field) => field.coordinate,
  );
  const owned = [...copies.values()].flatMap((definitions) => {
    const owner = definitions.find((definition) => !definition.external);
    return owner ? [{ ...owner, kind: kindOf(owner, definitions) }] : [];
  });
  const implementing = groupBy(
    read.flatMap((subgraph) => subgraph.implementations),
    (implementation) => implementation.of,
  );
  const implementations = new Map(
    [...implementing].map(([name, found]) => [name, [...new Set(found.map(({ type }) => type))].sort()]),
  );
  const members = read.flatMap((subgraph) => subgraph.members);
  const behind = [...read.flatMap((subgraph) => subgraph.implementations), ...members];
  const personal = personalTypes(owned, behind);
  const fields = owned.map(
    ({ coordinate, type, name, subgraph, kind, returns, arguments: inputs, lineage, requires }) => ({
      coordinate,
      type,
      name,
      subgraph,
      kind,
      returns,
      arguments: inputs,
      lineage,
      requires,
      personal: personal.has(type) || personal.has(returns),
    }),
  );
  return {
    subgraphs: new Set(subgraphs.map(({ name }) => name)),
    leftOut: readLeftOut(leftOut),
    fields: new Map(fields.map((field) => [field.coordinate, field])),
    types: groupBy(fields, (field) => field.type),
    implementations,
  };
}

function readLeftOut(subgraphs: readonly SubgraphSdl[]): LeftOut {
  const fields = subgraphs.flatMap((subgraph) => readSubgraph(subgraph).fields);
  return {
    subgraphs: new Set(subgraphs.map(({ name }) => name)),
    types: new Map(
      [...groupBy(fields, ({ type }) => type)].map(([type, own]) => [
        type,
        new Set(own.map(({ name }) => name)),
      ]),
    ),
  };
}

function kindOf(owner: FieldDefinition, copies: readonly FieldDefinition[]): FieldKind {
  if (owner.name.startsWith('_')) return 'internal';
  if (owner.returns === FEED) return 'feed';
  if (owner.onInterface) return 'interface';
  if (isKeyScalar(owner.returns) || isPartOfCoding(owner)) return 'key';
  // A field that one subgraph hides is hidden in the whole graph. Only subgraphs use a hidden part of a key.
  const hidden = copies.some((copy) => copy.inaccessible);
  return hidden && copies.some((copy) => copy.inKey) ? 'key' : 'governed';
}

/** Only these two: another field of that name would be shown without a grant. */
function isPartOfCoding({ type, name }: FieldDefinition): boolean {
  return type === CODING_TYPE && (name === 'code' || name === 'label');
}

/**
 * Types with an id, and types that lead to them or from them. The root types lead everywhere, so they are
 * left out.
 */
function personalTypes(fields: readonly FieldDefinition[], behind: readonly TypeOf[]): ReadonlySet<string> {
  const steps = [
    ...fields
      .filter(({ type, returns }) => !ROOTS.includes(type) && returns !== CODING_TYPE)
      .map(({ type, returns }) => [type, returns] as const),
    ...behind.map(({ of, type }) => [of, type] as const),
  ];
  const composite = new Set([...fields.map(({ type }) => type), ...behind.map(({ of }) => of)]);
  const withId = new Set(steps.filter(([, returns]) => isKeyScalar(returns)).map(([type]) => type));
  const back = steps.map(([type, returns]) => [returns, type] as const);
  const reached = [...closure(withId, steps), ...closure(withId, back)];
  return new Set(reached.filter((type) => composite.has(type)));
}

function closure(start: ReadonlySet<string>, steps: readonly (readonly [string, string])[]): Set<string> {
  const reached = new Set(start);
  for (let before = -1; before < reached.size;) {
    before = reached.size;
    for (const [from, to] of steps) if (reached.has(from)) reached.add(to);
  }
  return reached;
}

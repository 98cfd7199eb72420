import { type Choices } from './choices.js';

/** What objects of a type have, whatever subgraphs there are. */
export interface WorldField {
  readonly name: string;
  readonly type: string;
  readonly takesNumber: boolean;
  /** What it is computed from: field sets of the same object. */
  readonly requires?: string;
}

/** A random federated graph: the types, and each subgraph as SDL. */
export interface RandomGraph {
  readonly fields: ReadonlyMap<string, ReadonlyMap<string, WorldField>>;
  readonly subgraphs: readonly { readonly name: string; readonly typeDefs: string }[];
}

const KEYS: Readonly<Record<string, string>> = {
  id: 'id: ID! @shareable',
  code: 'code: Int! @shareable',
  'a b': 'a: Int! @shareable b: String! @shareable',
  'tag { no }': 'tag: Tag! @shareable',
};

/** A type in one subgraph, as it is written. */
interface Declaration {
  readonly head: string;
  readonly keys: Set<string>;
  readonly fields: Map<string, string>;
}

/** Makes a graph of two to eight subgraphs. Some do not compose. */
export function randomGraph(choices: Choices): RandomGraph {
  const { choose, chance, pick } = choices;
  const names = Array.from({ length: 2 + choose(7) }, (_, index) => `sub${index}`);
  const entities = Array.from({ length: 2 + choose(4) }, (_, index) => `E${index}`);
  const world = new Map<string, Map<string, WorldField>>();
  const declared = new Map(names.map((name) => [name, new Map<string, Declaration>()]));
  const note = (type: string, field: WorldField) => {
    const known = world.get(type) ?? new Map<string, WorldField>();
    world.set(type, known.set(field.name, field));
  };
  const declare = (subgraph: string, type: string, head = `type ${type}`): Declaration => {
    const types = declared.get(subgraph)!;
    let found = types.get(type);
    if (!found) types.set(type, (found = { head, keys: new Set(), fields: new Map() }));
    return found;
  };
  for (const name of ['id', 'code', 'a', 'b', 'tag'])
    for (const entity of [...entities, 'M0', 'M1', 'Media'])
      note(entity, { name, type: keyType(name), takesNumber: false });
  note('Tag', { name: 'no', type: 'Int!', takesNumber: false });

  const homes = new Map<string, string[]>();
  const keyOfSubgraph = (entity: string, subgraph: string) => declare(subgraph, entity);
  for (const entity of entities) {
    const keys = choices.some(Object.keys(KEYS), 1 + choose(2));
    const here = choices.some(names, Math.max(2, 1 + choose(names.length)));
    homes.set(entity, here);
    for (const subgraph of here) {
      const declaration = keyOfSubgraph(entity, subgraph);
      for (const key of choices.some(keys, 1 + choose(keys.length))) {
        declaration.keys.add(`@key(fields: "${key}"${chance(8) ? ', resolvable: false' : ''})`);
        declaration.fields.set(key, KEYS[key]!);
        if (key.startsWith('tag')) declare(subgraph, 'Tag').fields.set('no', 'no: Int! @shareable');
      }
      declaration.fields.set('label', 'label: String @shareable');
    }
    note(entity, { name: 'label', type: 'String', takesNumber: false });
    note(entity, { name: 'tick', type: 'Int', takesNumber: false });
    declare(pick(here), entity).fields.set('tick', 'tick: Int');
    const owned: string[] = [];
    for (let index = 0; index < 2 + choose(4); index++) {
      const name = `s${index}`;
      const takesNumber = chance(3);
      const text = `${name}${takesNumber ? '(n: Int = 1)' : ''}: ${index % 2 === 0 ? 'Int' : 'String'}`;
      note(entity, { name, type: index % 2 === 0 ? 'Int' : 'String', takesNumber });
      const [owner, other] = choices.some(here, 2) as [string, string];
      owned.push(owner);
      const fields = declare(owner, entity).fields;
      if (chance(5) && other !== owner) {
        fields.set(name, `${text} @shareable`);
        declare(other, entity).fields.set(name, `${text} @shareable`);
      } else if (chance(6) && other !== owner) {
        fields.set(name, text);
        const label = chance(2) ? `, label: "percent(${choose(100)})"` : '';
        declare(other, entity).fields.set(name, `${text} @override(from: "${owner}"${label})`);
      } else fields.set(name, text);
    }
  }

  // Values of objects without a key, which subgraphs know in part.
  for (const entity of entities) {
    if (!chance(2)) continue;
    note(entity, { name: 'size', type: 'Size', takesNumber: false });
    for (const subgraph of choices.some(homes.get(entity)!, 1 + choose(2))) {
      declare(subgraph, entity).fields.set('size', 'size: Size @shareable');
      const size = declare(subgraph, 'Size');
      for (const part of choices.some(['w', 'h', 'd'], 1 + choose(3)))
        size.fields.set(part, `${part}: Int @shareable`);
      if (chance(3)) {
        size.fields.set('box', 'box: Box @shareable');
        for (const part of choices.some(['p', 'q'], 1 + choose(2)))
          declare(subgraph, 'Box').fields.set(part, `${part}: String @shareable`);
      }
    }
  }
  for (const part of ['w', 'h', 'd']) note('Size', { name: part, type: 'Int', takesNumber: false });
  note('Size', { name: 'box', type: 'Box', takesNumber: false });
  for (const part of ['p', 'q']) note('Box', { name: part, type: 'String', takesNumber: false });

  const present = (subgraph: string) => entities.filter((entity) => declared.get(subgraph)!.has(entity));
  // Interfaces and unions over the entities of a subgraph.
  for (const subgraph of names) {
    const members = present(subgraph);
    if (members.length < 2 || !chance(2)) continue;
    if (chance(2)) {
      declare(subgraph, 'Named', 'interface Named').fields.set('label', 'label: String');
      const declarations = members.map((member) => declare(subgraph, member));
      const common = ['s0', 's1'].filter((name) => {
        const [first, ...others] = declarations.map(({ fields }) => fields.get(name)?.replace(/ @.*/, ''));
        return first !== undefined && others.every((text) => text === first);
      });
      for (const name of common)
        declare(subgraph, 'Named').fields.set(name, declarations[0]!.fields.get(name)!.replace(/ @.*/, ''));
      for (const member of members) implement(declared.get(subgraph)!, member, 'Named');
    }
    if (chance(2))
      declare(
        subgraph,
        'Some',
        `union Some = ${choices.some(members, 1 + choose(members.length)).join(' | ')}`,
      );
  }
  media(choices, names, declare, note);

  // References from entities and roots.
  for (const subgraph of names) {
    const targets = ['Named', 'Some', 'Media', ...present(subgraph), ...present(subgraph)].filter((type) =>
      declared.get(subgraph)!.has(type),
    );
    if (targets.length === 0) continue;
    for (const entity of present(subgraph)) {
      for (let count = choose(3); count > 0; count--) {
        const target = pick(targets);
        const name = `r${subgraph.slice(3)}${count}`;
        const type = pick([target, `[${target}!]`, `[${target}]!`, `[[${target}]]`]);
        const takesNumber = chance(4);
        let provides = '';
        const external = declared.get(subgraph)!.get(target);
        // Composition takes a provided field for resolved everywhere, so its owner is one that a key finds.
        const [owner] = names.filter((one) => {
          const known = one === subgraph ? undefined : declared.get(one)!.get(target);
          const isFound = known && [...known.keys].some((key) => !key.includes('resolvable'));
          return isFound && known.fields.get('s1')?.match(/String$/);
        });
        if (
          owner &&
          external &&
          !declared.get(owner)!.get(target)!.fields.get('s1')!.includes('(') &&
          chance(2) &&
          !external.fields.has('s1') &&
          entities.includes(target)
        ) {
          const text = declared.get(owner)!.get(target)!.fields.get('s1')!;
          external.fields.set('s1', `${text} @external`);
          // A field that a path provides is resolved by two subgraphs.
          for (const types of declared.values()) {
            const fields = types.get(target)?.fields;
            const known = fields?.get('s1');
            if (known && !known.includes('@shareable') && !known.includes('@external'))
              fields!.set('s1', `${known} @shareable`);
          }
          provides = ' @provides(fields: "s1")';
        }
        note(entity, { name, type, takesNumber });
        declare(subgraph, entity).fields.set(
          name,
          `${name}${takesNumber ? '(n: Int)' : ''}: ${type}${provides}`,
        );
      }
    }
    const rootNames = choices.some(targets, 1 + choose(2));
    for (const [index, target] of rootNames.entries()) {
      const name = `q${subgraph.slice(3)}${index}`;
      const type = pick([target, `[${target}]`, `[${target}!]!`]);
      note('Query', { name, type, takesNumber: true });
      declare(subgraph, 'Query').fields.set(name, `${name}(n: Int = 0): ${type}`);
      if (!chance(3)) continue;
      note('Mutation', { name: `m${subgraph.slice(3)}${index}`, type: target, takesNumber: true });
      declare(subgraph, 'Mutation').fields.set(
        `m${index}`,
        `m${subgraph.slice(3)}${index}(n: Int = 0): ${target}`,
      );
    }
  }
  const [first] = entities;
  for (const subgraph of choices.some(homes.get(first!)!, 2))
    declare(subgraph, 'Query').fields.set('shared', `shared: [${first}] @shareable`);
  note('Query', { name: 'shared', type: `[${first}]`, takesNumber: false });

  requirements(choices, entities, homes, declared, world, note);

  return {
    fields: world,
    subgraphs: names.map((name) => ({ name, typeDefs: written(declared.get(name)!) })),
  };
}

function keyType(name: string): string {
  return { id: 'ID!', code: 'Int!', a: 'Int!', b: 'String!', tag: 'Tag!' }[name]!;
}

function implement(types: Map<string, Declaration>, type: string, name: string): void {
  const known = types.get(type)!;
  types.set(type, { ...known, head: `${known.head} implements ${name}` });
}

type Declare = (subgraph: string, type: string, head?: string) => Declaration;
type Note = (type: string, field: WorldField) => void;

/** An interface with a key, which some subgraphs know without its types. */
function media(
  { choose, chance, some }: Choices,
  names: readonly string[],
  declare: Declare,
  note: Note,
): void {
  if (!chance(2)) return;
  const [home, ...others] = some(names, Math.min(names.length, 2 + choose(3))) as [string, ...string[]];
  const body = (subgraph: string, type: string) => {
    const declaration = declare(
      subgraph,
      type,
      `type ${type}${subgraph === home ? ' implements Media' : ''}`,
    );
    declaration.keys.add('@key(fields: "id")');
    declaration.fields.set('id', 'id: ID!');
    return declaration;
  };
  const face = declare(home, 'Media', 'interface Media @key(fields: "id")');
  face.fields.set('id', 'id: ID!');
  face.fields.set('title', 'title: String');
  for (const type of ['M0', 'M1']) {
    const declaration = body(home, type);
    declaration.fields.set('title', 'title: String');
    note(type, { name: 'title', type: 'String', takesNumber: false });
    const own = `own${type}`;
    note(type, { name: own, type: 'Int', takesNumber: false });
    declaration.fields.set(own, `${own}: Int`);
  }
  for (const [index, subgraph] of others.entries()) {
    if (index === others.length - 1 && others.length > 1 && chance(2)) {
      const declaration = body(subgraph, 'M0');
      declaration.fields.set('extra', 'extra: String');
      note('M0', { name: 'extra', type: 'String', takesNumber: false });
      continue;
    }
    const declaration = declare(subgraph, 'Media', 'type Media @interfaceObject');
    declaration.keys.add('@key(fields: "id")');
    declaration.fields.set('id', 'id: ID!');
    const name = `stars${index}`;
    declaration.fields.set(name, `${name}(n: Int): Int`);
    const field: WorldField = { name, type: 'Int', takesNumber: true };
    for (const type of ['M0', 'M1', 'Media']) note(type, field);
    if (index === 0 || !chance(2)) continue;
    declaration.fields.set('stars0', 'stars0(n: Int): Int @external');
    const requires = 'stars0(n: 5)';
    declaration.fields.set(`rank${index}`, `rank${index}: String @requires(fields: "${requires}")`);
    for (const type of ['M0', 'M1', 'Media'])
      note(type, { name: `rank${index}`, type: 'String', takesNumber: false, requires });
  }
}

/** Fields that are computed from fields of other subgraphs, some in chains. */
function requirements(
  { choose, chance, some }: Choices,
  entities: readonly string[],
  homes: ReadonlyMap<string, readonly string[]>,
  declared: ReadonlyMap<string, ReadonlyMap<string, Declaration>>,
  world: ReadonlyMap<string, ReadonlyMap<string, WorldField>>,
  note: Note,
): void {
  for (const entity of entities) {
    for (let count = choose(4); count > 0; count--) {
      // Only where the subgraph finds the entity can it be given what the field requires.
      const able = homes
        .get(entity)!
        .filter((one) =>
          [...declared.get(one)!.get(entity)!.keys].some((key) => !key.includes('resolvable')),
        );
      const [subgraph] = some(able, 1);
      if (subgraph === undefined) continue;
      const declaration = declared.get(subgraph)!.get(entity)!;
      const others = [...world.get(entity)!.values()].filter(({ name }) => {
        if (!/^(?:s\d|x\d|size|r\d\d)$/.test(name) || declaration.fields.has(name)) return false;
        return homes.get(entity)!.some((one) => declared.get(one)!.get(entity)!.fields.has(name));
      });
      const wanted = some(others, 1 + choose(2));
      const sets = wanted.flatMap(({ name, type, takesNumber }): string[] => {
        const owner = homes.get(entity)!.find((one) => {
          const text = declared.get(one)!.get(entity)!.fields.get(name);
          return text !== undefined && !text.includes('@external');
        });
        if (owner === undefined) return [];
        const text = declared.get(owner)!.get(entity)!.fields.get(name)!.replace(/ @.*/, '');
        const given = takesNumber && chance(2) ? `(n: ${2 + choose(3)})` : '';
        const below = name === 'size' || name.startsWith('r') ? innerSet(type, subgraph, declared) : '';
        if (below === undefined) return [];
        declaration.fields.set(name, `${text} @external`);
        return [`${name}${given}${below}`];
      });
      if (sets.length === 0) continue;
      const name = `x${[...world.get(entity)!.keys()].filter((known) => known.startsWith('x')).length}`;
      const takesNumber = chance(3);
      const requires = sets.join(' ');
      declaration.fields.set(
        name,
        `${name}${takesNumber ? '(n: Int)' : ''}: String @requires(fields: ${JSON.stringify(requires)})`,
      );
      note(entity, { name, type: 'String', takesNumber, requires });
    }
  }
}

/** What is required of an object below; undefined where the subgraph does not know its type. */
function innerSet(
  type: string,
  subgraph: string,
  declared: ReadonlyMap<string, ReadonlyMap<string, Declaration>>,
): string | undefined {
  const named = type.replaceAll(/[[\]!]/g, '');
  const known = declared.get(subgraph)!.get(named);
  if (!known || known.head.startsWith('union')) return undefined;
  const fields = [...known.fields].filter(([name]) => /^(?:s\d|w|h|d|label|id)$/.test(name));
  const [first, second] = fields.map(([name]) => name);
  if (first === undefined) return undefined;
  return ` { ${first} ${second ?? ''} }`;
}

function written(types: ReadonlyMap<string, Declaration>): string {
  return [...types]
    .map(([, { head, keys, fields }]) =>
      fields.size === 0 ? head : `${head} ${[...keys].join(' ')} { ${[...fields.values()].join(' ')} }`,
    )
    .join('\n');
}

import type { SubgraphSdl } from '../../../policies/engine/parse/readSubgraph.js';
import type { City, CityField } from './randomCity.js';

const LINK =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@external", "@requires", "@inaccessible", "@shareable"])';

/** The SDL of every subgraph, as federation gets it. */
export function subgraphsOf(city: City): SubgraphSdl[] {
  return city.registries.map((name) => ({ name, sdl: [LINK, ...typesOf(city, name)].join('\n') }));
}

/** The API that clients see: no feeds, no hidden keys. */
export function apiSdlOf(city: City): string {
  const shown = [...city.fields.values()].filter(
    ({ kind, type }) => kind !== 'feed' && (kind !== 'key' || !city.derived.includes(type)),
  );
  const types = group(shown).map(
    ([type, fields]) =>
      `type ${type}${city.contacts.includes(type) ? ' implements Contact' : ''} { ${fields.map((field) => signature(field)).join(' ')} }`,
  );
  return [...types, ...abstractTypes(city), 'scalar PersonID scalar ContactID scalar PartialDate'].join('\n');
}

function typesOf(city: City, subgraph: string): string[] {
  const own = [...city.fields.values()].filter(
    ({ owner, sharedBy }) => owner === subgraph || sharedBy?.includes(subgraph),
  );
  const types = group(own).map(([type, fields]) => {
    const key =
      type === 'Person'
        ? ' @key(fields: "id")'
        : city.derived.includes(type)
          ? ' @key(fields: "person")'
          : '';
    const contact = city.contacts.includes(type) ? ' implements Contact' : '';
    const borrowed = [...new Set(fields.flatMap(({ requires }) => requires))]
      .map((name) => city.fields.get(`${type}.${name}`)!)
      .filter(({ owner }) => owner !== subgraph)
      .map((field) => `${signature(field)} @external`);
    const lines = [
      ...fields.map((field) => `${signature(field, true)}${directives(field, city)}`),
      ...borrowed,
    ];
    return `type ${type}${contact}${key} { ${lines.join('\n')} }`;
  });
  const hits = subgraph === 'r0' ? unionOf(city) : [];
  return [...types, ...hits, ...(own.some(({ type }) => city.contacts.includes(type)) ? [CONTACT] : [])];
}

const CONTACT = 'interface Contact { id: ContactID! startedAt: PartialDate service: String }';

function abstractTypes(city: City): string[] {
  return [...(city.contacts.length > 0 ? [CONTACT] : []), ...unionOf(city)];
}

function unionOf({ hits }: City): string[] {
  return hits.length > 0 ? [`union Hit = ${hits.join(' | ')}`] : [];
}

function group(fields: readonly CityField[]): [string, CityField[]][] {
  const types = new Map<string, CityField[]>();
  for (const field of fields) types.set(field.type, [...(types.get(field.type) ?? []), field]);
  return [...types];
}

function signature({ name, args, returns, list, kind }: CityField, tested = false): string {
  const inputs = args.map((input) => {
    const directive = tested && input.tests ? ` @tests(field: "${input.tests}")` : '';
    return `${input.name}: Int${directive}`;
  });
  const type = list ? `[${returns}!]` : `${returns}${kind === 'key' ? '!' : ''}`;
  return `${name}${inputs.length > 0 ? `(${inputs.join(', ')})` : ''}: ${type}`;
}

function directives({ kind, type, lineage, requires, sharedBy }: CityField, city: City): string {
  const hidden = kind === 'feed' || (kind === 'key' && city.derived.includes(type));
  const uses = Object.entries(lineage ?? {}).map(([use, inputs]) => `${use}: ${JSON.stringify(inputs)}`);
  return [
    hidden ? ' @inaccessible' : '',
    lineage ? ` @lineage(${uses.join(', ')})` : '',
    requires.length > 0 ? ` @requires(fields: "${requires.join(' ')}")` : '',
    sharedBy && kind !== 'key' ? ' @shareable' : '',
  ].join('');
}

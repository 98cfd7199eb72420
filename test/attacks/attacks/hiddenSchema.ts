import { getIntrospectionQuery } from 'graphql';
import { type Answer, codeOf, comparable } from '../answer.js';
import { nameOf } from '../requester.js';
import { attack, type Attack, Breach, NotApplicable } from '../attack.js';
import { mustBeRefused, holdsData, valuesUnder } from '../verifyAnswer.js';
import { hiddenProbes, type Probe, wayTo } from '../probe.js';
import type { Sight } from '../sight.js';
import type { Question, Target } from '../target.js';
import { sampled } from './hiddenFields.js';

/** Ways to learn the names of hidden fields and types. */
export const hiddenSchemaAttacks: readonly Attack[] = [
  attack('12AB', 'Introspection lists nothing that is hidden', 'mercurius-auth#43', async (target) => {
    await introspectionHides(target, () => getIntrospectionQuery({ inputValueDeprecation: true }));
  }),
  attack(
    '2D06',
    'Introspection through fragments and aliases lists no more',
    'own analysis',
    async (target) => {
      await introspectionHides(
        target,
        () => `query { a: __schema { ...S } }
        fragment S on __Schema { types { ...T } queryType { ...T } directives { name args { name } } }
        fragment T on __Type { name x: fields(includeDeprecated: true) { name args { name description } type { ...U } } possibleTypes { name } interfaces { name } }
        fragment U on __Type { name ofType { name ofType { name ofType { name } } } }`,
      );
    },
  ),
  attack(
    '3C71',
    '__type answers null for a hidden type and lists no hidden field of a visible type',
    'own analysis',
    typeByName,
  ),
  attack('4B5E', 'Suggestions recover no hidden name from a word list', 'clairvoyance', clairvoyance),
  attack(
    '59F0',
    'Suggestions for arguments, types and enum values reveal nothing hidden',
    'clairvoyance',
    otherSuggestions,
  ),
  attack(
    '6A82',
    'A concealing gateway answers a hidden field byte for byte like one that does not exist',
    'docs/policies.md',
    (target) => concealed(target, {}),
  ),
  attack('7E14', 'Partial mode of a concealing gateway lists nothing hidden', 'docs/policies.md', (target) =>
    concealed(target, { headers: { 'polku-partial': 'true' } }),
  ),
  attack('85CD', 'The gateway has no fields _service and _entities', 'HotChocolate#6546', async (target) => {
    for (const requester of target.requesters)
      for (const query of [
        '{ _service { sdl } }',
        '{ x: _service { y: sdl } }',
        '{ _entities(representations: [{ __typename: "Person", id: 1 }]) { __typename } }',
        'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Person { birthYear } } }',
        '{ __type(name: "_Any") { name } _service { sdl } }',
      ])
        for (const partial of ['false', 'true']) {
          const variables = { r: [{ __typename: 'Person', id: 1 }] };
          const asked = { query, variables, headers: { 'polku-partial': partial } };
          mustBeRefused(
            await target.ask(requester, asked),
            `${query.slice(0, 30)}…, to ${nameOf(requester)}`,
          );
        }
  }),
  attack(
    '93B7',
    'Errors reveal nothing internal: no path, no stack, no registry address, no hidden name',
    'side channel',
    errorsTellNothing,
  ),
];

/** Introspection must not list a name that is hidden from a requester. */
async function introspectionHides(target: Target, query: () => string): Promise<void> {
  for (const sight of await target.sights()) {
    const answer = await target.ask(sight.requester, query());
    const text = JSON.stringify(answer.body.data ?? {});
    if (answer.body.data)
      for (const name of hiddenNames(target, sight))
        if (text.includes(`"${name}"`)) throw new Breach(`${name} is listed to ${nameOf(sight.requester)}`);
  }
}

async function typeByName(target: Target): Promise<void> {
  for (const sight of await target.sights())
    for (const type of objectTypes(target)) {
      const query = `query ($name: String!) { x: __type(name: $name) { kind fields(includeDeprecated: true) { f: name args { name } } } }`;
      const { body } = await target.ask(sight.requester, { query, variables: { name: type } });
      const found = body.data?.['x'];
      if (found === null || found === undefined) continue;
      const fields = [...valuesUnder(found, 'f')].map(String);
      const hidden = fields.find((field) => !sight.shows(`${type}.${field}`));
      if (hidden !== undefined) throw new Breach(`${type}.${hidden} is shown to ${nameOf(sight.requester)}`);
    }
}

/**
 * Nikita Stupin's clairvoyance: misspells every word and reads the suggestions. They come from the type that
 * is asked, so each type is asked for its own fields, and the root for all.
 */
async function clairvoyance(target: Target): Promise<void> {
  for (const sight of await target.sights()) {
    const hidden = hiddenNames(target, sight);
    const words = [...hidden].filter((word) => /^[a-z]/.test(word));
    for (const type of ['Query', ...objectTypes(target)]) {
      const way = wayTo(target.graph, sight, type);
      if (!way) continue;
      const own = type === 'Query' ? words : words.filter((word) => target.graph.field(type, word));
      const fields = own.flatMap((word, i) => misspelt(word).map((name, j) => `a${i}_${j}: ${name}`));
      for (const some of batches(fields)) {
        const query = `{ ${way.around(some.join(' '))} }`;
        mustNotSuggest(await target.ask(sight.requester, query), query, hidden, sight);
      }
    }
  }
}

async function otherSuggestions(target: Target): Promise<void> {
  for (const sight of await target.sights()) {
    const hidden = hiddenNames(target, sight);
    const types = [...hidden].filter((word) => /^[A-Z]/.test(word));
    const everywhere = target.graph.fields().flatMap(({ field }) => field.args.map(({ name }) => name));
    const questions = batches(types.flatMap(misspelt)).flatMap((names) => [
      `{ ${names.map((name) => `... on ${name} { id }`).join(' ')} }`,
      `query (${names.map((name, i) => `$v${i}: ${name}`).join(' ')}) { __typename }`,
    ]);
    for (const type of ['Query', ...objectTypes(target)]) {
      const way = wayTo(target.graph, sight, type);
      const shown = target.graph
        .fields()
        .filter((known) => known.type === type && sight.shows(known.coordinate))
        .map(({ field }) => field);
      if (!way) continue;
      for (const [i, field] of shown.entries()) {
        // The first field of the root is asked for the arguments of all fields.
        const args = type === 'Query' && i === 0 ? new Set(everywhere) : field.args.map(({ name }) => name);
        const given = [...args].flatMap(misspelt).map((name) => `${name}: 1`);
        questions.push(
          ...batches(given).map((some) => `{ ${way.around(`${field.name}(${some.join(' ')})`)} }`),
        );
      }
    }
    for (const query of questions)
      mustNotSuggest(await target.ask(sight.requester, query), query, hidden, sight);
  }
}

/**
 * Two requests that differ by one name only, hidden in one and unknown in the other, must get equal answers.
 */
async function concealed(target: Target, { headers }: Pick<Question, 'headers'>): Promise<void> {
  let tried = 0;
  if (!(await conceals(target)))
    throw new NotApplicable('the gateway does not conceal: it explains refusals');
  for (const sight of await target.sights())
    for (const probe of sampled(hiddenProbes(target.graph, sight), 4)) {
      const name = probe.coordinate.split('.')[1]!;
      const ask = (query: string) => target.ask(sight.requester, { query, ...(headers && { headers }) });
      for (const disguise of disguises(probe)) {
        tried += 1;
        const unknown = unlike(name, target);
        const [hidden, missing] = [await ask(disguise(name)), await ask(disguise(unknown))];
        if (withoutSuggestions(hidden, name) !== withoutSuggestions(missing, unknown))
          throw new Breach(
            `${probe.coordinate} can be told from a field that does not exist, by ${nameOf(sight.requester)}`,
          );
      }
    }
  if (tried === 0) throw new NotApplicable('nothing is hidden from these tokens that could be asked for');
}

/** Whether no answer reveals that a requested field is hidden. */
export async function conceals(target: Target): Promise<boolean> {
  for (const sight of await target.sights())
    for (const { around, field } of sampled(hiddenProbes(target.graph, sight), 8))
      if (codeOf(await target.ask(sight.requester, `{ ${around(field)} }`)) === 'PURPOSE_NOT_PERMITTED')
        return false;
  return true;
}

/**
 * Which visible names resemble a guess depends on its letters alone; other attacks test that none is hidden.
 */
export function withoutSuggestions(answer: Answer, name: string): string {
  return comparable(answer, [name]).replaceAll(/ Did you mean [^?]*\?/g, '');
}

function disguises({ around, type, field }: Probe): readonly ((name: string) => string)[] {
  const renamed = (name: string): string => field.replace(/^\w+/, name);
  return [
    (name) => `{ ${around(renamed(name).replace('$code', '"x"'))} }`,
    (name) => `{ ${around(`... on ${type} { x: ${renamed(name).replace('$code', '1')} }`)} }`,
    (name) => `{ ${around(`__typename ${name}`)} }`,
    (name) => `{ ${around(`${name}(on: 1) { id }`)} }`,
  ];
}

async function errorsTellNothing(target: Target): Promise<void> {
  const inside =
    /node_modules|\bat \S+ \(|\.[jt]s:\d|\/(?:home|work|usr|app|opt)\/|https?:\/\/(?!json)|ECONN|DuckDB|TypeError|undefined|\[object|Cannot (?:read|set)|local:/;
  for (const sight of (await target.sights()).slice(0, 3)) {
    const way = wayTo(target.graph, sight, 'Person')?.around ?? ((inner: string) => inner);
    const questions: (string | Question)[] = [
      '{',
      '{ nothing }',
      { query: null },
      { query: 42 },
      { query: { a: 1 } },
      { query: '{ __typename }', variables: 'x' },
      { query: '{ __typename }', operationName: 7 },
      'query ($d: Date) { persons(first: 1) { nodes { families(on: $d) { role } } } }',
      ...['"x"', '{}', '[]', '1e400', '"9999999-99-99"', '"2012-02-30"', '-1', 'true'].flatMap((value) => [
        `{ ${way(`families(on: ${value}) { role }`)} }`,
        `{ ${way(`servicePath(from: ${value}, until: ${value}) { withheld }`)} }`,
        `{ ${way(`healthContacts(from: ${value}, services: ${value}) { service { code } }`)} }`,
        `{ persons(first: ${value}, after: ${value}) { hasMore } }`,
        `{ person(id: ${value}) { id } }`,
        {
          query: 'query ($v: Date) { ' + way('socialContacts(until: $v) { service { code } }') + ' }',
          variables: { v: value },
        },
        { query: 'query ($v: PersonID!) { person(id: $v) { id } }', variables: { v: value } },
        {
          query: 'query ($v: IdentityCode!) { personByIdentityCode(code: $v) { id } }',
          variables: { v: { a: value } },
        },
      ]),
    ];
    const hidden = hiddenNames(target, sight);
    for (const question of questions) {
      const answer = await target.ask(sight.requester, question);
      const query = typeof question === 'string' ? question : JSON.stringify(question);
      const said = (answer.body.errors ?? []).map(({ message }) => message).join('\n');
      const named = inside.exec(said);
      if (named) throw new Breach(`an error to ${nameOf(sight.requester)} says ${JSON.stringify(named[0])}`);
      if (answer.body.errors?.some(({ extensions }) => extensions?.['code'] === 'INTERNAL_SERVER_ERROR'))
        throw new Breach(`${query.slice(0, 80)}, by ${nameOf(sight.requester)}: INTERNAL_SERVER_ERROR`);
      if (codeOf(answer) !== 'PURPOSE_NOT_PERMITTED') mustNotSuggest(answer, query, hidden, sight);
    }
  }
}

function mustNotSuggest(
  answer: Answer,
  query: string,
  hidden: ReadonlySet<string>,
  { requester }: Sight,
): void {
  if (holdsData(answer.body.data)) return;
  const asked = new Set(query.match(/\w+/g));
  for (const { message } of answer.body.errors ?? [])
    for (const [, word = ''] of message.matchAll(/"(?:\w+\.)?(\w+)"/g))
      if (hidden.has(word) && !asked.has(word))
        throw new Breach(`${word} is suggested to ${nameOf(requester)}`);
}

/** Names of the known graph that nothing visible to a requester has. */
export function hiddenNames(target: Target, sight: Sight): ReadonlySet<string> {
  const { graph } = target;
  const shown = new Set<string>();
  for (const { type, field, coordinate } of graph.fields()) {
    if (!sight.shows(coordinate)) continue;
    // The whole sentence of a type is known when one of its fields is known; scalars and enums by their
    // uses.
    for (const word of [type, field.name, ...String(field.type).match(/\w+/g)!]) shown.add(word);
    for (const arg of field.args)
      for (const word of [arg.name, ...String(arg.type).match(/\w+/g)!]) shown.add(word);
  }
  for (const { name, fields, objects } of graph.interfaces())
    if (objects.some((object) => shown.has(object)))
      for (const word of [name, ...fields.map((field) => field.name)]) shown.add(word);
  for (const word of graph.inputNames(shown)) shown.add(word);
  for (const word of graph.enumValues(shown)) shown.add(word);
  return new Set([...graph.words()].filter((word) => !shown.has(word) && !COMMON.has(word)));
}

/** Words of GraphQL itself. */
const COMMON = new Set([
  'String',
  'Int',
  'Float',
  'Boolean',
  'ID',
  'Query',
  'name',
  'description',
  'fields',
  'type',
  'args',
  'kind',
  'interfaces',
]);

function objectTypes(target: Target): readonly string[] {
  return [...new Set(target.graph.fields().map(({ type }) => type))].filter((type) => type !== 'Query');
}

/** The maximum number of fields in one operation. */
function batches(texts: readonly string[]): readonly (readonly string[])[] {
  const size = 40;
  return Array.from({ length: Math.ceil(texts.length / size) }, (_, i) =>
    texts.slice(i * size, (i + 1) * size),
  );
}

/** Near enough for a suggestion (graphql-js suggests within about 40 % of the letters). */
export function misspelt(word: string): readonly string[] {
  return [word.length > 4 ? word.slice(0, -1) : `${word}x`];
}

/** A name of the same length as a hidden one that does not exist in the graph. */
export function unlike(name: string, target: Target): string {
  const words = target.graph.words();
  for (const letter of 'qxzwv') {
    const other = letter.repeat(name.length);
    if (!words.has(other)) return other;
  }
  throw new Error('Every such name is taken.');
}

import { codeOf } from '../answer.js';
import type { Requester } from '../requester.js';
import { attack, type Attack, Breach } from '../attack.js';
import { mustBeRefused, mustHoldNoData } from '../verifyAnswer.js';
import { headersOf, type Question, type Target } from '../target.js';

const repeat = (count: number, part: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => part(index)).join(' ');
const nested = (text: string, depth: number): string => text.repeat(depth);
/** How many pages of the access log are read. */
const PAGES = 4;

/** Ways to cause unlimited work in a gateway. Each is refused, and the next request is answered. */
export const exhaustionAttacks: readonly Attack[] = [
  attack(
    '1E2D',
    'Fragments that double each other are not expanded',
    'CVE-2025-32030, 32031, 32032',
    (target) =>
      refused(target, {
        'sixty levels': fragmentBomb(60),
        'five hundred levels': fragmentBomb(500),
        'beside the operation that runs': {
          query: `query Small { __typename } query Other ${fragmentBomb(60)}`,
          operationName: 'Small',
        },
        'in a ring': '{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }',
      }),
  ),
  attack('2A1F', 'Nested fragments do not exhaust the stack', 'CVE-2025-32033', async (target) => {
    const [requester] = target.requesters;
    for (const levels of [30, 300, 1_000, 3_000]) {
      const spread = repeat(levels, (i) => `fragment F${i} on Query { ...F${i + 1} }`);
      for (const query of [
        `{ ${nested('... { ', levels)}__typename${nested(' }', levels)} }`,
        `{ ${nested('... on Query @include(if: true) { ', levels)}registries { name }${nested(' }', levels)} }`,
        `{ ...F0 } ${spread} fragment F${levels} on Query { __typename }`,
      ]) {
        const answer = await target.ask(requester!, query);
        if (answer.status >= 500)
          throw new Breach(`${levels} levels: ${answer.status} ${codeOf(answer) ?? ''}`);
      }
    }
  }),
  attack(
    '2F97',
    'Operations that are deep, wide or full of aliases are refused',
    'CVE-2025-32033, 32034',
    (target) =>
      refused(target, {
        depth: `{ __schema { ${nested('types { fields { type { ', 20)}name${nested('} } }', 20)} } }`,
        'root fields': `{ ${repeat(100, (i) => `a${i}: registries { name }`)} }`,
        aliases: `{ registries { ${repeat(1_500, (i) => `a${i}: name`)} } }`,
        'one field again and again': `{ registries { ${'name '.repeat(5_000)} } }`,
        'the same in fragments': `{ registries { ${repeat(90, (i) => `...F${i}`)} } } ${repeat(90, (i) => `fragment F${i} on Registry { ${'name '.repeat(90)} }`)}`,
      }),
  ),
  attack('3BC0', 'Too many directives are refused', 'GraphQL directive overloading', (target) =>
    refused(target, {
      'one directive again and again': `{ __typename ${'@include(if: true) '.repeat(5_000)} }`,
      'unknown directives': `{ __typename ${repeat(5_000, (i) => `@d${i}`)} }`,
      'unknown arguments': `{ registries(${repeat(5_000, (i) => `a${i}: 1`)}) { name } }`,
    }),
  ),
  attack(
    '4A56',
    'Unbounded values are refused: numbers, lists, pages, nesting',
    'docs/architecture.md',
    (target) =>
      refused(target, {
        'a page': '{ persons(first: 1000000) { hasMore } }',
        'a number over 32 bits': '{ persons(first: 99999999999999999999) { hasMore } }',
        'a long list': `{ persons(first: 1) { nodes { healthContacts(services: [${'"a" '.repeat(2_000)}]) { id } } } }`,
        'lists within lists': `{ persons(first: ${'['.repeat(9_000)}`,
        'a page by a variable': {
          query: 'query ($n: Int!) { persons(first: $n) { hasMore } }',
          variables: { n: 1_000_000 },
        },
        'a list by a variable': {
          query: 'query ($v: [String!]) { __typename }',
          variables: { v: Array.from({ length: 5_000 }, () => 'a') },
        },
        'a deep variable': {
          query: 'query ($v: [String!]) { __typename }',
          variables: { v: JSON.parse(nested('[', 1_000) + nested(']', 1_000)) as unknown },
        },
      }),
  ),
  attack('5C3F', 'Unbounded texts and bodies are refused', 'docs/architecture.md', async (target) => {
    await refused(target, {
      'too many words': `{ ${'a '.repeat(60_000)} }`,
      'selections within selections': '{ a '.repeat(9_000),
      'a long name': `{ ${'a'.repeat(200_000)} }`,
      'many operations': repeat(3_000, (i) => `query Q${i} { __typename }`),
      'a long comment': `{ __typename } # ${'x'.repeat(10_000_000)}`,
    });
    const [requester] = target.requesters;
    for (const body of [
      `${nested('[', 100_000)}${nested(']', 100_000)}`,
      `{"query":"{ __typename }","variables":${nested('{"a":', 20_000)}1${nested('}', 20_000)}}`,
    ]) {
      const answer = await target.send({ headers: headersOf(requester!), body });
      mustHoldNoData(answer, 'an endlessly nested body');
      if (answer.status >= 500) throw new Breach(`an endlessly nested body: ${answer.status}`);
    }
  }),
  attack(
    '8D4F',
    'The page limit of the operation that runs applies, whatever other operations of the document ask for',
    'case G04',
    pagesOfTheOperationThatRuns,
  ),
  attack(
    '9E50',
    'An operation that costs more to plan than the limit is refused before it is planned',
    'cases G22 and E06',
    costlyPlans,
  ),
  attack(
    '4A77',
    'A query of the access log costs one page: no page is longer, and the next one starts where it ended',
    'case G03',
    accessLogPages,
  ),
];

async function pagesOfTheOperationThatRuns(target: Target): Promise<void> {
  const [{ requester }] = await target.whoSee('Query.persons', 'PersonPage.hasMore');
  const large: readonly [query: string, variables?: object][] = [
    ['query A($n: Int! = 1000000) { persons(first: $n) { hasMore } }'],
    ['query A($n: Int!) { persons(first: $n) { hasMore } }', { n: 1_000_000 }],
    ['query A { persons(first: 1000000) { hasMore } }'],
    ['query A($n: Int! = 1000000) { ...F } fragment F on Query { persons(first: $n) { hasMore } }'],
  ];
  const small = 'query B($n: Int! = 1) { persons(first: $n) { hasMore } }';
  for (const other of [small, 'query C { __typename }', `${small} query C { persons(first: 1) { hasMore } }`])
    for (const [query, variables] of large)
      for (const text of [`${query} ${other}`, `${other} ${query}`]) {
        const answer = await target.ask(requester, { query: text, operationName: 'A', variables });
        mustBeRefused(answer, `a page of 1000000 beside ${other}`, ['OPERATION_TOO_LARGE']);
      }
  for (const [query] of large.slice(0, 1))
    for (const text of [`${query} ${small}`, `${small} ${query}`]) {
      const { body, status } = await target.ask(requester, { query: text, operationName: 'B' });
      if (!body.data) throw new Breach(`a page of 1 is refused beside a larger one: ${status}`);
    }
}

async function costlyPlans(target: Target): Promise<void> {
  const [{ requester }] = await target.whoSee(
    'Query.persons',
    'PersonPage.nodes',
    'Person.servicePath',
    'ServicePath.steps',
    'ServiceStep.person',
    'ServiceStep.sector',
  );
  const path = (levels: number): string =>
    `servicePath { steps { ${levels === 0 ? 'sector' : `person { ${path(levels - 1)} }`} } }`;
  const branches = (levels: number): string =>
    levels === 0
      ? `person { ${path(0)} }`
      : repeat(
          2,
          (i) => `b${i}: person { servicePath(from: "201${i}-01-01") { steps { ${branches(levels - 1)} } } }`,
        );
  for (const [what, query] of Object.entries({
    'paths in paths': `{ ${repeat(20, (i) => `a${i}: persons(first: 1) { nodes { ${path(5)} } }`)} }`,
    'paths that branch': `{ ${repeat(3, (i) => `a${i}: persons(first: 1) { nodes { servicePath { steps { ${branches(4)} } } } }`)} }`,
  })) {
    const answer = await target.ask(requester, query);
    mustBeRefused(answer, what, ['OPERATION_TOO_LARGE']);
    const limit = answer.body.errors?.[0]?.extensions?.['limit'];
    if (limit !== 'planning') throw new Breach(`${what}: refused by the limit of ${String(limit)}`);
  }
}

async function accessLogPages(target: Target): Promise<void> {
  const [{ requester }] = await target.whoSee('Query.accessLog', 'AccessLogEntry.id');
  for (const question of [
    '{ accessLog(first: 1001) { id } }',
    '{ accessLog(first: 2147483647) { id } }',
    '{ accessLog(first: -1) { id } }',
    'query ($n: Int! = 1001) { accessLog(first: $n) { id } }',
    { query: 'query ($n: Int!) { accessLog(first: $n) { id } }', variables: { n: 1_000_000 } },
    `{ ${repeat(21, (i) => `a${i}: accessLog(first: 1000) { id }`)} }`,
  ])
    mustBeRefused(await target.ask(requester, question), 'a page without end', [
      'OPERATION_TOO_LARGE',
      'BAD_USER_INPUT',
    ]);
  for (let read = 0; read < PAGES; read++) await target.ask(requester, '{ me { birthYear } }');
  const whole = await entriesOf(target, requester, `first: ${PAGES}`);
  const pages: string[] = [];
  for (let last = ''; pages.length < whole.length; last = `, after: "${pages.at(-1)}"`) {
    const page = await entriesOf(target, requester, `first: 1${last}`);
    if (page.length !== 1) throw new Breach(`a page of 1 has ${page.length} entries before the log ends`);
    pages.push(...page);
  }
  if (pages.join() !== whole.join()) throw new Breach('pages of the access log do not follow each other');
}

async function entriesOf(target: Target, requester: Requester, page: string): Promise<readonly string[]> {
  const { body } = await target.ask(requester, `{ accessLog(${page}) { id } }`);
  return ((body.data?.['accessLog'] ?? []) as readonly { id: string }[]).map(({ id }) => id);
}

/** Each must get an error that is the client's fault, and a small request after it is answered normally. */
async function refused(
  target: Target,
  questions: Readonly<Record<string, string | Question>>,
): Promise<void> {
  const [requester] = target.requesters;
  for (const [what, question] of Object.entries(questions)) {
    const answer = await target.ask(requester!, question);
    mustHoldNoData(answer, what);
    if (answer.status >= 500) throw new Breach(`${what}: ${answer.status} ${codeOf(answer) ?? ''}`);
    const after = await target.ask(requester!, '{ __typename }');
    if (after.body.data?.['__typename'] !== 'Query')
      throw new Breach(`after ${what} a small request is not answered`);
  }
}

/** Each fragment spreads the next one twice: 2^levels selections in a few kilobytes. */
function fragmentBomb(levels: number): string {
  const fragments = repeat(
    levels,
    (i) => `fragment F${i} on Registry { ...F${i + 1} ... on Registry { ...F${i + 1} } }`,
  );
  return `{ registries { ...F0 } } ${fragments} fragment F${levels} on Registry { name }`;
}

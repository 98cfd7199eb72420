import { codeOf } from '../answer.js';
import { attack, type Attack, Breach, NotApplicable } from '../attack.js';
import { mustBeRefused, mustHoldNoData } from '../verifyAnswer.js';
import { hiddenProbes } from '../probe.js';
import { headersOf, type Target } from '../target.js';
import { sampled } from './hiddenFields.js';

const SHOWN = '{ access { purpose { id } } }';

/** Ways to send a request that a gateway might read differently from its checks. */
export const httpAttacks: readonly Attack[] = [
  attack('1B52', 'A batch of operations in one body is refused', 'batching', async (target) => {
    for (const requester of target.requesters)
      for (const count of [1, 2, 50]) {
        const body = JSON.stringify(Array.from({ length: count }, () => ({ query: SHOWN })));
        const answer = await target.send({ headers: headersOf(requester), body });
        if (answer.status < 400) throw new Breach(`a batch of ${count} was answered ${answer.status}`);
      }
  }),
  attack(
    '2CE9',
    'A request that a page of another site could send is refused (CSRF)',
    'graphql-over-http; Apollo preflight',
    async (target) => {
      const requester = target.requesters[0]!;
      const { authorization = '', 'purpose-of-use': purpose = '' } = headersOf(requester);
      const simple = { authorization, 'purpose-of-use': purpose };
      const body = JSON.stringify({ query: SHOWN });
      for (const type of [
        'text/plain',
        'application/x-www-form-urlencoded',
        'multipart/form-data; boundary=x',
        'text/plain; application/json',
        'application/graphql',
      ])
        mustHoldNoData(
          await target.send({ headers: { ...simple, 'content-type': type }, body }),
          `a body of ${type}`,
        );
      const address = `/graphql?query=${encodeURIComponent(SHOWN)}`;
      mustHoldNoData(
        await target.send({ method: 'GET', path: address, headers: simple }),
        'GET without a preflight',
      );
    },
  ),
  attack('38A7', 'GET runs no mutation and no subscription', 'graphql-over-http §6', async (target) => {
    for (const requester of target.requesters)
      for (const query of [
        'mutation { __typename }',
        'subscription { __typename }',
        'query A { __typename } mutation B { __typename }',
      ]) {
        const name = query.includes('B {') ? '&operationName=B' : '';
        const headers = { ...headersOf(requester), 'apollo-require-preflight': 'yes' };
        const path = `/graphql?query=${encodeURIComponent(query)}${name}`;
        mustHoldNoData(await target.send({ method: 'GET', path, headers }), `GET ${query}`);
      }
  }),
  attack(
    '4F3D',
    'When a JSON key occurs twice, the operation that runs is the one that was checked',
    'RFC 8259 §4',
    async (target) => {
      for (const sight of await target.sights())
        for (const { around, field, coordinate } of sampled(hiddenProbes(target.graph, sight), 3)) {
          const hidden = JSON.stringify(`{ ${around(field)} }`);
          const shown = JSON.stringify(SHOWN);
          mustBeRefused(
            await target.send({
              headers: headersOf(sight.requester),
              body: `{"query":${shown},"query":${hidden}}`,
            }),
            `${coordinate} in the second of two queries`,
          );
          const first = await target.send({
            headers: headersOf(sight.requester),
            body: `{"query":${hidden},"query":${shown}}`,
          });
          const keys = Object.keys(first.body.data ?? {});
          if (keys.length > 0 && keys.join() !== 'access')
            throw new Breach(`${coordinate} in the first of two queries was answered`);
        }
    },
  ),
  attack(
    '50C6',
    'An operation in the address does not replace the one in the body',
    'own analysis',
    async (target) => {
      for (const sight of await target.sights())
        for (const { around, field, coordinate } of sampled(hiddenProbes(target.graph, sight), 3)) {
          const query = `{ ${around(field)} }`;
          const shown = await target.send({
            headers: headersOf(sight.requester),
            path: `/graphql?query=${encodeURIComponent(query)}`,
            body: JSON.stringify({ query: SHOWN }),
          });
          const keys = Object.keys(shown.body.data ?? {});
          if (keys.some((key) => key !== 'access'))
            throw new Breach(`${coordinate} was answered by the address`);
          const hidden = await target.send({
            headers: headersOf(sight.requester),
            path: `/graphql?query=${encodeURIComponent(SHOWN)}&operationName=x`,
            body: JSON.stringify({ query }),
          });
          mustBeRefused(hidden, `${coordinate} beside a shown operation in the address`);
        }
    },
  ),
  attack(
    '6E41',
    'A hash does not name an operation that another request sent',
    'persisted query confusion',
    async (target) => {
      const { createHash } = await import('node:crypto');
      for (const sight of await target.sights())
        for (const { around, field, coordinate } of sampled(hiddenProbes(target.graph, sight), 2)) {
          const query = `{ ${around(field)} }`;
          for (const text of [query, SHOWN]) {
            const extensions = {
              persistedQuery: { version: 1, sha256Hash: createHash('sha256').update(text).digest('hex') },
            };
            mustHoldNoData(
              await target.ask(sight.requester, { extensions }),
              `the hash of an operation alone`,
            );
            const answer = await target.ask(sight.requester, { query, extensions });
            mustHoldNoData(
              answer,
              `${coordinate} beside the hash of ${text === query ? 'itself' : 'another operation'}`,
            );
          }
          for (const extensions of [{ allow: true }, { code: 'x', skipValidation: true }, []])
            mustBeRefused(
              await target.ask(sight.requester, { query, extensions }),
              `${coordinate} with extensions`,
              ['PURPOSE_NOT_PERMITTED', 'GRAPHQL_VALIDATION_FAILED', 'BAD_REQUEST'],
            );
        }
    },
  ),
  attack(
    '7A95',
    'Names of prototypes are ordinary names: as alias, variable, operation, header',
    'CVE-2026-32621',
    prototypes,
  ),
  attack(
    '8D70',
    'Names with look-alike or invisible letters match no name',
    'Unicode TR 36',
    async (target) => {
      const spellings: readonly ((name: string) => string)[] = [
        (name) => name.replace(/[a-z]/, (letter) => String.fromCodePoint(letter.charCodeAt(0) + 0xfee0)),
        (name) => `${name}\u200b`,
        (name) => `\u202e${name}`,
        (name) =>
          name.replace(/[aeo]/, (letter) => ({ a: '\u0430', e: '\u0435', o: '\u043e' })[letter] ?? letter),
        (name) => name.replace('i', '\u0131'),
        (name) => `${name}\u0000`,
        (name) => name.replace(/^./, (letter) => `\\u{${letter.charCodeAt(0).toString(16)}}`),
      ];
      for (const sight of await target.sights())
        for (const { around, field, coordinate } of sampled(hiddenProbes(target.graph, sight), 2))
          for (const spell of spellings) {
            const query = `{ ${around(field.replace(/^\w+/, spell))} }`;
            mustHoldNoData(await target.ask(sight.requester, query), `${coordinate} in other letters`);
          }
    },
  ),
  attack(
    '95BB',
    'A body in another encoding is read as one operation or refused',
    'RFC 8259 §8.1',
    async (target) => {
      for (const sight of await target.sights())
        for (const { around, field, coordinate } of sampled(hiddenProbes(target.graph, sight), 2)) {
          const body = JSON.stringify({ query: `{ ${around(field)} }` });
          const headers = headersOf(sight.requester);
          for (const [type, bytes] of [
            ['application/json; charset=utf-16', Buffer.from(body, 'utf16le')],
            ['application/json; charset=utf-7', Buffer.from(body)],
            ['application/json', Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(body)])],
            [
              'application/json',
              Buffer.from(
                body
                  .replaceAll(/[a-z]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`)
                  .replace(/^\{"[^"]*"/, '{"query"'),
              ),
            ],
          ] as const) {
            const answer = await target.send({
              headers: { ...headers, 'content-type': type },
              body: new Uint8Array(bytes),
            });
            mustHoldNoData(answer, `${coordinate} in another encoding`);
          }
          const packed = await target.send({ headers: { ...headers, 'content-encoding': 'gzip' }, body });
          mustHoldNoData(packed, `${coordinate} in a body said to be packed`);
        }
    },
  ),
  attack(
    '1F5A',
    'An empty operation name counts as none: the request is answered or refused, and nothing fails after it ran',
    'case G05',
    emptyOperationName,
  ),
  attack(
    '2E6B',
    'An explicit null for a non-null variable with a default is refused before anything runs',
    'case G06; GraphQL §6.4.1',
    nullsBesideDefaults,
  ),
  attack(
    '3D7C',
    'The whole media type of a body decides, in any case of its letters, and not a part of its name',
    'case G07; RFC 9110 §8.3.1',
    mediaTypes,
  ),
];

async function emptyOperationName(target: Target): Promise<void> {
  for (const requester of target.requesters.slice(0, 3))
    for (const query of [
      SHOWN,
      'query A { access { purpose { id } } }',
      'query A { __typename } query B { __typename }',
    ]) {
      const posted = await target.ask(requester, { query, operationName: '' });
      const got = await target.send({
        method: 'GET',
        path: `/graphql?query=${encodeURIComponent(query)}&operationName=`,
        headers: { ...headersOf(requester), 'apollo-require-preflight': 'yes' },
      });
      for (const answer of [posted, got])
        if (answer.status >= 500 || codeOf(answer) === 'INTERNAL_SERVER_ERROR')
          throw new Breach(`${query} with an empty operation name: ${answer.status} ${codeOf(answer) ?? ''}`);
    }
}

async function nullsBesideDefaults(target: Target): Promise<void> {
  for (const requester of target.requesters.slice(0, 3))
    for (const query of [
      'query ($v: Boolean = true) { access @include(if: $v) { revision } }',
      'query ($v: Boolean = false) { access @skip(if: $v) { revision } }',
      'query ($v: Boolean = true) { __typename ...F @include(if: $v) } fragment F on Query { access { purpose { id } } }',
      'query ($v: String = "Query") { __type(name: $v) { name } }',
    ])
      for (const partial of ['false', 'true']) {
        const headers = { 'polku-partial': partial };
        const answer = await target.ask(requester, { query, variables: { v: null }, headers });
        mustBeRefused(answer, `null in ${query}`, ['BAD_USER_INPUT']);
        if ((await target.ask(requester, { query, headers })).body.errors)
          throw new Breach(`${query} is refused by its default`);
      }
}

async function mediaTypes(target: Target): Promise<void> {
  const requester = target.requesters[0]!;
  const send = (type: string) =>
    target.send({
      headers: { ...headersOf(requester), 'content-type': type },
      body: JSON.stringify({ query: SHOWN }),
    });
  for (const type of ['Application/JSON', 'APPLICATION/json ; Charset="UTF-8"']) {
    const { status, body } = await send(type);
    if (!body.data) throw new Breach(`a body of ${type} is refused: ${status}`);
  }
  for (const type of [
    'application/json-patch+json',
    'application/jsonp',
    'application/json5',
    'application/jsonlines; charset=utf-8',
    'application/vnd.api+json',
    'text/json',
    'application/json, text/plain',
  ]) {
    const answer = await send(type);
    mustHoldNoData(answer, `a body of ${type}`);
    if (answer.status >= 500) throw new Breach(`a body of ${type}: ${answer.status}`);
  }
}

/**
 * An alias, variable or operation with the name of a property that every object inherits, and its effect
 * afterwards.
 */
async function prototypes(target: Target): Promise<void> {
  const names = [
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'valueOf',
    'hasOwnProperty',
    '__defineGetter__',
    '__typename',
  ];
  const [sight] = await target.whoSee('Query.registries', 'Registry.rows');
  const { requester } = sight;
  const before = await target.ask(requester, '{ registries { name owner rows } }');
  for (const name of names) {
    const aliased = await target.ask(requester, `{ registries { ${name}: owner name } }`);
    const owners = (aliased.body.data?.['registries'] ?? []) as readonly Record<string, unknown>[];
    for (const owner of owners)
      if (!Object.hasOwn(owner, name)) throw new Breach(`an alias ${name} was answered without its key`);
    for (const question of [
      { query: `{ ${name}: registries { ${name}: rows } }` },
      { query: `query ${name} { __typename }`, operationName: name },
      { query: '{ __typename }', operationName: name },
      {
        query: `query ($${name}: Int) { __typename }`,
        variables: JSON.parse(`{"${name}": {"polluted": 1}}`) as object,
      },
      {
        query: `query ($a: Int = 1) { persons(first: $a) { hasMore } }`,
        variables: JSON.parse(`{"${name}": {"a": 1001}}`) as object,
      },
      { query: '{ __typename }', extensions: JSON.parse(`{"${name}": {"polluted": 1}}`) as object },
      { query: '{ __typename }', headers: { 'purpose-of-use': name } },
    ]) {
      const answer = await target.ask(requester, question);
      if (answer.status >= 500) throw new Breach(`${name}: ${answer.status} ${codeOf(answer) ?? ''}`);
    }
    const raw = await target.send({
      headers: headersOf(requester),
      body: `{"query":"{ __typename }","${name}":{"polluted":true,"query":"{ x }"}}`,
    });
    if (raw.status >= 500) throw new Breach(`${name} as a key of the body: ${raw.status}`);
  }
  const after = await target.ask(requester, '{ registries { name owner rows } }');
  if (JSON.stringify(after.body) !== JSON.stringify(before.body))
    throw new Breach('answers differ afterwards: something is polluted');
  if (!before.body.data) throw new NotApplicable('registries are not answered');
}

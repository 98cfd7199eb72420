import { type Answer, codeOf } from '../answer.js';
import { nameOf } from '../requester.js';
import { attack, type Attack, Breach } from '../attack.js';
import { mustBeRefused } from '../verifyAnswer.js';
import { headersOf, type Question } from '../target.js';

/** More look-ups by identity code than anybody needs in a minute. */
const TRIES = 45;
const LOOKUP = 'query ($code: IdentityCode!) { x: personByIdentityCode(code: $code) { id } }';
const CHECKS = '0123456789ABCDEFHJKLMNPRSTUVWXY';

/** Ways to find out who is known to the city, and to leave codes where they are stored. */
export const identityCodeAttacks: readonly Attack[] = [
  attack(
    '14E9',
    'An identity code in the text of an operation is refused and echoed nowhere',
    'docs/decisions/linkage.md',
    async (target) => {
      for (const code of [testCode(1), testCode(2).toLowerCase()])
        for (const requester of target.requesters.slice(0, 4))
          for (const query of [
            `{ personByIdentityCode(code: "${code}") { id } }`,
            `query ($code: IdentityCode = "${code}") { personByIdentityCode(code: $code) { id } }`,
            `{ persons(first: "${code}") { hasMore } }`,
            `{ person(id: "${code}") { id } }`,
            `{ person(id: """${code}""") { id } }`,
            `{ _${code.replace(/[-+]/, '_')}: __typename a${code.replace(/[-+]/, 'A')}: __typename }`,
            `query q${code.replace(/[-+]/, 'A')} { __typename }`,
            `{ __typename @include(if: "${code}") }`,
            `{ __type(name: "${code}") { name } }`,
          ]) {
            const answer = await target.ask(requester, query);
            mustNotEcho(answer, code, 'in the text');
            if (answer.body.data != null && !query.includes('_1') && codeOf(answer) === undefined)
              throw new Breach(`an operation with a code in its text was answered to ${nameOf(requester)}`);
          }
    },
  ),
  attack(
    '25BA',
    'An identity code in any other part of a request is echoed nowhere',
    'own analysis',
    async (target) => {
      const code = testCode(3);
      const requester = target.requesters[0]!;
      const questions: readonly Question[] = [
        { query: `{ __typename } # ${code}` },
        { query: `{ "${code}" }` },
        { query: `{ __typename ${code} }` },
        { query: '{ __typename }', operationName: code },
        { query: 'query ($v: PersonID!) { person(id: $v) { id } }', variables: { v: code } },
        { query: 'query ($v: Int!) { persons(first: $v) { hasMore } }', variables: { v: code } },
        {
          query: 'query ($v: Date) { persons(first: 1) { nodes { families(on: $v) { role } } } }',
          variables: { v: code },
        },
        {
          query:
            'query ($v: [String!]) { persons(first: 1) { nodes { healthContacts(services: $v) { service { code } } } } }',
          variables: { v: [code] },
        },
        { query: 'query ($v: Boolean!) { __typename @skip(if: $v) }', variables: { v: code } },
        { query: '{ __typename }', variables: { [code]: code } },
        { query: '{ __typename }', variables: code },
        { query: '{ __typename }', extensions: { persistedQuery: { version: 1, sha256Hash: code } } },
        { query: '{ __typename }', extensions: code },
        { query: LOOKUP, variables: { code: [code] } },
        { query: LOOKUP, variables: { code: { code } } },
        { query: LOOKUP, variables: { code: ` ${code} ${code}` } },
        { query: '{ __typename }', headers: { 'purpose-of-use': code } },
        { query: '{ __typename }', headers: { 'polku-partial': code } },
        { query: '{ __typename }', headers: { authorization: `Bearer ${code}` } },
        { query: '{ __typename }', headers: { 'content-type': `application/json; charset=${code}` } },
      ];
      for (const question of questions)
        mustNotEcho(await target.ask(requester, question), code, JSON.stringify(Object.keys(question)));
      for (const body of [code, `{"query": ${code}`, `{"${code}"`, `"${code}"`])
        mustNotEcho(
          await target.send({ headers: headersOf(requester), body }),
          code,
          'in a body that is no JSON',
        );
      for (const path of [
        `/graphql?query=${encodeURIComponent(LOOKUP)}&variables=${encodeURIComponent(`{"code":"${code}"}`)}`,
        `/graphql?operationName=${encodeURIComponent(code)}&query=%7B__typename%7D`,
        `/${code}`,
      ]) {
        const answer = await target.send({
          method: 'GET',
          path,
          headers: { ...headersOf(requester), 'apollo-require-preflight': 'yes' },
        });
        mustNotEcho(answer, code, 'in an address');
        if (answer.body.data != null) throw new Breach('an address with a code was answered');
      }
    },
  ),
  attack(
    '8CC3',
    'A break-glass reason that holds an identity code is refused in any spelling',
    'case G21',
    async (target) => {
      const code = testCode(5);
      const [date, rest] = [code.slice(0, 6), code.slice(7)];
      const wide = code.replaceAll(/[\d-]/g, (one) => String.fromCodePoint(one.charCodeAt(0) + 0xfee0));
      const arabic = code.replaceAll(/\d/g, (digit) => String.fromCodePoint(0x660 + Number(digit)));
      for (const requester of target.requesters)
        for (const [how, spelt] of Object.entries({
          'as it is': code,
          'small letters': code.toLowerCase(),
          'a blank': `${date} ${rest}`,
          'an en dash': `${date}\u2013${rest}`,
          'a minus sign': `${date}\u2212${rest}`,
          'a non-breaking hyphen': `${date}\u2011${rest}`,
          'an invisible character': `${date}\u200b-\u200b${rest}`,
          'full-width digits': wide,
          'Arabic digits': arabic,
          'no sign': `${date}${rest}`,
        })) {
          // A header is bytes, one a character.
          const reason = Buffer.from(`the patient ${spelt} is unconscious`, 'utf8').toString('latin1');
          const answer = await target.ask(requester, {
            query: '{ __typename }',
            headers: { 'polku-break-glass': reason },
          });
          mustBeRefused(answer, `a reason with a code, with ${how}`, ['IDENTITY_CODE_LITERAL']);
          mustNotEcho(answer, code, 'in a reason');
        }
    },
  ),
  attack(
    '36F4',
    'Every malformed code gets the same refusal; a well-formed code that belongs to nobody gets null',
    'docs/decisions/linkage.md',
    async (target) => {
      const [{ requester }] = await target.whoSee('Query.personByIdentityCode');
      const wrong = [
        5,
        true,
        ['x'],
        { x: 1 },
        'x'.repeat(100),
        '010190-999X',
        '010190-9999',
        '310290-900A',
        '990190-9000',
        'x',
        '',
        ' ',
        '010190',
        testCode(4).slice(0, -1) + '?',
      ];
      const said = new Set<string>();
      for (const code of wrong) {
        const answer = await target.ask(requester, { query: LOOKUP, variables: { code } });
        if (codeOf(answer) === 'RATE_LIMITED') break;
        if (answer.body.data?.['x'] != null) throw new Breach('a malformed code was answered');
        said.add(`${codeOf(answer)} ${answer.body.errors?.[0]?.message}`);
      }
      if (said.size > 1) throw new Breach('malformed codes are refused in different words');
    },
  ),
  attack(
    '4C08',
    'Identity codes cannot be tried one after another: look-ups are limited, however they are spread',
    'docs/decisions/linkage.md; enumeration',
    async (target) => {
      const sights = await target.whoSee('Query.personByIdentityCode');
      // The last requester, so that look-ups of the others still work.
      const { requester } = sights.at(-1)!;
      let [answered, refused] = [0, 0];
      const count = (answer: Answer, lookups: number): void => {
        if (codeOf(answer) === 'RATE_LIMITED') refused += 1;
        else if (answer.body.data) answered += lookups;
      };
      const many = (codes: readonly string[]): Question => ({
        query: `query (${codes.map((_, i) => `$c${i}: IdentityCode!`).join(' ')}) { ${codes.map((_, i) => `a${i}: personByIdentityCode(code: $c${i}) { id }`).join(' ')} }`,
        variables: Object.fromEntries(codes.map((code, i) => [`c${i}`, code])),
      });
      const codes = Array.from({ length: TRIES }, (_, i) => testCode(10 + i));
      count(await target.ask(requester, many(codes.slice(0, 10))), 10);
      count(
        await target.ask(requester, { ...many(codes.slice(10, 20)), headers: { 'polku-partial': 'true' } }),
        10,
      );
      const rest = await Promise.all(
        codes.slice(20).map((code) =>
          target.ask(requester, {
            query: LOOKUP,
            variables: { code },
            headers: { 'x-forwarded-for': `10.0.0.${code.slice(0, 2)}` },
          }),
        ),
      );
      for (const answer of rest) count(answer, 1);
      if (refused === 0) throw new Breach(`${answered} codes were looked up in a row and none refused`);
    },
  ),
];

/** The answer must not hold a code, in any letter case, in parts or in an address. */
function mustNotEcho({ text, headers }: Answer, code: string, where: string): void {
  const all = `${text}\n${[...headers].map((header) => header.join(': ')).join('\n')}`.toUpperCase();
  const forms = [code, encodeURIComponent(code)];
  if (forms.some((form) => all.includes(form.toUpperCase()))) throw new Breach(`a code ${where} is echoed`);
}

/** A well-formed code of the range for tests: it belongs to nobody. */
function testCode(number: number): string {
  const day = String((number % 28) + 1).padStart(2, '0');
  const digits = `${day}03${String(10 + (number % 80)).padStart(2, '0')}${900 + (number % 100)}`;
  return `${digits.slice(0, 6)}-${digits.slice(6)}${CHECKS[Number(digits) % 31]}`;
}

import { comparable } from '../answer.js';
import { type Requester, nameOf } from '../requester.js';
import { attack, type Attack, Breach, NotApplicable } from '../attack.js';
import { headersOf, type Question, type Target } from '../target.js';

/** Fields that are shown to some and hidden from others, and fields that differ by caller. */
const DOCUMENTS = [
  '{ persons(first: 5) { nodes { id birthYear sex { code } } } }',
  '{ persons(first: 5) { nodes { id healthContacts { service { code } diagnosis { code } } } } }',
  '{ persons(first: 5) { nodes { servicePath { withheld steps { sector service { code } } } } } }',
  '{ access { purpose { id } roles { id } fields { coordinate mask { id } } } }',
  '{ __schema { types { name fields { name } } } }',
];

/** An answer cached for one caller must not reach another. */
export const cacheAttacks: readonly Attack[] = [
  attack(
    '1F84',
    'One document sent by two callers gives each caller what that caller may see, in both orders',
    'Hive Router 0.0.9',
    async (target) => {
      if (target.requesters.length < 2)
        throw new NotApplicable('this takes two users, or one with two purposes');
      for (const document of DOCUMENTS) {
        const expected = await alone(target, document);
        for (const [at, first] of target.requesters.entries())
          for (const second of target.requesters.slice(at + 1, at + 2))
            for (const order of [
              [first, second, first],
              [second, first, second],
            ]) {
              const query = fresh(document);
              for (const requester of order)
                mustBeAs(expected, requester, await sent(target, requester, { query }));
            }
      }
    },
  ),
  attack(
    '2E60',
    'When many callers send one document at once, each gets their own answer',
    'Hive Router 0.0.9',
    async (target) => {
      for (const document of DOCUMENTS) {
        const expected = await alone(target, document);
        const query = fresh(document);
        const twice = [...target.requesters, ...[...target.requesters].reverse()];
        const answers = await Promise.all(twice.map((requester) => sent(target, requester, { query })));
        for (const [at, requester] of twice.entries()) mustBeAs(expected, requester, answers[at]!);
      }
    },
  ),
  attack(
    '3A19',
    'A partial answer is not cached for a caller who asks for a whole answer, nor the reverse',
    'docs/policies.md',
    async (target) => {
      const partial = { 'polku-partial': 'true' };
      for (const requester of target.requesters)
        for (const document of DOCUMENTS.slice(0, 3)) {
          const whole = await sent(target, requester, { query: fresh(document) });
          const part = await sent(target, requester, { query: fresh(document), headers: partial });
          const query = fresh(document);
          const seen = [
            await sent(target, requester, { query, headers: partial }),
            await sent(target, requester, { query }),
            await sent(target, requester, { query, headers: partial }),
          ];
          if (seen[0] !== part || seen[1] !== whole || seen[2] !== part)
            throw new Breach(`${nameOf(requester)} is answered otherwise after the other mode`);
        }
    },
  ),
  attack('4D75', 'No answer may be cached between client and gateway', 'RFC 9111 §3', async (target) => {
    for (const requester of target.requesters) {
      const { headers } = await target.ask(requester, DOCUMENTS[0]!);
      const control = headers.get('cache-control') ?? '';
      if (!control.includes('no-store')) throw new Breach(`cache-control is ${JSON.stringify(control)}`);
      if (headers.has('etag') || headers.has('last-modified'))
        throw new Breach('the answer carries a validator');
    }
    const [first] = target.requesters;
    const path = `/graphql?query=${encodeURIComponent('{ access { purpose { id } } }')}`;
    const got = await target.send({
      method: 'GET',
      path,
      headers: { ...headersOf(first!), 'apollo-require-preflight': 'yes', 'if-none-match': '*' },
    });
    if (got.status === 304) throw new Breach('answered 304');
    if (got.body.data && !got.headers.get('cache-control')?.includes('no-store'))
      throw new Breach('an answer to GET may be cached');
  }),
];

let count = 0;

/**
 * The document in a text that was never sent before, of the same length each time, so that no cache has it.
 */
function fresh(document: string): string {
  count += 1;
  return `${document} # ${process.pid.toString(36)}-${String(count).padStart(8, '0')}`;
}

async function alone(target: Target, document: string): Promise<ReadonlyMap<Requester, string>> {
  const expected = new Map<Requester, string>();
  for (const requester of target.requesters)
    expected.set(requester, await sent(target, requester, { query: fresh(document) }));
  return expected;
}

async function sent(target: Target, requester: Requester, question: Question): Promise<string> {
  return comparable(await target.ask(requester, question));
}

function mustBeAs(expected: ReadonlyMap<Requester, string>, requester: Requester, answer: string): void {
  if (answer !== expected.get(requester))
    throw new Breach(`${nameOf(requester)} is answered otherwise after somebody else asked`);
}

import { comparable } from '../answer.js';
import { type Asker, nameOf } from '../asker.js';
import { attack, type Attack, Breach, NotApplicable } from '../attack.js';
import { headersOf, type Question, type Target } from '../target.js';

/** Fields that are shown to some and hidden from others, and fields that differ by caller. */
const DOCUMENTS = [
  '{ persons(first: 5) { nodes { id birthYear sex } } }',
  '{ persons(first: 5) { nodes { id healthContacts { service diagnosis } } } }',
  '{ persons(first: 5) { nodes { servicePath { withheld steps { sector service } } } } }',
  '{ access { purpose roles fields { coordinate mask } } }',
  '{ __schema { types { name fields { name } } } }',
];

/** An answer cached for one caller must not reach another. */
export const cacheAttacks: readonly Attack[] = [
  attack(
    '1F84',
    'One document sent by two callers gives each caller what that caller may see, in both orders',
    'Hive Router 0.0.9',
    async (target) => {
      if (target.askers.length < 2) throw new NotApplicable('this takes two users, or one with two purposes');
      for (const document of DOCUMENTS) {
        const expected = await alone(target, document);
        for (const [at, first] of target.askers.entries())
          for (const second of target.askers.slice(at + 1, at + 2))
            for (const order of [
              [first, second, first],
              [second, first, second],
            ]) {
              const query = fresh(document);
              for (const asker of order) mustBeAs(expected, asker, await sent(target, asker, { query }));
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
        const twice = [...target.askers, ...[...target.askers].reverse()];
        const answers = await Promise.all(twice.map((asker) => sent(target, asker, { query })));
        for (const [at, asker] of twice.entries()) mustBeAs(expected, asker, answers[at]!);
      }
    },
  ),
  attack(
    '3A19',
    'A partial answer is not cached for a caller who asks for a whole answer, nor the reverse',
    'docs/policies.md',
    async (target) => {
      const partial = { 'polku-partial': 'true' };
      for (const asker of target.askers)
        for (const document of DOCUMENTS.slice(0, 3)) {
          const whole = await sent(target, asker, { query: fresh(document) });
          const part = await sent(target, asker, { query: fresh(document), headers: partial });
          const query = fresh(document);
          const seen = [
            await sent(target, asker, { query, headers: partial }),
            await sent(target, asker, { query }),
            await sent(target, asker, { query, headers: partial }),
          ];
          if (seen[0] !== part || seen[1] !== whole || seen[2] !== part)
            throw new Breach(`${nameOf(asker)} is answered otherwise after the other mode`);
        }
    },
  ),
  attack('4D75', 'No answer may be cached between client and gateway', 'RFC 9111 §3', async (target) => {
    for (const asker of target.askers) {
      const { headers } = await target.ask(asker, DOCUMENTS[0]!);
      const control = headers.get('cache-control') ?? '';
      if (!control.includes('no-store')) throw new Breach(`cache-control is ${JSON.stringify(control)}`);
      if (headers.has('etag') || headers.has('last-modified'))
        throw new Breach('the answer carries a validator');
    }
    const [first] = target.askers;
    const path = `/graphql?query=${encodeURIComponent('{ access { purpose } }')}`;
    const got = await target.send({
      method: 'GET',
      path,
      headers: { ...headersOf(first!), 'apollo-require-preflight': 'yes', 'if-none-match': '*' },
    });
    if (got.status === 304) throw new Breach('answered 304');
    if (got.body.data && !got.headers.get('cache-control')?.includes('no-store'))
      throw new Breach('an answer to GET may be kept');
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

async function alone(target: Target, document: string): Promise<ReadonlyMap<Asker, string>> {
  const expected = new Map<Asker, string>();
  for (const asker of target.askers)
    expected.set(asker, await sent(target, asker, { query: fresh(document) }));
  return expected;
}

async function sent(target: Target, asker: Asker, question: Question): Promise<string> {
  return comparable(await target.ask(asker, question));
}

function mustBeAs(expected: ReadonlyMap<Asker, string>, asker: Asker, answer: string): void {
  if (answer !== expected.get(asker))
    throw new Breach(`${nameOf(asker)} is answered otherwise after somebody else asked`);
}

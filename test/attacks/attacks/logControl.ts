import { attack, type Attack, Breach, NotApplicable } from '../attack.js';
import { claimsOf, nameOf, type Requester } from '../requester.js';
import { valuesUnder } from '../verifyAnswer.js';
import type { Target } from '../target.js';

const LOG = `query ($reader: String, $outcome: DecisionOutcome) {
  auditLog(reader: $reader, outcome: $outcome, first: 50) { decisions { id } }
}`;

/** Ways of a log controller to read the log unseen. */
export const logControlAttacks: readonly Attack[] = [
  attack(
    'C7E3',
    'Who reads the log is in the log, also with a question that is refused',
    'Act 906/2019 §17; GDPR 5(2)',
    async (target) => {
      for (const requester of await logReaders(target)) {
        const reader = String(claimsOf(requester.token)['sub']);
        for (const [question, outcome] of [
          [{ query: LOG, variables: { reader: 'nobody' } }, 'ANSWERED'],
          [{ query: '{ persons(first: 1) { nodes { id } } auditLog { readBackTo } }' }, 'REFUSED'],
        ] as const) {
          const { headers } = await target.ask(requester, question);
          const asked = headers.get('polku-decision-id');
          const { body } = await target.ask(requester, { query: LOG, variables: { reader, outcome } });
          if (asked === null || ![...valuesUnder(body.data, 'id')].includes(asked))
            throw new Breach(`a question that was ${outcome}, of ${nameOf(requester)}, is not in the log`);
        }
      }
    },
  ),
];

/** @throws NotApplicable if no token may read the log */
async function logReaders(target: Target): Promise<readonly Requester[]> {
  const readers = (await target.sights())
    .filter((sight) => sight.shows('Query.auditLog'))
    .map(({ requester }) => requester);
  if (readers.length === 0) throw new NotApplicable('none of the tokens may read the log');
  return readers;
}

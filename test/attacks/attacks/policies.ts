import { nameOf } from '../requester.js';
import { attack, type Attack, Breach, NotApplicable } from '../attack.js';
import { mustBeRefused, mustHoldNoData } from '../verifyAnswer.js';
import { selection } from '../probe.js';
import { headersOf, type Target } from '../target.js';

/** Ways to change, read or revert what is in force. */
export const policyAttacks: readonly Attack[] = [
  attack(
    '1CC1',
    'A mutation that is not shown is refused, in partial mode and under an alias too',
    'docs/policies.md',
    async (target) => {
      let tried = 0;
      for (const sight of await target.sights())
        for (const { field, coordinate } of mutationsOf(target)) {
          if (sight.shows(coordinate)) continue;
          tried += 1;
          const call = selection(target.graph, 'Mutation', field.name);
          for (const query of [
            `mutation { ${call} }`,
            `mutation { x: ${call} }`,
            `mutation { ...F } fragment F on Mutation { ${call} }`,
          ])
            for (const partial of ['false', 'true'])
              mustBeRefused(
                await target.ask(sight.requester, { query, headers: { 'polku-partial': partial } }),
                `${coordinate}, to ${nameOf(sight.requester)}`,
              );
        }
      if (tried === 0) throw new NotApplicable('there is no mutation that is hidden from these tokens');
    },
  ),
  attack('2DD2', 'A mutation that is shown does not run by GET', 'graphql-over-http §6', async (target) => {
    let tried = 0;
    for (const sight of await target.sights())
      for (const { field, coordinate } of mutationsOf(target)) {
        if (!sight.shows(coordinate)) continue;
        tried += 1;
        const query = `mutation { ${selection(target.graph, 'Mutation', field.name)} }`;
        const headers = { ...headersOf(sight.requester), 'apollo-require-preflight': 'yes' };
        const path = `/graphql?query=${encodeURIComponent(query)}`;
        mustHoldNoData(await target.send({ method: 'GET', path, headers }), `${coordinate} by GET`);
      }
    if (tried === 0) throw new NotApplicable('no token may change anything');
  }),
  attack(
    '3EE3',
    'Only policy administrators can read policies, because policies name what is concealed',
    'docs/policies.md',
    async (target) => {
      const paths = [
        '/policies/current',
        '/policies',
        '/policies/',
        '/policies/../policies/current',
        '/policies/current?x',
      ];
      const administers = new Set(
        target.requesters
          .filter(({ purpose }) => purpose === 'policy-administration')
          .map(({ token }) => token),
      );
      for (const path of paths) {
        const bare = await target.send({ method: 'GET', path, headers: {} });
        if (bare.status < 400 && 'revisions' in bare.body)
          throw new Breach(`${path} is answered without a token`);
        for (const requester of target.requesters) {
          if (administers.has(requester.token)) continue;
          const answer = await target.send({
            method: 'GET',
            path,
            headers: { ...headersOf(requester), 'purpose-of-use': 'policy-administration' },
          });
          if (answer.status < 400 && 'revisions' in answer.body)
            throw new Breach(`${path} is answered to ${nameOf(requester)}`);
        }
      }
    },
  ),
  attack(
    '4FF4',
    'Every answer uses one policy revision, and none returns to an older one',
    'stale or rolled-back policy',
    async (target) => {
      const seen: string[] = [];
      for (let round = 0; round < 3; round++)
        for (const requester of target.requesters) {
          const { body } = await target.ask(requester, '{ access { revision } }');
          const revision = (body.data?.['access'] as { revision?: string } | undefined)?.revision;
          if (revision !== undefined && revision !== seen.at(-1)) seen.push(revision);
        }
      // Another revision may come into force while this runs; the earlier one must not return.
      if (new Set(seen).size < seen.length) throw new Breach('a revision that was replaced came back');
    },
  ),
];

function mutationsOf(target: Target) {
  return target.graph.fields().filter(({ type }) => type === 'Mutation');
}

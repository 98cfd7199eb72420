import { randomInt } from 'node:crypto';
import { codeOf } from '../answer.js';
import type { Requester } from '../requester.js';
import { attack, type Attack, Breach, NotApplicable } from '../attack.js';
import { mustBeRefused } from '../verifyAnswer.js';
import type { Target } from '../target.js';

const SIZE = `query ($where: CohortFilter!, $other: CohortFilter) {
  cohort(where: $where, comparedWith: $other) { size { protection { questionsLeft } } }
}`;
const EVERYBODY = { all: [] };
/** The maximum length of lists. */
const MANY = 1_000;
const PAID_BY = ['Query.cohort', 'Cohort.size', 'GroupSize.protection', 'GroupProtection.questionsLeft'];

const many = (part: object): readonly object[] => Array.from({ length: MANY }, () => part);
const familyOf = (where: object): object => ({ family: { member: 'ANYONE', atEndOf: 2010, where } });

/** Filters that cause much work and hold few criteria, or none. */
const costlyFilters: Readonly<Record<string, object>> = {
  'lists without a criterion': { all: many({ any: [] }) },
  negations: { all: many({ not: { any: [] } }) },
  'levels of lists': { all: [{ all: many({ any: [] }) }, { any: many({ all: [] }) }] },
  'one family without a criterion': familyOf(EVERYBODY),
  'a family of a family without a criterion': familyOf(familyOf({ not: EVERYBODY })),
  'families without a criterion': { all: many(familyOf(EVERYBODY)) },
  'thousands of families without a criterion': {
    any: [1, 2, 3].map(() => ({ all: many(familyOf({ any: [] })) })),
  },
};

/** The answer for a group without counting anybody. */
const cheapAnswers: readonly { readonly field: string; readonly needs: readonly string[] }[] = [
  { field: '__typename', needs: [] },
  {
    field: 'members(from: "2010-01-01", until: "2010-12-31") { withheld }',
    needs: ['Cohort.members', 'CohortMembers.withheld'],
  },
  {
    field: 'childProtectionRisk(asOf: "2010-Q1") { status }',
    needs: ['Cohort.childProtectionRisk', 'CohortRisk.status'],
  },
];

/** Ways to make registries scan all their people without being charged. */
export const groupQuestionAttacks: readonly Attack[] = [
  attack(
    '6B2D',
    'Every part of a group filter counts, also families, lists and negations without any criterion',
    'case G02',
    async (target) => {
      const [{ requester }] = await target.whoSee(...PAID_BY);
      for (const [what, filter] of Object.entries(costlyFilters))
        for (const variables of [{ where: filter }, { where: EVERYBODY, other: filter }])
          mustBeRefused(await target.ask(requester, { query: SIZE, variables }), what, [
            'OPERATION_TOO_LARGE',
            'BAD_USER_INPUT',
          ]);
    },
  ),
  attack(
    '7C3E',
    'Each group is charged when registries search for it, under any alias, even if no number of it is requested',
    'case G02',
    async (target) => {
      const [sight] = await target.whoSee(...PAID_BY);
      const { requester } = sight;
      let tried = 0;
      for (const { field, needs } of cheapAnswers) {
        if (!needs.every((coordinate) => sight.shows(coordinate))) continue;
        const before = await questionsLeft(target, requester);
        // Groups that were not queried before.
        const atLeast = randomInt(1_000_000, 2_000_000_000);
        const variables = Object.fromEntries(
          ['a', 'b'].map((name, at) => [name, { not: { childProtection: { atLeast: atLeast + at } } }]),
        );
        const query = `query ($a: CohortFilter!, $b: CohortFilter!) {
          a: cohort(where: $a) { ${field} } b: cohort(where: $b) { ${field} }
        }`;
        if (!(await target.ask(requester, { query, variables })).body.data) continue;
        tried += 1;
        const charged = before - (await questionsLeft(target, requester));
        if (charged < 2) throw new Breach(`${field} of two groups was charged as ${charged}`);
      }
      if (tried === 0) throw new NotApplicable('no group may be formed by these tokens');
    },
  ),
];

/**
 * The questions that an organisation has left this month. It asks about a group that is already paid for.
 * @throws NotApplicable when none is left
 */
async function questionsLeft(target: Target, requester: Requester): Promise<number> {
  const answer = await target.ask(requester, { query: SIZE, variables: { where: EVERYBODY } });
  const cohort = answer.body.data?.['cohort'] as
    { size: { protection: { questionsLeft: number } } | null } | null | undefined;
  if (cohort?.size) return cohort.size.protection.questionsLeft;
  throw new NotApplicable(`nothing is published about a group: ${codeOf(answer) ?? answer.status}`);
}

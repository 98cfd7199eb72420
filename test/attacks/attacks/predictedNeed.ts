import { nameOf } from '../requester.js';
import { attack, type Attack, Breach, NotApplicable } from '../attack.js';
import { ofPeople, thoseWithPeople } from '../people.js';
import type { Sight } from '../sight.js';
import type { Target } from '../target.js';

interface Risk {
  readonly status: string | null;
  readonly withheld: readonly string[] | null;
  readonly contributions: readonly { readonly factors: readonly { readonly id: string }[] | null }[] | null;
  readonly [number: string]: unknown;
}

const MAJORITY = 18;
const FIELDS = ['status', 'withheld', 'probability', 'score', 'percentile', 'missing', 'contributions'];
const NUMBERS = ['probability', 'score', 'percentile', 'missing', 'contributions'];
const RISK = `childProtectionRisk(asOf: "2012-Q1") {
  status withheld probability score percentile missing contributions { factors { id } }
}`;

/**
 * The inputs of the factors of each registry. A factor may be shown only if one of them is shown unmasked.
 */
const madeOf: Readonly<Record<string, readonly string[]>> = {
  population: ['Person.birthYear', 'FamilyMember.startedAt', 'FamilyMembership.startedAt'],
  health: ['HealthContact.startedAt'],
  social: ['SocialContact.startedAt', 'ChildProtectionStep.startedAt', 'IncomeSupportMonth.month'],
  education: ['EducationContact.startedAt', 'Enrolment.startedAt'],
};

/** Ways to read in a number what its inputs do not show. */
export const predictedNeedAttacks: readonly Attack[] = [
  attack(
    '5EC7',
    'An assessment names no factor that uses hidden or masked fields',
    'docs/decisions/risk-serving.md; derive laundered',
    async (target) => {
      let tried = 0;
      await eachRisk(target, ({ status, contributions }, sight) => {
        if (status !== 'ASSESSED') return;
        tried += 1;
        for (const { id } of (contributions ?? []).flatMap(({ factors }) => factors ?? [])) {
          const inputs = madeOf[id.slice(0, id.indexOf('.'))] ?? [];
          if (!inputs.some((input) => sight.shows(input) && sight.masksOf(input).length === 0))
            throw new Breach(`${nameOf(sight.requester)} sees a factor that uses hidden fields: ${id}`);
        }
      });
      if (tried === 0) throw new NotApplicable('no assessment is shown to these tokens');
    },
  ),
  attack(
    '6FD9',
    'An assessment has no number when any of its data is withheld, and what is withheld is the same for every person',
    'docs/decisions/risk-serving.md',
    async (target) => {
      const withheldFrom = new Map<Sight, string>();
      await eachRisk(target, (risk, sight) => {
        const withheld = risk.withheld ?? [];
        const numbers = NUMBERS.filter((name) => risk[name] != null);
        if (risk.status !== 'ASSESSED' && numbers.length > 0)
          throw new Breach(`${nameOf(sight.requester)} sees ${numbers.join(', ')} without an assessment`);
        if (withheld.length > 0 && risk.status === 'ASSESSED')
          throw new Breach(`${nameOf(sight.requester)} sees a number without ${withheld.join(', ')}`);
        const withholding = JSON.stringify(withheld);
        if ((withheldFrom.get(sight) ?? withholding) !== withholding)
          throw new Breach(
            `from ${nameOf(sight.requester)} other registries are withheld of one person than of another`,
          );
        withheldFrom.set(sight, withholding);
      });
    },
  ),
  attack(
    '5B9F',
    'Assessments of successive quarters reveal no more about a birthday than its year',
    'case G10',
    birthdays,
  ),
];

/** In the years of birth and of majority, the minor status must not change from one quarter to the next. */
async function birthdays(target: Target): Promise<void> {
  let tried = 0;
  const needed = ['Person.birthYear', 'Person.childProtectionRisk', 'RiskAssessment.status'];
  for (const { sight } of await thoseWithPeople(target, ...needed)) {
    const people = await ofPeople(target, sight, 'birthYear');
    const years = people.map(({ birthYear }) => Number(birthYear));
    for (const year of new Set(years.flatMap((born) => [born, born + MAJORITY]))) {
      // A quarter that has not begun is refused.
      if (!(year < new Date().getUTCFullYear())) continue;
      const quarters = [1, 2, 3, 4].map(
        (n) => `q${n}: childProtectionRisk(asOf: "${year}-Q${n}") { status }`,
      );
      for (const { birthYear, ...risks } of await ofPeople(
        target,
        sight,
        `birthYear ${quarters.join(' ')}`,
      )) {
        if (birthYear !== year && birthYear !== year - MAJORITY) continue;
        tried += 1;
        const statuses = [1, 2, 3, 4].map((n) => (risks[`q${n}`] as Pick<Risk, 'status'> | null)?.status);
        if (new Set(statuses).size > 1)
          throw new Breach(`${nameOf(sight.requester)} learns in which quarter of ${year} a birthday is`);
      }
    }
  }
  if (tried === 0) throw new NotApplicable('no person has both a visible year of birth and an assessment');
}

async function eachRisk(target: Target, check: (risk: Risk, sight: Sight) => void): Promise<void> {
  const needed = FIELDS.map((field) => `RiskAssessment.${field}`);
  for (const { sight } of await thoseWithPeople(target, 'Person.childProtectionRisk', ...needed)) {
    for (const { childProtectionRisk } of await ofPeople(target, sight, RISK))
      if (childProtectionRisk) check(childProtectionRisk as Risk, sight);
  }
}

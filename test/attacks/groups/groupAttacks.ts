import type { Random } from '../../../synthetic-city/random.js';
import type { Answer, GroupRequester } from './groupRequester.js';
import type { Group, GroupCity } from './groupCity.js';

/** One try: whether a person that the attacker can single out has the secret. */
export interface Attempt {
  readonly city: GroupCity;
  readonly target: number;
  readonly ask: GroupRequester;
  readonly random: Random;
  /** The maximum number of questions, if the attack uses as many as it gets. */
  readonly questions: number;
}

/** An attack on numbers of groups; ids are permanent, like those of the attacks on gateways. */
export interface GroupAttack {
  readonly id: string;
  readonly name: string;
  /** What the attacker does and must know in advance. */
  readonly how: string;
  /** The number of questions; undefined: as many as allowed. */
  readonly questions?: number;
  /** The number of organisations that collude, each with a budget of its own; one by default. */
  readonly organisations?: number;
  /** In numbers: small, if the attack fills the ledger. */
  readonly ledgerCapacity?: number;
  /** The attacker's guess; undefined when it is no better than a coin toss. */
  readonly guess: (attempt: Attempt) => Promise<boolean | undefined>;
}

const union = (a: Group, b: Group): Group => new Set([...a, ...b]);
const without = (group: Group, key: number): Group => new Set([...group].filter((other) => other !== key));

/** The target if it has the secret, else nobody: a filter on both. */
const exposed = ({ city, target }: Attempt): Group =>
  city.hasSecret(target) ? new Set([target]) : new Set();

/** People with the secret in the target's and the next two districts. */
const neighbourhood = ({ city, target }: Attempt): Group =>
  city.where((key) => city.hasSecret(key) && (12 + city.district[key]! - city.district[target]!) % 12 < 3);

/** This many people that the attacker knows; none of them is the target. */
function acquaintances({ city, target, random }: Attempt, count: number, not: Group = new Set()): Group {
  const known = new Set<number>();
  while (known.size < count) {
    const key = random.int(0, city.size - 1);
    if (key !== target && !not.has(key)) known.add(key);
  }
  return known;
}

/** Whether a number that should be 0 or 1 is closer to 1; undefined when a number is missing. */
function isOne(sum: Answer, ...less: readonly Answer[]): boolean | undefined {
  if (sum == null || less.some((answer) => answer == null)) return undefined;
  return less.reduce<number>((rest, answer) => rest - answer!, sum) > 0.5;
}

const mean = (values: readonly number[]): number | undefined =>
  values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;

/** The size of a group as the mean over splits of it in two, by different services. */
async function averaged(
  { city, ask, questions }: Attempt,
  group: Group,
  firstService: number,
  organisations = 1,
): Promise<number | undefined> {
  const sums: number[] = [];
  for (let split = 0; split < (questions * organisations) / 4; split++) {
    const service = firstService + split;
    const organisation = `organisation ${split % organisations}`;
    const users = new Set([...group].filter((key) => city.uses(service, key)));
    const others = new Set([...group].filter((key) => !users.has(key)));
    const [some, rest] = [await ask.size(users, organisation), await ask.size(others, organisation)];
    if (some != null && rest != null) sums.push(some + rest);
  }
  return mean(sums);
}

async function averaging(attempt: Attempt, organisations: number): Promise<boolean | undefined> {
  const group = neighbourhood(attempt);
  const all = await averaged(attempt, group, 0, organisations);
  const rest = await averaged(attempt, without(group, attempt.target), 100_000, organisations);
  return isOne(all, rest);
}

/**
 * What would be possible if the ledger forgot, and the reason why it does not. Equal noise for equal sets
 * reveals that sets are equal.
 */
export const forgetfulLedger: GroupAttack = {
  id: 'A418',
  name: 'Differencing, if the ledger forgot',
  how: 'a group with the target, long ago, and the same group without the target',
  questions: 2,
  guess: async (attempt) => {
    const { ask } = attempt;
    const group = neighbourhood(attempt);
    const all = await ask.size(group);
    ask.forget();
    const rest = await ask.size(without(group, attempt.target));
    return all == null || rest == null ? undefined : all !== rest;
  },
};

export const groupAttacks: readonly GroupAttack[] = [
  {
    id: '1A7C',
    name: 'Differencing',
    how: 'a group with the target and the same group without the target',
    questions: 2,
    guess: async (attempt) => {
      const group = neighbourhood(attempt);
      return isOne(await attempt.ask.size(group), await attempt.ask.size(without(group, attempt.target)));
    },
  },
  {
    id: '2B4D',
    name: "Denning's tracker",
    how: 'the district without the target, and that district or the people in it who have the secret (Denning, Denning & Schwartz 1979)',
    questions: 2,
    guess: async (attempt) => {
      const { city, target, ask } = attempt;
      const tracker = city.where((key) => key !== target && city.district[key] === city.district[target]);
      return isOne(await ask.size(union(tracker, exposed(attempt))), await ask.size(tracker));
    },
  },
  {
    id: '3C90',
    name: 'General tracker',
    how: 'the target or half of the city, the target or the other half, and both halves',
    questions: 4,
    guess: async (attempt) => {
      const { city, ask } = attempt;
      const half = city.where((key) => city.uses(7, key));
      const other = city.where((key) => !half.has(key));
      const sizes: Answer[] = [];
      for (const part of [half, other])
        sizes.push(await ask.size(union(part, exposed(attempt))), await ask.size(part));
      const [a, b, c, d] = sizes;
      return a == null || c == null ? undefined : isOne(a + c, b, d);
    },
  },
  {
    id: '4E12',
    name: 'Complement',
    how: 'everybody, and everybody except the target if it has the secret',
    questions: 2,
    guess: async (attempt) => {
      const { city, ask } = attempt;
      const found = exposed(attempt);
      return isOne(
        await ask.size(new Set(city.everybody)),
        await ask.size(city.where((key) => !found.has(key))),
      );
    },
  },
  {
    id: '5F38',
    name: 'Cloning',
    how: 'differencing, again and again with conditions that change nothing (Gadotti et al. 2019)',
    questions: 40,
    guess: async (attempt) => {
      const group = neighbourhood(attempt);
      const differences: number[] = [];
      for (let clone = 0; clone < 20; clone++) {
        const [all, rest] = [
          await attempt.ask.size(group),
          await attempt.ask.size(without(group, attempt.target)),
        ];
        if (all != null && rest != null) differences.push(all - rest);
      }
      return isOne(mean(differences), 0);
    },
  },
  {
    id: '6A05',
    name: 'Zero or suppressed',
    how: 'the target if it has the secret, alone: is there nobody, or too few?',
    questions: 1,
    guess: async (attempt) => {
      const size = await attempt.ask.size(exposed(attempt));
      return size === null ? undefined : size === 1;
    },
  },
  {
    id: '7B61',
    name: 'Totals of a table',
    how: 'a table with the target in a cell of its own: the total less all other cells',
    questions: 2,
    guess: async (attempt) => {
      const group = without(neighbourhood(attempt), attempt.target);
      const { city, ask } = attempt;
      const parts = [0, 1, 2, 3].map(
        (part) =>
          new Set(
            [...group].filter((key) => Number(city.uses(1, key)) + 2 * Number(city.uses(2, key)) === part),
          ),
      );
      const [own, ...rest] = await ask.table([exposed(attempt), ...parts]);
      return own == null ? isOne(rest.at(-1), ...rest.slice(0, -1)) : own === 1;
    },
  },
  {
    id: '8D2E',
    name: 'Colluding recipients',
    how: 'differencing, where another organisation asks about each group',
    questions: 2,
    guess: async (attempt) => {
      const group = neighbourhood(attempt);
      const [one, other] = [group, without(group, attempt.target)];
      return isOne(await attempt.ask.size(one, 'one'), await attempt.ask.size(other, 'another'));
    },
  },
  {
    id: '93F7',
    name: 'Flooding the ledger',
    how: 'a group with the target, enough other questions to remove it from the ledger, and the group without the target',
    questions: 82,
    ledgerCapacity: 60,
    guess: async (attempt) => {
      const group = neighbourhood(attempt);
      const all = await attempt.ask.size(group);
      for (let other = 0; other < 80; other++) await attempt.ask.size(acquaintances(attempt, 40));
      return isOne(all, await attempt.ask.size(without(group, attempt.target)));
    },
  },
  {
    id: 'B5C3',
    name: 'Forged filter, 7 acquaintances',
    how: 'a group of 7 known people, and the target if it has the secret: is the number published?',
    questions: 1,
    guess: async (attempt) => {
      const size = await attempt.ask.size(union(acquaintances(attempt, 7), exposed(attempt)));
      return size === undefined ? undefined : size !== null && size > 7;
    },
  },
  {
    id: 'C66F',
    name: 'Forged filter, 13 acquaintances',
    how: 'the same with 13, where the number is published in about half of the cases',
    questions: 1,
    guess: async (attempt) => {
      const size = await attempt.ask.size(union(acquaintances(attempt, 13), exposed(attempt)));
      return size === undefined ? undefined : size !== null && size > 13;
    },
  },
  {
    id: '1D92',
    name: 'Listed in common',
    how: 'what 7 known people have in common, with the target if it has the secret: is it among what many have in common?',
    questions: 2,
    guess: async (attempt) => {
      const few = union(acquaintances(attempt, 7), exposed(attempt));
      const [size] = await attempt.ask.common([few, attempt.city.where((key) => !few.has(key))]);
      return size != null && size > 7;
    },
  },
  {
    id: 'D70A',
    name: 'Edge of the ledger',
    how: 'a group, and the same with 13 different known people each time, and the target if it has the secret: how often does the answer change?',
    guess: async (attempt) => {
      const { ask, target, questions } = attempt;
      const group = without(neighbourhood(attempt), target);
      const few = await ask.size(group);
      const others: number[] = [];
      for (let i = 1; i < questions; i++) {
        const known = union(group, acquaintances(attempt, 13, group));
        const many = await ask.size(union(known, exposed(attempt)));
        if (few != null && many != null) others.push(ask.exact ? many - few - 13 : Number(many !== few));
      }
      return isOne(mean(others), 0);
    },
  },
  {
    id: 'E8B9',
    name: 'Averaging',
    how: 'a group with the target and without, each split in two by different services: the noise of many sums averages out',
    guess: (attempt) => averaging(attempt, 1),
  },
  {
    id: 'F94E',
    name: 'Averaging by five organisations',
    how: 'the same, with the budgets of five organisations that collude',
    organisations: 5,
    guess: (attempt) => averaging(attempt, 5),
  },
  {
    id: '0C27',
    name: 'Averaging with knowledge of all others',
    how: 'different groups of known true sizes, and the target if it has the secret',
    guess: async (attempt) => {
      const more: number[] = [];
      for (let i = 0; i < attempt.questions; i++) {
        const group = without(
          attempt.city.where((key) => attempt.city.uses(i, key)),
          attempt.target,
        );
        const size = await attempt.ask.size(union(group, exposed(attempt)));
        if (size != null) more.push(size - group.size);
      }
      return isOne(mean(more), 0);
    },
  },
];

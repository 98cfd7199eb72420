import { performance } from 'node:perf_hooks';
import { codeOf, comparable } from '../answer.js';
import { type Requester, nameOf } from '../requester.js';
import { attack, type Attack, Breach, NotApplicable } from '../attack.js';
import { ofPeople, thoseWithPeople } from '../people.js';
import { FORGED_ID, hiddenProbes } from '../probe.js';
import type { Target } from '../target.js';
import { everybody } from './derived.js';
import { sampled } from './hiddenFields.js';
import { conceals } from './hiddenSchema.js';

/** Lists of intervals of a person that can be filtered by dates. */
const intervals = new Map([
  ['healthContacts', 'HealthContact'],
  ['socialContacts', 'SocialContact'],
  ['educationContacts', 'EducationContact'],
  ['childProtection', 'ChildProtectionStep'],
  ['enrolments', 'Enrolment'],
]);

/** So many people of a longer list are paged through. */
const PAGED = 50;

/** More than any person has in a register. */
const ROWS_OF_A_PERSON = 1_000;

/** Ways to infer hidden data from the form or time of an answer. */
export const oracleAttacks: readonly Attack[] = [
  attack(
    '18CA',
    'A filter by date reveals no more about a date than its mask shows',
    'side channel',
    masksHoldInFilters,
  ),
  attack(
    '2C11',
    'A list that conditions withhold is empty, like a list without data',
    'side channel: null against empty',
    nothingIsNull,
  ),
  attack(
    '3E88',
    'A refusal is the same, byte for byte, for every person',
    'side channel: response size',
    async (target) => {
      let tried = 0;
      for (const { sight, ids } of await thoseWithPeople(target, 'Query.person'))
        for (const coordinate of sight
          .hidden()
          .filter((name) => name.startsWith('Person.'))
          .slice(0, 6)) {
          const field = coordinate.split('.')[1]!;
          const seen = new Set<string>();
          for (const id of [...ids.slice(0, 8), FORGED_ID]) {
            const query = `query ($id: PersonID!) { person(id: $id) { ${field} } }`;
            seen.add(comparable(await target.ask(sight.requester, { query, variables: { id } }), [id]));
          }
          tried += 1;
          if (seen.size > 1)
            throw new Breach(`a refusal of ${coordinate} to ${nameOf(sight.requester)} reveals its person`);
        }
      if (tried === 0)
        throw new NotApplicable('these tokens can see everything about every person that they know');
    },
  ),
  attack(
    '4F05',
    'Pages together hold the whole list, and no page is longer than its size',
    'side channel: pagination',
    async (target) => {
      for (const { sight, ids } of await thoseWithPeople(target, 'PersonPage.hasMore')) {
        for (const size of [1, 3]) {
          const collected: string[] = [];
          // The list of a permit's population may go on after the ids that are known.
          for (let after: string | null = null; collected.length <= Math.min(ids.length, PAGED);) {
            const query = `query ($after: PersonID) { persons(first: ${size}, after: $after) { hasMore nodes { id } } }`;
            const { body } = await target.ask(sight.requester, { query, variables: { after } });
            const page = body.data?.['persons'] as { hasMore: boolean; nodes: { id: string }[] } | undefined;
            if (!page) throw new Breach(`a page was not answered to ${nameOf(sight.requester)}`);
            if (page.nodes.length > size) throw new Breach(`a page of ${size} has ${page.nodes.length}`);
            collected.push(...page.nodes.map(({ id }) => id));
            if (!page.hasMore) break;
            after = page.nodes.at(-1)!.id;
          }
          const isWhole = collected.length <= PAGED;
          const known = isWhole ? ids : ids.slice(0, collected.length);
          if (collected.join() !== known.join())
            throw new Breach(`pages of ${size} are not the list, to ${nameOf(sight.requester)}`);
        }
        for (const first of [-1, -1000, 0]) {
          const { body } = await target.ask(sight.requester, `{ persons(first: ${first}) { nodes { id } } }`);
          const page = body.data?.['persons'] as { nodes: readonly unknown[] | null } | undefined;
          if ((page?.nodes?.length ?? 0) > 0) throw new Breach(`a page of ${first} is not empty`);
        }
      }
    },
  ),
  attack(
    '5A7C',
    'A list has one order, however it is requested, and the order follows what is shown',
    'side channel: sort order',
    async (target) => {
      for (const { sight } of await thoseWithPeople(target))
        for (const [field, type] of intervals) {
          if (!sight.shows(`Person.${field}`) || !sight.shows(`${type}.startedAt`)) continue;
          const plain = await ofPeople(target, sight, `x: ${field} { startedAt }`);
          for (const { x } of plain) {
            const dates = ((x ?? []) as readonly { startedAt: string | null }[]).map(
              ({ startedAt }) => startedAt ?? '',
            );
            if (dates.some((date, at) => at > 0 && date < dates[at - 1]!.slice(0, date.length)))
              throw new Breach(
                `${type} is listed to ${nameOf(sight.requester)} in an order that its dates do not tell`,
              );
          }
          const filtered = await ofPeople(
            target,
            sight,
            `x: ${field}(from: "1900-01-01", until: "2100-01-01") { startedAt }`,
          );
          if (JSON.stringify(plain) !== JSON.stringify(filtered))
            throw new Breach(`${field} comes in another order under a filter`);
        }
    },
  ),
  attack(
    '66D3',
    'A foreign id, a forged one and a hidden name take no longer to refuse than others',
    'side channel: timing',
    timing,
  ),
  attack(
    '6C0D',
    'Row counts are too coarse to reveal, before and after an erasure, how many rows a person had',
    'case G11; differencing',
    async (target) => {
      for (const { requester } of await target.whoSee('Query.registries', 'Registry.rows')) {
        const { body } = await target.ask(requester, '{ registries { name rows rejects } }');
        const registries = (body.data?.['registries'] ?? []) as readonly Record<string, unknown>[];
        for (const { name, rows, rejects } of registries)
          for (const count of [rows, rejects])
            if (typeof count === 'number' && count % ROWS_OF_A_PERSON > 0)
              throw new Breach(
                `${nameOf(requester)} is told how many rows ${String(name)} has, to the last ones`,
              );
      }
    },
  ),
];

async function masksHoldInFilters(target: Target): Promise<void> {
  let tried = 0;
  for (const { sight } of await thoseWithPeople(target))
    for (const [field, type] of intervals) {
      if (!sight.shows(`Person.${field}`)) continue;
      const masks = new Set([...sight.masksOf(`${type}.startedAt`), ...sight.masksOf(`${type}.endedAt`)]);
      const within = masks.has('year')
        ? ['-01-01', '-07-15', '-12-31']
        : masks.has('month')
          ? ['-03-01', '-03-15', '-03-31']
          : [];
      for (const argument of within.length > 0 ? ['from', 'until'] : [])
        for (const year of [2010, 2013, 2015]) {
          const seen = new Set<string>();
          for (const day of within)
            seen.add(
              JSON.stringify(
                await ofPeople(target, sight, `x: ${field}(${argument}: "${year}${day}") { id }`),
              ),
            );
          tried += 1;
          if (seen.size > 1)
            throw new Breach(
              `${field}(${argument}:) tells ${nameOf(sight.requester)} dates within a masked period`,
            );
        }
    }
  if (tried === 0) throw new NotApplicable('no requester who may list people sees masked dates');
}

async function nothingIsNull(target: Target): Promise<void> {
  let tried = 0;
  for (const { sight } of await thoseWithPeople(target)) {
    const shown = [...intervals.keys(), 'incomeSupport'].filter((field) => sight.shows(`Person.${field}`));
    if (shown.length === 0) continue;
    const people = await everybody(target, sight, shown.map((field) => `${field} { __typename }`).join(' '));
    for (const field of shown) {
      tried += 1;
      const kinds = new Set(people.map((person) => (person[field] === null ? 'null' : 'a list')));
      if (kinds.size > 1)
        throw new Breach(
          `${field} is null for some people and a list for others, to ${nameOf(sight.requester)}`,
        );
    }
  }
  if (tried === 0) throw new NotApplicable('no list of a person is shown to those who may list people');
}

/** Rounds of two alternating requests, so that other work of the machine affects both. */
const ROUNDS = 40;
/** A smaller difference is no information over a network, and little on one machine. */
const LARGE_MS = 8;

async function timing(target: Target): Promise<void> {
  const people = await thoseWithPeople(target, 'Query.person');
  const { sight } = people[0]!;
  const foreign = people.find((other) => other.sight.requester !== sight.requester)?.ids[0] ?? FORGED_ID;
  const byId = (id: string) => ({
    query: 'query ($id: PersonID!) { person(id: $id) { id } }',
    variables: { id },
  });
  await mustTakeAsLong(
    target,
    sight.requester,
    byId(foreign),
    byId(FORGED_ID),
    'a foreign id and a forged one',
  );
  const [probe] = sampled(hiddenProbes(target.graph, sight), 1);
  if (!probe || !(await conceals(target))) return;
  const name = probe.coordinate.split('.')[1]!;
  await mustTakeAsLong(
    target,
    sight.requester,
    { query: `{ ${probe.around(probe.field)} }` },
    { query: `{ ${probe.around(probe.field.replace(/^\w+/, 'q'.repeat(name.length)))} }` },
    'a hidden field and one that does not exist',
  );
}

/**
 * Compares medians of paired differences: half of them must lie beyond the bound on one side, in either half
 * of the rounds.
 */
async function mustTakeAsLong(
  target: Target,
  requester: Requester,
  one: { readonly query: string; readonly variables?: object },
  other: { readonly query: string; readonly variables?: object },
  what: string,
): Promise<void> {
  const time = async (question: { readonly query: string }): Promise<number> => {
    const started = performance.now();
    const answer = await target.ask(requester, question);
    if (codeOf(answer) === undefined) throw new NotApplicable('the requests to be compared are not refused');
    return performance.now() - started;
  };
  const differences: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const swap = round % 2 === 1;
    const [first, second] = [await time(swap ? other : one), await time(swap ? one : other)];
    differences.push(swap ? second - first : first - second);
  }
  const halves = [differences.slice(0, ROUNDS / 2), differences.slice(ROUNDS / 2)].map(median);
  if (halves.every((value) => value > LARGE_MS) || halves.every((value) => value < -LARGE_MS))
    throw new Breach(`${what} differ by ${Math.round(median(differences))} ms`);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

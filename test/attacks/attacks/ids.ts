import { type Answer, codeOf, comparable } from '../answer.js';
import { nameOf } from '../requester.js';
import { attack, type Attack, Breach, NotApplicable } from '../attack.js';
import { familiesOf, ofPeople, thoseWithPeople } from '../people.js';
import { FORGED_ID } from '../probe.js';
import type { Sight } from '../sight.js';
import type { Question, Target } from '../target.js';

/** Ways to use an id where it was not issued, and to join what must not be joined. */
export const idAttacks: readonly Attack[] = [
  attack(
    '17D0',
    'An id of another recipient or purpose is refused exactly like one that never existed',
    'EDPB 01/2025; docs/decisions/keys.md',
    async (target) => {
      const people = await thoseWithPeople(target);
      let tried = 0;
      for (const user of await target.whoSee('Query.person')) {
        const own = people.find(({ sight }) => sight === user)?.ids ?? [];
        for (const { sight, ids } of people) {
          if (sight.requester === user.requester) continue;
          const foreign = ids.find((id) => !own.includes(id));
          if (foreign === undefined)
            throw new Breach(
              `${nameOf(user.requester)} and ${nameOf(sight.requester)} are given the same ids`,
            );
          tried += 1;
          await mustBeUnknown(target, user, foreign, `an id given to ${nameOf(sight.requester)}`);
        }
      }
      if (tried === 0) throw new NotApplicable('this takes two users, or one with two purposes');
    },
  ),
  attack(
    '2B3A',
    'An id of one kind is not accepted as another kind',
    'docs/decisions/keys.md; PersonID as FamilyID',
    async (target) => {
      let tried = 0;
      for (const { sight, ids } of await thoseWithPeople(target, 'Query.family')) {
        const families = await familiesOf(target, sight);
        tried += families.length;
        for (const id of ids.slice(0, 5))
          await mustBeUnknown(
            target,
            sight,
            id,
            'a PersonID as FamilyID',
            'query ($id: FamilyID!) { x: family(id: $id) { id } }',
          );
        for (const id of families.slice(0, 5))
          await mustBeUnknown(target, sight, id, 'a FamilyID as PersonID');
        for (const id of (await contactIds(target, sight)).slice(0, 5))
          await mustBeUnknown(target, sight, id, 'a ContactID as PersonID');
      }
      if (tried === 0) throw new NotApplicable('nobody who may ask for a family knows one');
    },
  ),
  attack(
    '31CC',
    'Keys, forged ids and other spellings of an id get the same refusal',
    'docs/decisions/keys.md',
    async (target) => {
      for (const { sight, ids } of await thoseWithPeople(target, 'Query.person')) {
        const [id = FORGED_ID] = ids;
        const bytes = Buffer.from(id, 'base64url');
        const flipped = Array.from({ length: bytes.length }, (_, at) => {
          const copy = Buffer.from(bytes);
          copy[at]! ^= 1;
          return copy.toString('base64url');
        });
        const last = id.slice(-1);
        const other = { A: 'B', Q: 'R', g: 'h', w: 'x' }[last] ?? 'B';
        const spelt = [
          `${id}==`,
          id.toLowerCase(),
          id.toUpperCase(),
          ` ${id}`,
          `${id} `,
          `${id}\u0000`,
          id.slice(0, -1) + other,
          id.replaceAll('-', '+').replaceAll('_', '/') + '=',
        ];
        for (const value of [
          ...flipped.slice(0, 4),
          ...spelt.filter((text) => text !== id),
          '0',
          '1',
          '42',
          '4294967295',
          '',
          '__proto__',
        ])
          await mustBeUnknown(target, sight, value, 'a forged id');
        for (const value of [0, 1, 42, -1, 4294967295, 1.5, true, null, [1], [id], { id }, `Person:${id}`]) {
          const answer = await target.ask(sight.requester, {
            query: 'query ($id: PersonID!) { x: person(id: $id) { id } }',
            variables: { id: value },
          });
          // By input coercion of the specification, one value for a list becomes its item, but not the
          // other way round.
          if (answer.body.data?.['x'] != null)
            throw new Breach(
              `a person was answered for ${typeof value === 'object' ? 'an object' : typeof value}`,
            );
        }
      }
    },
  ),
  attack(
    '4468',
    'Answers for two purposes about one person cannot be joined, neither by ids nor by the order of lists',
    'EDPB 01/2025; own analysis',
    joinsNothing,
  ),
  attack(
    '61D8',
    'A shown field under the name of a key does not change whose data is answered',
    'apollographql/federation#3036',
    async (target) => {
      for (const { sight } of await thoseWithPeople(
        target,
        'Person.birthYear',
        'Person.servicePath',
        'ServicePath.steps',
        'ServiceStep.sector',
        'ServiceStep.startedAt',
      )) {
        const inner = 'servicePath { steps { sector startedAt } }';
        const plain = await ofPeople(target, sight, `birthYear sex { code } ${inner}`);
        const ask = async (selection: string) => {
          const { body } = await target.ask(
            sight.requester,
            `{ persons(first: 1000) { nodes { ${selection} } } }`,
          );
          const page = body.data?.['persons'] as { nodes: readonly Record<string, unknown>[] } | undefined;
          return page?.nodes;
        };
        const path = (people: readonly Readonly<Record<string, unknown>>[], key: string) =>
          JSON.stringify(people.map((one) => one[key]));
        for (const [selection, key] of [
          [`id: birthYear ${inner}`, 'servicePath'],
          [`id: sex { code } ${inner} birthYear`, 'servicePath'],
          [`birthYear person: sex { code } from: birthYear until: birthYear ${inner}`, 'servicePath'],
          [`id: servicePath { steps { sector startedAt } }`, 'id'],
          [`id: __typename ${inner}`, 'servicePath'],
        ] as const) {
          const people = await ask(selection);
          if (people && path(people, key) !== path(plain, 'servicePath'))
            throw new Breach(
              `${selection.split(' {')[0]}: another path was answered, to ${nameOf(sight.requester)}`,
            );
        }
      }
    },
  ),
];

/** An id must be refused like one that never existed, at any place. */
async function mustBeUnknown(
  target: Target,
  { requester }: Sight,
  id: string,
  what: string,
  query = 'query ($id: PersonID!) { x: person(id: $id) { id } }',
): Promise<void> {
  const type = /\$id: (\w+)/.exec(query)![1]!;
  const literal = (value: string) =>
    query.replace(/^query [^{]*/, '').replace('id: $id', `id: ${JSON.stringify(value)}`);
  const asked: readonly ((value: string) => Question)[] = [
    (value) => ({ query, variables: { id: value } }),
    (value) => ({ query: literal(value) }),
    (value) => ({ query: query.replace(`: ${type}!`, `: ${type} = ${JSON.stringify(value)}`) }),
    ...(type === 'PersonID'
      ? [
          (value: string) => ({
            query: 'query ($id: PersonID) { x: persons(first: 1, after: $id) { hasMore } }',
            variables: { id: value },
          }),
        ]
      : []),
  ];
  for (const question of asked) {
    const answer = await target.ask(requester, question(id));
    if (codeOf(answer) === 'PURPOSE_NOT_PERMITTED' || codeOf(answer) === 'GRAPHQL_VALIDATION_FAILED')
      continue;
    const never = await target.ask(requester, question(FORGED_ID));
    if (answer.body.data?.['x'] != null) throw new Breach(`${what} was answered to ${nameOf(requester)}`);
    if (like(answer) !== like(never))
      throw new Breach(
        `${what} differs from one that never existed, for ${nameOf(requester)}: ${codeOf(answer)}`,
      );
  }
}

/** Without positions in the text, because a shorter id ends sooner. */
function like(answer: Answer): string {
  return comparable(answer).replaceAll(/\\"(line|column)\\":\d+/g, '');
}

async function contactIds(target: Target, sight: Sight): Promise<readonly string[]> {
  if (!sight.shows('Person.healthContacts')) return [];
  const people = await ofPeople(target, sight, 'healthContacts { id }');
  return people.flatMap(({ healthContacts }) =>
    ((healthContacts ?? []) as readonly { id: string }[]).map(({ id }) => id),
  );
}

/** Field of a person -> how it is asked for. */
const PROFILE = { birthYear: 'birthYear', sex: 'sex { code }', language: 'language { code }' };

async function joinsNothing(target: Target): Promise<void> {
  const lists = [];
  for (const { sight } of await thoseWithPeople(target)) {
    const shown = Object.entries(PROFILE).filter(([name]) => sight.shows(`Person.${name}`));
    const selection = shown.map(([, asked]) => asked).join(' ');
    lists.push({ sight, people: await ofPeople(target, sight, selection) });
  }
  let tried = 0;
  for (const one of lists)
    for (const other of lists) {
      if (one === other || nameOf(one.sight.requester) > nameOf(other.sight.requester)) continue;
      tried += 1;
      const who = `${nameOf(one.sight.requester)} and ${nameOf(other.sight.requester)}`;
      const ids = new Set(one.people.map(({ id }) => id));
      if (other.people.some(({ id }) => ids.has(id))) throw new Breach(`${who} are given the same ids`);
      const profiles = [one, other].map(({ people }) =>
        people.map(({ id: _, ...profile }) => JSON.stringify(profile)),
      );
      const [first = [], second = []] = profiles;
      // The same people in the same order would join them without ids. Of five people, one order in 120 is
      // equal by chance.
      const same =
        first.length >= 5 && new Set(first).size === first.length && first.join() === second.join();
      if (same) throw new Breach(`${who} are listed the same people in the same order`);
    }
  if (tried === 0)
    throw new NotApplicable('this takes two users, or one with two purposes, who may list people');
}

import { nameOf } from '../requester.js';
import { attack, type Attack, Breach, NotApplicable } from '../attack.js';
import { familiesOf, ofPeople, type Person, thoseWithPeople } from '../people.js';
import type { Sight } from '../sight.js';
import type { Target } from '../target.js';

interface Step {
  readonly sector: string | null;
  readonly service?: string | null;
  readonly startedAt?: string | null;
  readonly endedAt?: string | null;
  readonly unit?: string | null;
  readonly contacts?: number | null;
  readonly person?: { readonly id: string } | null;
}
interface Path {
  readonly steps: readonly Step[] | null;
  readonly withheld: readonly string[] | null;
}

const PATH_FIELDS = [
  'ServicePath.steps',
  'ServicePath.withheld',
  'ServiceStep.sector',
  'ServiceStep.contacts',
];
const STEP = 'sector service { code } startedAt endedAt unit { code } contacts person { id }';

/** Sectors with the contacts from which their steps are made. */
const sectors = new Map([
  ['HEALTH', { type: 'HealthContact', field: 'healthContacts' }],
  ['SOCIAL', { type: 'SocialContact', field: 'socialContacts' }],
  ['EDUCATION', { type: 'EducationContact', field: 'educationContacts' }],
]);

/** Ways to read in a derived result what its inputs do not show. */
export const derivedAttacks: readonly Attack[] = [
  attack(
    '16B3',
    'A withheld sector does not show through a step of a service path',
    'GHSA-m8jr-fxqx-8xx6; derive laundered',
    (target) =>
      eachPath(target, ({ steps, withheld }, sight, what) => {
        for (const { sector } of steps ?? []) {
          const contact = sectors.get(sector ?? '');
          if (sector !== null && withheld?.includes(sector))
            throw new Breach(`${what}: a step of ${sector}, which is withheld`);
          if (contact && !sight.shows(`${contact.type}.service`))
            throw new Breach(`${what}: a step of ${sector}, whose contacts are hidden`);
        }
      }),
  ),
  attack(
    '29AD',
    'A step shows nothing about a contact that the contact does not show itself, and nothing more exactly',
    'docs/policies.md: lineage',
    (target) =>
      eachPath(target, ({ steps }, sight, what) => {
        for (const step of steps ?? []) {
          const type = sectors.get(step.sector ?? '')?.type;
          if (type === undefined) continue;
          for (const field of ['service', 'startedAt', 'endedAt', 'unit'] as const)
            if (step[field] != null && !sight.shows(`${type}.${field}`))
              throw new Breach(`${what}: ${field} of a ${step.sector} step, hidden on ${type}`);
          for (const field of ['startedAt', 'endedAt'] as const) {
            const precision = step[field]?.length ?? 0;
            const masks = [...sight.masksOf(`${type}.startedAt`), ...sight.masksOf(`ServiceStep.${field}`)];
            if ((masks.includes('year') && precision > 4) || (masks.includes('month') && precision > 7))
              throw new Breach(
                `${what}: a date of a ${step.sector} step is told more exactly than its contacts are`,
              );
          }
        }
      }),
  ),
  attack(
    '3D52',
    'A service path counts no contact that is not shown directly',
    'docs/decisions/feeds.md; derive laundered',
    countsAgree,
  ),
  attack(
    '47C8',
    'What is withheld from a service path follows from policy alone: it is the same for every person',
    'docs/policies.md, docs/decisions/feeds.md',
    async (target) => {
      const seen = new Map<Sight, { readonly withheld: string; readonly kind: string }[]>();
      await eachPath(target, ({ withheld }, sight, _, kind) => {
        seen.set(sight, [...(seen.get(sight) ?? []), { kind, withheld: JSON.stringify(withheld) }]);
      });
      for (const [{ requester }, paths] of seen)
        for (const kind of ['person', 'family'])
          if (new Set(paths.filter((path) => path.kind === kind).map(({ withheld }) => withheld)).size > 1)
            throw new Breach(
              `to ${nameOf(requester)} other sectors are withheld of one ${kind} than of another`,
            );
    },
  ),
];

/** Every path of persons and families that the available callers may list, relatives included. */
async function eachPath(
  target: Target,
  check: (path: Path, sight: Sight, what: string, kind: 'person' | 'family') => void,
): Promise<void> {
  let tried = 0;
  for (const { sight } of await thoseWithPeople(target, 'Person.servicePath', ...PATH_FIELDS)) {
    for (const { servicePath } of await everybody(
      target,
      sight,
      `servicePath { withheld steps { ${STEP} } }`,
    )) {
      if (!servicePath) continue;
      tried += 1;
      check(servicePath as Path, sight, `a person's path, to ${nameOf(sight.requester)}`, 'person');
    }
    for (const path of await familyPaths(target, sight))
      check(path, sight, `a family's path, to ${nameOf(sight.requester)}`, 'family');
  }
  if (tried === 0) throw new NotApplicable('no path is shown to these tokens');
}

/** People that a requester may list, and those reached through families, once each. */
export async function everybody(target: Target, sight: Sight, selection: string): Promise<readonly Person[]> {
  const people = new Map((await ofPeople(target, sight, selection)).map((person) => [person.id, person]));
  for (const family of await relatives(target, sight, `id ${selection}`))
    for (const { person } of family) if (person) people.set(person.id, person);
  return [...people.values()];
}

async function relatives(
  target: Target,
  sight: Sight,
  selection: string,
): Promise<readonly (readonly { readonly person: Person | null }[])[]> {
  const families = ['Query.family', 'Family.members', 'FamilyMember.person'].every((field) =>
    sight.shows(field),
  )
    ? await familiesOf(target, sight)
    : [];
  const found = [];
  for (const id of families.slice(0, 20)) {
    const query = `query ($id: FamilyID!) { family(id: $id) { members { person { ${selection} } } } }`;
    const { body } = await target.ask(sight.requester, { query, variables: { id } });
    const family = body.data?.['family'] as
      { members: { person: Person | null }[] | null } | null | undefined;
    found.push(family?.members ?? []);
  }
  return found;
}

async function familyPaths(target: Target, sight: Sight): Promise<readonly Path[]> {
  if (!sight.shows('Family.servicePath') || !sight.shows('Query.family')) return [];
  const paths: Path[] = [];
  for (const id of (await familiesOf(target, sight)).slice(0, 20)) {
    const query = `query ($id: FamilyID!) { family(id: $id) { servicePath { withheld steps { ${STEP} } } } }`;
    const { body } = await target.ask(sight.requester, { query, variables: { id } });
    const family = body.data?.['family'] as { servicePath: Path | null } | null | undefined;
    if (family?.servicePath) paths.push(family.servicePath);
  }
  return paths;
}

async function countsAgree(target: Target): Promise<void> {
  for (const { sight } of await thoseWithPeople(target, 'Person.servicePath', ...PATH_FIELDS)) {
    const shown = [...sectors].filter(
      ([, { type, field }]) => sight.shows(`Person.${field}`) && sight.shows(`${type}.service`),
    );
    const direct = shown.map(([, { field }]) => `${field} { service { code } }`).join(' ');
    const own = new Map<string, number>();
    for (const person of await everybody(target, sight, `${direct} servicePath { steps { ${STEP} } }`)) {
      for (const [sector, { field }] of shown) {
        const contacts = ((person[field] ?? []) as readonly unknown[]).length;
        own.set(`${person.id} ${sector}`, contacts);
        const counted = count(
          ((person['servicePath'] as Path | null)?.steps ?? []).filter((step) => step.sector === sector),
        );
        if (counted > contacts)
          throw new Breach(
            `to ${nameOf(sight.requester)} a path counts more contacts of ${sector} than are shown`,
          );
      }
    }
    for (const { steps } of await familyPaths(target, sight))
      for (const [key, counted] of perPerson(steps ?? []))
        if (counted > (own.get(key) ?? Infinity))
          throw new Breach(
            `to ${nameOf(sight.requester)} a family's path counts more contacts of a member than are shown`,
          );
  }
}

function perPerson(steps: readonly Step[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { person, sector, contacts } of steps) {
    const key = `${person?.id} ${sector}`;
    counts.set(key, (counts.get(key) ?? 0) + (contacts ?? 0));
  }
  return counts;
}

function count(steps: readonly Step[]): number {
  return steps.reduce((sum, { contacts }) => sum + (contacts ?? 0), 0);
}

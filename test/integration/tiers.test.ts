/**
 * @property gateway/two-tiers Each tier protects alone: registries without the gateway's check, and the
 * gateway without the registries' check.
 * @enforcedBy gateway/operation/policyCheck.ts, registry-kit/enforcement/enforce.ts
 */
import { afterEach, describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { policiesFolder } from '../../cli/options.js';
import { committedGraph, loadPolicy } from '../../cli/runtime/openPolicy.js';
import { buildFederatedSchema } from '../../lib/buildFederatedSchema.js';
import { compilePolicy } from '../../policies/engine/compile/compilePolicy.js';
import type { Policy } from '../../policies/engine/decide/policy.js';
import { loadPolicyFolder } from '../../policies/engine/parse/loadPolicyFolder.js';
import { CodeCatalogue } from '../../registry-kit/codes/codeCatalogue.js';
import { type createSubgraph, documentExecutor } from '../../registry-kit/subgraph/createSubgraph.js';
import { CHILD, FATHER, MOTHER, NEIGHBOUR, OLD_FAMILY, separatedFamily } from '../city/separatedFamily.js';
import type { Decision } from '../../policies/engine/decision.js';
import type { RequestAccess } from '../../registry-kit/enforcement/requestAccess.js';
import { type WorldRequester, type ServedWorld, serveWorld } from '../city/serveWorld.js';

const PATH =
  '{ steps { person { id } sector service { code } startedAt endedAt unit { code } contacts } withheld }';
const DATES = 'startedAt endedAt';
const PERSON = `{
  birthYear sex { code } language { code } district { code } families { role ${DATES} family { members { role ${DATES} person { id } } } }
  healthContacts { ${DATES} service { code } unit { code } diagnosis { code } urgency { code } }
  socialContacts { ${DATES} service { code } unit { code } kind { code } decision { code } } childProtection { ${DATES} step { code } unit { code } }
  incomeSupport { month amount }
  educationContacts { ${DATES} service { code } unit { code } hours absenceDays } enrolments { ${DATES} service { code } unit { code } hoursPerWeek }
  servicePath ${PATH}
}`;
const PEOPLE = [MOTHER, CHILD, FATHER, NEIGHBOUR];
const EVERYTHING = `query (${PEOPLE.map((key) => `$p${key}: PersonID!`).join(' ')} $f: FamilyID!) {
  me ${PERSON}
  ${PEOPLE.map((key) => `p${key}: person(id: $p${key}) ${PERSON}`).join('\n')}
  family(id: $f) { members { role person { id } } servicePath ${PATH} }
}`;

const units = ['PT-1'];
const requesters: readonly WorldRequester[] = [
  { roles: ['clinician'], purpose: 'care', employee: 'H-1' },
  { roles: ['clinician'], purpose: 'care', employee: 'H-9' },
  { roles: ['social-worker'], purpose: 'social-service', employee: 'S-1' },
  { roles: ['social-worker'], purpose: 'child-protection', employee: 'S-1' },
  { roles: ['family-team-worker'], purpose: 'child-protection', units },
  { roles: ['educator'], purpose: 'early-education', employee: 'E-1' },
  { roles: ['benefit-officer'], purpose: 'benefit', employee: 'S-1' },
  { roles: ['resident'], purpose: 'data-subject', person: FATHER },
  { roles: ['researcher'], purpose: 'statistics' },
  { roles: ['planner'], purpose: 'planning' },
  { roles: ['log-controller'], purpose: 'oversight' },
];

/** The shipped files, but with everything granted to everybody, as if the gateway checked nothing. */
async function everythingShown(): Promise<Policy> {
  const graph = await committedGraph();
  const governed = [...graph.fields.values()].filter(({ kind }) => kind === 'governed');
  const sources = (await loadPolicyFolder(policiesFolder)).map(({ file, text }) => {
    const registry = file.replace('.yaml', '');
    const own = governed.filter(({ subgraph }) => subgraph === registry).map(({ coordinate }) => coordinate);
    if (own.length === 0) {
      const unbound = text.replaceAll('output: pseudonymised', 'output: identified');
      return { file, text: unbound.replaceAll('output: aggregate', 'output: identified') };
    }
    const taken = [...graph.fields.values()].flatMap(({ kind, type, lineage }) =>
      kind === 'feed' && lineage
        ? [...lineage.exposes, ...lineage.optional].map((input) => [type, input] as const)
        : [],
    );
    const derive: Record<string, string[]> = {};
    for (const [type, input] of taken) if (own.includes(input)) (derive[type] ??= []).push(input);
    const show = Object.fromEntries(own.map((coordinate) => [coordinate, 'allow']));
    const grants = [{ id: 'all', purposes: 'any', roles: 'any', basis: ['x'], show, derive }];
    const classified = Object.fromEntries(own.map((coordinate) => [coordinate, { category: 'operational' }]));
    const owner = { en: registry, fi: registry, sv: registry };
    return { file, text: stringify({ registry, owner, fields: classified, grants }) };
  });
  const { policy, problems } = compilePolicy(sources, graph);
  if (!policy) throw new Error(problems.map(({ message }) => message).join('\n'));
  return policy;
}

/** A subgraph without its enforcement: every request is answered. */
const unguarded: typeof createSubgraph = async ({ name, module, open }) => {
  const { sdl, schema } = await buildFederatedSchema(module);
  const execute = documentExecutor(schema);
  const permission = { mask: undefined, conditions: [], grant: 'none' };
  const access = {
    showPermission: () => permission,
    decision: { show: () => [permission] } as Partial<Decision> as Decision,
    mayOpen: () => true,
    meetsAny: () => true,
    maskedValue: (_coordinate, _about, value) => value,
  } satisfies Partial<RequestAccess> as Partial<RequestAccess> as RequestAccess;
  return {
    name,
    sdl,
    execute: (request, decision) =>
      execute(request, {
        decision,
        access,
        store: open(decision).store,
        codes: CodeCatalogue.none,
        mergedPersons: new Map(),
      }),
  };
};

describe('of two tiers', () => {
  let served: ServedWorld | undefined;
  afterEach(() => served?.stop());

  const open = async (options?: Parameters<typeof serveWorld>[0]): Promise<ServedWorld> => {
    served = await serveWorld(options);
    served.show(separatedFamily);
    return served;
  };
  const variables = (city: ServedWorld, requester: WorldRequester) => ({
    ...Object.fromEntries(PEOPLE.map((key) => [`p${key}`, city.id(requester, 'PersonID', key)])),
    f: city.id(requester, 'FamilyID', OLD_FAMILY),
  });
  const dataOf = ({ text }: { text: string }) => (JSON.parse(text) as { data: unknown }).data;

  it('the registries alone show what policy shows and no other value', async () => {
    const city = await open();
    const permissive = await everythingShown();
    const texts: string[] = [];
    for (const requester of requesters) {
      const asked = { query: EVERYTHING, variables: variables(city, requester) };
      city.rule(city.policy);
      const both = dataOf(await city.ask(requester, { ...asked, headers: { 'polku-partial': 'true' } }));
      city.rule(permissive, city.policy);
      const alone = await city.ask(requester, asked);
      expect(city.faults).toEqual([]);
      expect(alone.text).not.toContain('"errors"');
      expect({ requester, data: dataOf(alone) }).toEqual({ requester, data: both });
      texts.push(JSON.stringify(both));
    }
    expect(texts.filter((text) => text.includes('"startedAt":"2')).length).toBeGreaterThan(4);

    city.rule(permissive);
    const [requester] = requesters.slice(-1);
    const unchecked = await city.ask(requester!, {
      query: EVERYTHING,
      variables: variables(city, requester!),
    });
    // With both tiers off, a log controller reads diagnoses. So the registries alone withheld them before.
    expect(unchecked.text).toContain('J06.9');
  });

  it('the gateway alone refuses each field that policy does not show', async () => {
    const city = await open({ create: unguarded });
    const policy = await loadPolicy(policiesFolder);
    const [doctor] = requesters.slice(1);
    const one = (selection: string, requester: WorldRequester) =>
      city.ask(requester, {
        query: `query ($id: PersonID!) { person(id: $id) { ${selection} } }`,
        variables: { id: city.id(requester, 'PersonID', NEIGHBOUR) },
      });
    // Without a care relationship: the registry would withhold it, but is off.
    expect((await one('healthContacts { diagnosis { code } }', doctor!)).text).toContain('J06.9');

    const lists: [field: string, type: string][] = [
      ['healthContacts', 'HealthContact'],
      ['socialContacts', 'SocialContact'],
      ['educationContacts', 'EducationContact'],
      ['enrolments', 'Enrolment'],
      ['childProtection', 'ChildProtectionStep'],
      ['incomeSupport', 'IncomeSupportMonth'],
    ];
    let refused = 0;
    for (const requester of requesters) {
      const decision = policy.decide(requester, new Date());
      const shows = (...coordinates: string[]) => coordinates.every((name) => decision.show(name).length > 0);
      for (const [list, type] of lists) {
        for (const { name, returns } of policy.model.graph.types.get(type)!) {
          const selection = returns === 'Coding' ? `${name} { code }` : name;
          const { text } = await one(`${list} { ${selection} }`, requester);
          const shown = shows('Query.person', `Person.${list}`, `${type}.${name}`);
          expect([requester.purpose, type, name, text.includes('PURPOSE_NOT_PERMITTED')]).toEqual([
            requester.purpose,
            type,
            name,
            !shown,
          ]);
          refused += shown ? 0 : 1;
        }
      }
    }
    expect(refused).toBeGreaterThan(100);
  });
});

/**
 * @property federation/pinned-contracts A remote registry that answers another schema than its committed
 * contract is sent nothing and is named. The others continue.
 * @enforcedBy gateway/registries/pinnedSource.ts, gateway/registries/contractDifferences.ts,
 * federation/supergraph/supergraph.ts
 * @property federation/plan-lineage No fetch carries a value that its receiver's contract does not give it,
 * whatever supergraph planned it.
 * @enforcedBy gateway/operation/planLineage.ts
 * @property federation/carried-values The audit record names what every fetch carried to each registry, and
 * whose keys and rows.
 * @enforcedBy gateway/operation/planLineage.ts, federation/plan/carriedEntities.ts,
 * gateway/audit/requestRecord.ts
 */
import { generateKeyPairSync } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { SubgraphSource } from '../../federation/supergraph/supergraph.js';
import { PinnedSource, type RegistryEvent, watchRegistries } from '../../gateway/registries/pinnedSource.js';
import { registrySource, type RegistrySource } from '../../gateway/registries/registrySource.js';
import { type HostileRegistry, startHostile } from '../city/hostileRegistry.js';
import { healthSdl, type HostileSchema, hostileSchemas } from '../city/hostileSchemas.js';
import { CHILD, FATHER, OLD_FAMILY, separatedFamily } from '../city/separatedFamily.js';
import { type WorldRequester, type ServedWorld, serveWorld } from '../city/serveWorld.js';

const keys = generateKeyPairSync('ed25519');
const doctor: WorldRequester = { roles: ['clinician'], purpose: 'care', employee: 'H-1' };
const protector: WorldRequester = {
  roles: ['social-worker', 'family-team-worker'],
  purpose: 'child-protection',
  employee: 'S-1',
};
const CODE = '131052-9982';
const each = hostileSchemas.map((schema): [string, HostileSchema] => [schema.what, schema]);

/** Everything of others that health could get with any of its schemas. */
const questions = (served: ServedWorld) => [
  {
    requester: doctor,
    query: `query ($id: PersonID!) { person(id: $id) { birthYear
      healthContacts(from: "2000-01-01") { id service { code } diagnosis { code } } servicePath { steps { sector service { code } } withheld } } }`,
    variables: { id: served.id(doctor, 'PersonID', FATHER) },
  },
  {
    requester: protector,
    query: `query ($id: PersonID!) { person(id: $id) { birthYear families { role }
      healthContacts { service { code } } socialContacts { kind { code } } servicePath { steps { sector } withheld } } }`,
    variables: { id: served.id(protector, 'PersonID', CHILD) },
  },
  {
    requester: protector,
    query: `query ($id: FamilyID!) { family(id: $id) { members { role person { birthYear } } servicePath { steps { sector } withheld } } }`,
    variables: { id: served.id(protector, 'FamilyID', OLD_FAMILY) },
  },
  {
    requester: doctor,
    query:
      'query ($code: IdentityCode!) { personByIdentityCode(code: $code) { birthYear healthContacts { service { code } } } }',
    variables: { code: CODE },
  },
  {
    requester: doctor,
    query: `query ($id: PersonID!, $code: IdentityCode!) { person(id: $id) { healthContacts(from: $code) { service { code } } } }`,
    variables: { id: served.id(doctor, 'PersonID', FATHER), code: CODE },
  },
];

/** Neither values nor names that are not health's. */
const notForHealth = new RegExp(
  [
    'birthYear',
    '198[0-9]',
    'PARENT',
    'role',
    CODE,
    'personByIdentityCode',
    'person\\(',
    '"social"',
    'kind',
    'stolen',
    'born',
  ].join('|'),
);

const lineOf = ({ registry, fault }: RegistryEvent): string =>
  fault ? `${fault.code}: ${fault.message}` : `${registry} is served`;

describe('a remote registry that changes its own SDL', () => {
  let hostile: HostileRegistry;
  let remote: RegistrySource;
  const reports: string[] = [];

  beforeAll(async () => {
    hostile = await startHostile('health', [keys.publicKey]);
    remote = registrySource({ name: 'health', url: hostile.url, key: keys.privateKey });
  });
  beforeEach(() => {
    hostile.received.length = 0;
    reports.length = 0;
  });
  afterAll(async () => {
    await remote.close();
    await hostile.stop();
  });

  const askAll = async (served: ServedWorld) => {
    const texts: string[] = [];
    for (const { requester, ...asked } of questions(served))
      texts.push((await served.ask(requester, { ...asked, headers: { 'polku-partial': 'true' } })).text);
    return texts;
  };

  describe('with a pinned contract', () => {
    let served: ServedWorld;
    let pinned: PinnedSource;
    beforeAll(async () => {
      served = await serveWorld({
        place: (source) => (source.contract.name === 'health' ? pin(source) : source),
      });
      served.show(separatedFamily);
    });
    afterAll(() => served.stop());

    function pin({ contract }: SubgraphSource): SubgraphSource {
      pinned = new PinnedSource(contract, remote, (event) => reports.push(lineOf(event)));
      return { contract, dataSource: pinned };
    }

    it.each(each)(
      'G01: %s: it gets no requests, the log names it, the others answer',
      async (_, { sdl, named }) => {
        hostile.sdl = healthSdl;
        await pinned.check();
        expect(pinned.standing).toBe('pinned');
        expect(pinned.state).toEqual({ isReachable: true, differences: [] });
        hostile.sdl = sdl;
        await pinned.check();
        expect(pinned.standing).toBe('cut-off');
        expect(pinned.state.differences.join('; ')).toContain(named);
        expect(reports.at(-1)).toMatch(
          /^SUBGRAPH_CONTRACT_BROKEN: The subgraph health answers another schema/,
        );
        expect(reports.at(-1)).toContain(named);

        const [byDoctor, byProtector, ofFamily] = await askAll(served);
        expect(hostile.received).toEqual([]);
        for (const text of [byDoctor, byProtector]) {
          expect(text).toContain('SUBGRAPH_UNAVAILABLE');
          expect(text).toMatch(/"birthYear":\d{4}/);
        }
        expect(byProtector).toContain('"kind":{"code":"visit"}');
        expect(ofFamily).toContain('"sector":"SOCIAL"');
        expect(served.faults).toEqual([]);
      },
    );

    it('G01: it is served again after it answers its contract', async () => {
      hostile.sdl = undefined;
      await pinned.check();
      expect(pinned.standing).toBe('cut-off');
      hostile.sdl = healthSdl;
      hostile.answer = () => ({
        data: {
          _entities: [
            { __typename: 'Person', __a_healthContacts: [{ id: 'ab'.repeat(8), service: { code: 'T11' } }] },
          ],
        },
      });
      await pinned.check();
      expect(reports.at(-1)).toBe('health is served');
      const [{ requester, query, variables }] = questions(served) as [ReturnType<typeof questions>[number]];
      expect((await served.ask(requester, { query, variables })).text).toContain('"service":{"code":"T11"}');
      expect(hostile.received.length).toBeGreaterThan(0);
      expect(hostile.received.join()).not.toMatch(notForHealth);
      const record = served.records.at(-1);
      expect(record!.carried['health']).toEqual(
        expect.arrayContaining(['Person.healthContacts(from:)', 'Person.id']),
      );
      expect(record!.people).toHaveLength(1);
    });

    it('G01: requests to it are recorded with the persons concerned, even if it answers with an error', async () => {
      hostile.sdl = healthSdl;
      await pinned.check();
      hostile.answer = () => ({ data: null, errors: [{ message: 'no' }] });
      for (const [index, people] of [
        [0, 1],
        [2, 3],
      ] as const) {
        const { requester, query, variables } = questions(served)[index]!;
        await served.ask(requester, { query, variables, headers: { 'polku-partial': 'true' } });
        const record = served.records.at(-1)!;
        expect(hostile.received.length).toBeGreaterThan(0);
        expect(record.fetches['health']).toBeUndefined();
        expect(record.people).toHaveLength(people);
        expect(record.carried['health']).toEqual(
          index === 0
            ? expect.arrayContaining(['Person.id', 'ServicePath.person'])
            : expect.arrayContaining(['FamilyServicePath.family', 'FamilyServicePath.members']),
        );
        expect(record.carried['paths']).toEqual(
          expect.arrayContaining([`${index === 0 ? '' : 'Family'}ServicePath.social`]),
        );
      }
    });

    it('G01: a start omits one that answers another schema, and does not wait for it', async () => {
      hostile.sdl = hostileSchemas[0]!.sdl;
      const restarted = new PinnedSource({ name: 'health', sdl: healthSdl }, remote, (event) =>
        reports.push(lineOf(event)),
      );
      const stop = await watchRegistries([restarted]);
      stop();
      expect(restarted.standing).toBe('cut-off');
    });

    it('G01: a start continues without one that does not answer, and serves it when it does', async () => {
      const gone = registrySource({ name: 'health', url: 'http://127.0.0.1:1/', key: keys.privateKey });
      const silent = new PinnedSource({ name: 'health', sdl: healthSdl }, gone, (event) =>
        reports.push(lineOf(event)),
      );
      hostile.sdl = healthSdl;
      const late = new PinnedSource({ name: 'health', sdl: healthSdl }, remote, () => {});
      const stop = await watchRegistries([silent, late], { startWaitMs: 20, startRetryMs: 5 });
      stop();
      await silent.close();
      expect([silent.standing, late.standing]).toEqual(['unknown', 'pinned']);
      expect(reports.join()).toContain('health');
    });
  });

  describe('whose changed schema got past the pin', () => {
    let served: ServedWorld | undefined;
    afterEach(async () => {
      await served?.stop();
      served = undefined;
    });

    it.each(each)('G01: %s: no plan sends more than its contract gives it', async (_, { sdl }) => {
      hostile.answer = ({ query, variables }) => {
        const entities = (variables['representations'] as unknown[] | undefined)?.map(() => null);
        return query.includes('_entities') ? { data: { _entities: entities } } : { data: null };
      };
      try {
        served = await serveWorld({
          place: (source) =>
            source.contract.name === 'health'
              ? { contract: { name: 'health', sdl }, dataSource: remote }
              : source,
        });
      } catch (error) {
        // Many of these schemas do not even compose with those of the others.
        expect(error).toMatchObject({ code: 'SUPERGRAPH_INVALID' });
        return;
      }
      served.show(separatedFamily);
      const texts = await askAll(served);
      expect(hostile.received.join('\n')).not.toMatch(notForHealth);
      for (const [index, text] of texts.entries()) {
        if (!text.includes('LINEAGE_REFUSED')) continue;
        expect(served.records[index]).toMatchObject({
          outcome: 'failed',
          codes: ['LINEAGE_REFUSED'],
          refusedFetch: { receiver: 'health' },
          fetches: {},
          carried: {},
        });
        expect(text).not.toContain('health');
        expect(served.faults.map(String).join()).toMatch(/The plan of a fetch from health \w+/);
      }
    });
  });
});

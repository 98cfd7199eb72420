/**
 * @property registries/restriction-trace
 * @property registries/one-linkage-store Snapshots and restrictions of another linkage store are neither
 * served nor overwritten.
 * @enforcedBy registry-kit/extraction/snapshotChecks.ts, cli/runtime/localSubgraphs.ts
 * @property registries/merged-keys An id of a key that was merged into another person's leads to that person,
 * with all protection.
 * @enforcedBy registry-kit/subgraph/requestContext.ts
 */
import { cp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { policiesFolder } from '../../cli/options.js';
import { type LocalSubgraphs, openLocalSubgraphs } from '../../cli/runtime/localSubgraphs.js';
import { loadPolicy } from '../../cli/runtime/openPolicy.js';
import { carryAllMarks, type Marking, markPeople } from '../../cli/runtime/restrictPeople.js';
import { Secrets } from '../../cli/runtime/secrets.js';
import { Linkage } from '../../linkage/linkage.js';
import { hetu } from '../../linkage/localId.js';
import type { Policy } from '../../policies/engine/decide/policy.js';
import { NO_DAY } from '../../registry-kit/columns/table.js';
import type { RegistryDefinition } from '../../registry-kit/columns/tableDefinition.js';
import { extract } from '../../registry-kit/extraction/extract.js';
import { restrictionFolder, restrictionPath } from '../../registry-kit/restrictions/restrictionFile.js';
import type { RestrictionKind } from '../../registry-kit/restrictions/restrictions.js';
import { DEFAULT_LANGUAGE } from '../../schema/language.js';
import type { DecisionContext } from '../../schema/tokens/decisionContext.js';
import { healthRegistry } from '../../subgraphs/health/tables.js';
import { populationRegistry } from '../../subgraphs/population/tables.js';
import { socialRegistry } from '../../subgraphs/social/tables.js';
import { codes, ExtractionSite, SECRET, smallExports } from './extractionExports.js';
import { TestLog } from '../city/testLog.js';

const NAMES = ['population', 'health', 'social', 'linkage'];

let site: ExtractionSite;
let linkage: Linkage;
let policy: Policy;
const opened: LocalSubgraphs[] = [];
const log = new TestLog();
const { faults } = log;

beforeEach(async () => {
  policy ??= await loadPolicy(policiesFolder);
  site = await ExtractionSite.create();
  linkage = await openLinkage();
});
afterEach(async () => {
  for (const local of opened.splice(0)) await local.stop();
  faults.splice(0);
  await site.remove();
});

const secrets = new Secrets('none', { POLKU_LINKAGE_SECRET: SECRET.toString('base64') });
const openLinkage = () =>
  Linkage.open({
    dir: join(site.data, 'linkage'),
    secret: SECRET,
    expectedPersons: 100,
    onSave: carryAllMarks(site.data),
  });
const run = (registry: RegistryDefinition, maxShrink = 100) =>
  extract({ registry, source: site.source, data: site.data, linkage, synthetic: true, maxShrink });
const all = async () => {
  for (const registry of [populationRegistry, healthRegistry, socialRegistry]) await run(registry);
};
const mark = (kind: RestrictionKind, registry: string, code: string) => {
  const marking: Marking = {
    data: site.data,
    secrets,
    kind,
    registry,
    codes: code,
    scheme: hetu,
    by: 'a-test',
  };
  return markPeople(marking, { start: 0, end: NO_DAY });
};
const serve = async (names: readonly string[] = NAMES) => {
  const local = await openLocalSubgraphs({
    writer: `test-${opened.length}`,
    names,
    data: site.data,
    secrets,
    policy: () => policy,
    syntheticOnly: true,
    riskTrust: () => Promise.resolve('unsigned'),
    log,
  });
  opened.push(local);
  return local;
};
const remove = async (...folders: readonly string[]) => {
  for (const folder of folders) await rm(join(site.data, folder), { recursive: true });
};
const changed = { code: 'LINKAGE_STORE_CHANGED' };

describe('restrictions of another linkage store', () => {
  beforeEach(async () => {
    await all();
    await mark('erasure', 'health', codes.anna);
    await mark('non-disclosure', 'population', codes.anna);
  });

  it('X06: stop extraction when the linkage store is missing, and change no file', async () => {
    await remove('linkage');
    linkage = await openLinkage();
    await expect(run(populationRegistry)).rejects.toMatchObject(changed);
    await expect(run(healthRegistry)).rejects.toMatchObject(changed);
    expect(await readdir(site.data)).not.toContain('linkage');
  });

  it('X06: stop extraction and serving when the snapshots were removed with the store', async () => {
    const folders = ['linkage', 'population', 'health', 'social', 'overlays'];
    await remove(...folders);
    linkage = await openLinkage();
    await expect(run(populationRegistry)).rejects.toMatchObject({
      ...changed,
      message: expect.stringMatching(/marks in .*another linkage store.*"Rotation"/),
    });
    // Put in place after the extraction, as when only the restrictions are restored.
    const aside = join(site.data, '..', 'marks');
    await rename(restrictionFolder(site.data), aside);
    linkage = await openLinkage();
    await all();
    await cp(aside, restrictionFolder(site.data), { recursive: true });
    await expect(serve()).rejects.toMatchObject(changed);
    await expect(serve(['health'])).rejects.toMatchObject(changed);
    await expect(mark('restriction', 'health', codes.bertil)).rejects.toMatchObject(changed);
  });

  it('X06: can be recreated under the new store after everything of the old one was removed', async () => {
    await remove('linkage', 'population', 'health', 'social', 'overlays', 'marks');
    linkage = await openLinkage();
    await all();
    await mark('erasure', 'health', codes.anna);
    await all();
    expect((await serve()).subgraphs).toHaveLength(NAMES.length);
  });
});

describe('snapshots of two linkage stores', () => {
  it('X06: are not served together, whichever is older', async () => {
    await all();
    const old = join(site.data, '..', 'old');
    await cp(site.data, old, { recursive: true });
    await remove('linkage', 'population', 'health', 'social', 'overlays');
    linkage = await openLinkage();
    await all();
    await remove('health');
    await cp(join(old, 'health'), join(site.data, 'health'), { recursive: true });
    await expect(serve()).rejects.toMatchObject({
      ...changed,
      message: expect.stringContaining('The snapshot of health'),
    });
    expect((await serve(['population', 'social', 'linkage'])).subgraphs).toHaveLength(3);
    await remove('linkage');
    await cp(join(old, 'linkage'), join(site.data, 'linkage'), { recursive: true });
    await expect(serve(['population', 'linkage'])).rejects.toMatchObject({
      ...changed,
      message: expect.stringContaining('linkage'),
    });
  });
});

describe('an older copy of the linkage store', () => {
  it('X06: stops extraction and serving, because it would give used keys to other people', async () => {
    await all();
    const older = join(site.data, '..', 'older');
    await cp(join(site.data, 'linkage'), older, { recursive: true });
    await site.write({
      population: {
        'henkilot.csv': [
          ...smallExports()['population']!['henkilot.csv']!,
          `${codes.nobody},Uusi,Asukas,2002-02-02,1,fi,`,
        ],
      },
    });
    await all();
    await remove('linkage');
    await cp(older, join(site.data, 'linkage'), { recursive: true });
    linkage = await openLinkage();
    await expect(run(healthRegistry)).rejects.toMatchObject({
      ...changed,
      message: expect.stringContaining('a newer copy of the linkage store'),
    });
    await expect(serve()).rejects.toMatchObject(changed);
    await expect(serve(['health'])).resolves.toBeDefined();
  });
});

describe('restrictions that are missing after a restart', () => {
  beforeEach(async () => {
    await all();
    await mark('restriction', 'health', codes.anna);
    await mark('non-disclosure', 'population', codes.anna);
  });

  it.each([
    ['the folder', ['health', 'social'], () => remove('marks')],
    ['the list of one registry', ['health'], () => rm(restrictionPath(site.data, 'health'))],
    ['the list of the population register', ['social'], () => rm(restrictionPath(site.data, 'population'))],
  ])('A03: %s, stop serving and extraction', async (_what, names, lose) => {
    expect((await serve(names)).subgraphs).toHaveLength(names.length);
    await lose();
    await expect(serve(names)).rejects.toMatchObject({ code: 'MARKS_INVALID' });
    await expect(run(healthRegistry)).rejects.toMatchObject({ code: 'MARKS_INVALID' });
  });

  it('A03: are not replaced by an empty list with the next mark', async () => {
    await rm(restrictionPath(site.data, 'health'));
    await expect(mark('restriction', 'health', codes.bertil)).rejects.toMatchObject({
      code: 'MARKS_INVALID',
    });
  });

  it('A03: stop a department without linkage, also after later extractions', async () => {
    await all();
    await all();
    await remove('linkage', 'population', 'social');
    expect((await serve(['health'])).subgraphs).toHaveLength(1);
    await rm(restrictionPath(site.data, 'population'));
    await expect(serve(['health'])).rejects.toMatchObject({ code: 'MARKS_INVALID' });
  });

  it('A03: are noticed when all snapshots are extracted again after a restore', async () => {
    await remove('population', 'health', 'social', 'overlays', 'marks');
    linkage = await openLinkage();
    await expect(run(populationRegistry)).rejects.toMatchObject({ code: 'MARKS_INVALID' });
  });

  it('A03: are refused as an older list, and the newer list is served again', async () => {
    const path = restrictionPath(site.data, 'health');
    await cp(path, `${path}.older`);
    await mark('restriction', 'health', codes.bertil);
    await cp(path, `${path}.newer`);
    await rename(`${path}.older`, path);
    await expect(serve(['health'])).rejects.toMatchObject({
      code: 'MARKS_INVALID',
      message: expect.stringContaining('an older one'),
    });
    await rename(`${path}.newer`, path);
    expect((await serve(['health'])).subgraphs).toHaveLength(1);
  });
});

describe('an id issued for one of two keys of a person', () => {
  const decision = (more: Partial<DecisionContext> = {}): DecisionContext => ({
    decisionId: 'd',
    caller: {
      subject: 'someone',
      recipient: 'health-services',
      roles: ['clinician'],
      purposes: ['care'],
      employee: 'L77',
      units: [],
      permit: undefined,
      person: undefined,
    },
    purpose: 'care',
    revision: 'r',
    domain: 'domain',
    person: undefined,
    breakGlass: undefined,
    language: DEFAULT_LANGUAGE,
    ...more,
  });
  const resident = (person: number) =>
    decision({
      caller: {
        ...decision().caller,
        recipient: 'resident',
        roles: ['resident'],
        purposes: ['data-subject'],
      },
      purpose: 'data-subject',
      person,
    });
  const ask = async (
    local: LocalSubgraphs,
    name: string,
    context: DecisionContext,
    query: string,
    variables = {},
  ) => {
    const subgraph = local.subgraphs.find((one) => one.name === name)!;
    const { data, errors } = await subgraph.execute({ query, variables }, context);
    expect(errors).toBeUndefined();
    return JSON.parse(JSON.stringify(data)) as unknown;
  };

  /** Two people who are found to be one person; returns the key that was issued first, and the other. */
  async function mergeAnna(): Promise<[older: number, younger: number]> {
    const files = smallExports()['population']!;
    const other = `${codes.annaBefore},Korhonen,Anna,1980-02-01,2,fi,`;
    await site.write({
      population: {
        'henkilot.csv': [...files['henkilot.csv']!, other],
        'tunnusmuutokset.csv': ['vanha,uusi,pvm'],
      },
    });
    await all();
    const keys = [codes.anna, codes.annaBefore].map((code) => linkage.findPerson(hetu, code) as number);
    await mark('non-disclosure', 'population', codes.anna);
    await site.write({ population: files });
    await all();
    const older = linkage.findPerson(hetu, codes.annaBefore) as number;
    return [older, keys.find((key) => key !== older)!];
  }

  it('X20: finds the person, as an argument, as the key of an entity and as the caller', async () => {
    const [older, younger] = await mergeAnna();
    expect(younger).not.toBe(older);
    const local = await serve();
    const person = 'query ($id: PersonID!) { person(id: $id) { id birthYear sex { code } } }';
    const anna = { id: older, birthYear: 1980, sex: { code: 'female' } };
    for (const id of [older, younger])
      expect(await ask(local, 'population', decision(), person, { id })).toEqual({ person: anna });

    const contacts = `query ($r: [_Any!]!) { _entities(representations: $r) {
      ... on Person { id healthContacts { startedAt } } ... on ServicePath { health } } }`;
    const found = async (id: number) =>
      ask(local, 'health', decision(), contacts, {
        r: [
          { __typename: 'Person', id },
          { __typename: 'ServicePath', person: id, from: null, until: null },
        ],
      });
    expect(await found(younger)).toEqual(await found(older));
    expect(await found(younger)).toMatchObject({
      _entities: [
        { id: older, healthContacts: [{ startedAt: '2011-02-01' }, { startedAt: '2013-04-03' }] },
        {},
      ],
    });

    const me = '{ me { id birthYear language { code } } }';
    for (const key of [older, younger])
      expect(await ask(local, 'population', resident(key), me)).toEqual({
        me: { id: older, birthYear: 1980, language: { code: 'fi' } },
      });
    const own = `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Person { healthContacts { service { code } } } } }`;
    expect(
      await ask(local, 'health', resident(younger), own, { r: [{ __typename: 'Person', id: older }] }),
    ).toMatchObject({
      _entities: [{ healthContacts: [{ service: { code: 'T11' } }, { service: { code: 'T90' } }] }],
    });
  });

  it('X20: is shielded when the person is shielded', async () => {
    const [older, younger] = await mergeAnna();
    const local = await serve();
    expect([older, younger, linkage.findPerson(hetu, codes.bertil) as number].map(local.isShielded)).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('X20: finds the person after several merges of keys', async () => {
    const { anna, bertil, cecilia } = codes;
    await all();
    const keys = [anna, bertil, cecilia].map((code) => linkage.findPerson(hetu, code) as number);
    const files = smallExports()['population']!;
    for (const change of [`${cecilia},${bertil},2012-01-01`, `${bertil},${anna},2013-01-01`]) {
      await site.write({
        population: { 'tunnusmuutokset.csv': [...files['tunnusmuutokset.csv']!, change] },
      });
      await all();
    }
    const local = await serve();
    const query = 'query ($id: PersonID!) { person(id: $id) { id } }';
    for (const id of keys)
      expect(await ask(local, 'population', decision(), query, { id })).toEqual({ person: { id: keys[0] } });
  });
});

/**
 * @property registries/live-restrictions Restrictions take effect in running servers and survive extractions
 * and merged keys. A damaged or missing list lifts none.
 * @enforcedBy registry-kit/restrictions/restrictionFile.ts, cli/runtime/liveFiles.ts,
 * cli/runtime/restrictPeople.ts
 */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { liftPeople, type Marking, markPeople } from '../../cli/runtime/restrictPeople.js';
import { Secrets } from '../../cli/runtime/secrets.js';
import { Domains, unseal } from '../../gateway/pseudonyms.js';
import { Linkage } from '../../linkage/linkage.js';
import { hetu } from '../../linkage/localId.js';
import { NO_DAY, rowRangeOf } from '../../registry-kit/columns/table.js';
import { extract } from '../../registry-kit/extraction/extract.js';
import {
  restrictionFolder,
  restrictionPath,
  readRestrictions,
} from '../../registry-kit/restrictions/restrictionFile.js';
import type { RestrictionKind } from '../../registry-kit/restrictions/restrictions.js';
import { openSnapshot } from '../../registry-kit/snapshot/openSnapshot.js';
import { healthRegistry } from '../../subgraphs/health/tables.js';
import { codesByKey } from '../city/codesByKey.js';
import { freePort } from '../city/freePort.js';
import { makeCity, type TestCity } from '../city/makeCity.js';
import { runPolku, startPolku } from '../city/runPolku.js';
import { serveCity, type ServedCity } from '../city/serveCity.js';
import { until } from '../city/until.js';

const DOCTOR = { persona: 'doctor', purpose: 'care' };
const OF_EACH = `query ($restricted: PersonID!, $erased: PersonID!, $objecting: PersonID!, $threatened: PersonID!) {
  restricted: person(id: $restricted) { healthContacts { id } servicePath { steps { contacts } withheld } }
  erased: person(id: $erased) { healthContacts { id } servicePath { steps { contacts } withheld } }
  objecting: person(id: $objecting) { healthContacts { id } servicePath { steps { contacts } withheld } }
  threatened: person(id: $threatened) { district { code } healthContacts { unit { code } } }
  persons(first: 1000) { nodes { id } }
  registries { name rows }
}`;

interface Patient {
  readonly id: string;
  readonly key: number;
  readonly code: string;
}
type Marked = 'restricted' | 'erased' | 'objecting' | 'threatened';

interface Told {
  readonly restricted: OfPatient;
  readonly erased: OfPatient;
  readonly objecting: OfPatient;
  readonly threatened: { district: unknown; healthContacts: { unit: unknown }[] };
  readonly persons: { nodes: { id: string }[] };
  readonly registries: { name: string; rows: number }[];
}
interface OfPatient {
  readonly healthContacts: unknown[];
  readonly servicePath: { steps: unknown[]; withheld: unknown };
}

let city: TestCity;
let linkage: Linkage;

beforeAll(async () => {
  city = await makeCity();
  const secret = await new Secrets(join(city.data, 'secrets')).linkage();
  linkage = await Linkage.open({ dir: join(city.data, 'linkage'), secret });
});
afterAll(async () => {
  await city?.remove();
});

const mark = (words: readonly string[], codes: readonly string[] = [], data = city.data) =>
  runPolku(['mark', ...words, '--data', data], { input: codes.map((code) => `${code}\n`).join('') });

const always = { start: 0, end: NO_DAY };

/** Runs the command without a process of its own. */
const inProcess = (kind: RestrictionKind, registry: string, codes: string): Marking => ({
  data: city.data,
  secrets: new Secrets(join(city.data, 'secrets')),
  kind,
  registry,
  codes,
  scheme: hetu,
  by: 'a-test',
});

/** Marks and expects that it is done. */
async function done(words: readonly string[], codes: readonly string[]): Promise<string> {
  const { code, output, errors } = await mark(words, codes);
  expect([code, errors]).toEqual([0, '']);
  return output;
}

describe('a running server', () => {
  let served: ServedCity;
  let health: ChildProcess;
  let healthErrors = '';
  let healthArguments: readonly string[];
  let patients: Readonly<Record<Marked, Patient>>;

  beforeAll(async () => {
    // The gateway and most registries in one process, health services in another.
    const [port, own] = [await freePort(), await freePort()];
    healthArguments = [
      ...['subgraph', 'health', '--dev', '--port', String(own), '--data', city.data],
      ...['--gateway-key', join(city.data, 'secrets', 'gateway.key.pub')],
      ...['--issuer', 'polku-dev', '--jwks', `http://127.0.0.1:${port}/.well-known/jwks.json`],
    ];
    await new Secrets(join(city.data, 'secrets')).gatewayKey();
    health = startPolku(healthArguments);
    health.stderr!.setEncoding('utf8').on('data', (text: string) => (healthErrors += text));
    served = await serveCity(city, { port, remote: new Map([['health', `http://127.0.0.1:${own}/`]]) });
    patients = await fourPatients();
  });
  afterAll(async () => {
    await served?.stop();
    health?.kill();
    if (health?.exitCode === null && health.signalCode === null) await once(health, 'close');
  });

  async function ask<Data>(query: string, variables = {}): Promise<Data> {
    const { data, errors } = await served.client.ask({ ...DOCTOR, query, variables });
    expect(errors).toBeUndefined();
    return data as Data;
  }

  /** Clients of the doctor who have contacts and a district. */
  async function fourPatients(): Promise<Readonly<Record<Marked, Patient>>> {
    const domains = new Domains(await new Secrets(join(city.data, 'secrets')).domain());
    const domain = domains.domain({
      purpose: 'care',
      recipient: 'health-services',
      permit: undefined,
      epoch: '1',
    });
    const codes = await codesByKey(city.exports, linkage);
    const { persons } = await ask<{
      persons: { nodes: { id: string; district: unknown; healthContacts: unknown[] }[] };
    }>('{ persons(first: 1000) { nodes { id district { code } healthContacts { id } } } }');
    const known = persons.nodes
      .filter(({ district, healthContacts }) => district !== null && healthContacts.length > 0)
      .map(({ id }) => {
        const key = unseal(domain, 'PersonID', id) as number;
        return { id, key, code: codes.get(key)! };
      });
    expect(known.length).toBeGreaterThan(3);
    const [restricted, erased, objecting, threatened] = known as [Patient, Patient, Patient, Patient];
    return { restricted, erased, objecting, threatened };
  }

  const answers = () =>
    ask<Told>(OF_EACH, Object.fromEntries(Object.entries(patients).map(([name, { id }]) => [name, id])));
  const rowsOfHealth = ({ registries }: Told) => registries.find(({ name }) => name === 'health')!.rows;

  it('loads new and lifted marks of every kind, in any process, and keeps them with a new snapshot', async () => {
    const before = await answers();
    const names = ['restricted', 'erased', 'objecting'] as const;
    for (const name of names) expect(before[name].healthContacts.length).toBeGreaterThan(0);

    expect(await done(['add', 'restriction', '--registry', 'health'], [patients.restricted.code])).toMatch(
      /^Marked in health: restriction of 1 person, from /,
    );
    await done(['add', 'non-disclosure', '--by', 'register-1'], [patients.threatened.code]);
    await markPeople(inProcess('erasure', 'health', patients.erased.code), always);
    await markPeople(inProcess('objection', 'health', patients.objecting.code), always);

    await until(async () => {
      const { threatened, ...closed } = await answers();
      return (
        names.every((name) => closed[name].healthContacts.length === 0) &&
        threatened.district === null &&
        threatened.healthContacts.every(({ unit }) => unit === null)
      );
    });
    // Marks may be loaded between two fetches of one operation; now all are loaded.
    const marked = await answers();
    for (const name of names)
      expect(marked[name].servicePath).toEqual({ steps: [], withheld: before[name].servicePath.withheld });
    expect(marked.threatened.healthContacts).toHaveLength(before.threatened.healthContacts.length);
    const gone = [patients.restricted.id, patients.erased.id, patients.objecting.id];
    expect(marked.persons.nodes).toEqual(before.persons.nodes.filter(({ id }) => !gone.includes(id)));
    const { tables } = await openSnapshot(city.data, healthRegistry);
    const [from, to] = rowRangeOf(tables.contacts, patients.erased.key);
    expect(to - from).toBeGreaterThan(0);
    // G11: nobody may learn how many rows were erased.
    expect(rowsOfHealth(marked)).toBe(rowsOfHealth(before));

    // The source still holds everybody.
    const { snapshotId } = await extract({
      registry: healthRegistry,
      source: city.exports,
      data: city.data,
      linkage,
      synthetic: true,
    });
    const { tables: renewed } = await openSnapshot(city.data, healthRegistry);
    expect(rowRangeOf(renewed.contacts, patients.erased.key)).toEqual(
      rowRangeOf(tables.contacts, patients.erased.key),
    );
    const extracted = async () =>
      (await ask<{ registries: { extractedAt: string }[] }>('{ registries { extractedAt } }')).registries;
    await until(async () =>
      (await extracted()).some(({ extractedAt }) =>
        snapshotId.startsWith(extractedAt.replaceAll(/[:.]/g, '-')),
      ),
    );
    expect(await answers()).toEqual(marked);

    const list = await done(['list'], []);
    expect(list).toMatch(/restriction: 1 person today/);
    expect(list).toMatch(/add non-disclosure: 1 person, by register-1/);
    for (const name of await readdir(restrictionFolder(city.data))) {
      const file = await readFile(join(restrictionFolder(city.data), name), 'latin1');
      for (const patient of Object.values(patients)) expect(file.includes(patient.code)).toBe(false);
    }

    await done(['lift', 'restriction', '--registry', 'health'], [patients.restricted.code]);
    for (const [kind, registry, name] of [
      ['erasure', 'health', 'erased'],
      ['objection', 'health', 'objecting'],
      ['non-disclosure', 'population', 'threatened'],
    ] as const)
      expect(await liftPeople(inProcess(kind, registry, patients[name].code))).toBe(1);
    await until(async () => isDeepStrictEqual(await answers(), before));
  });

  it('keeps the loaded marks when the file is damaged or missing, reports it, and does not restart', async () => {
    const marking = inProcess('restriction', 'health', patients.restricted.code);
    await markPeople(marking, always);
    const isClosed = async () => (await answers()).restricted.healthContacts.length === 0;
    await until(isClosed);
    const path = restrictionPath(city.data, 'health');
    const whole = await readFile(path, 'utf8');

    // One digit of a key, as a failing disk might change it.
    await writeFile(path, whole.replace(`[${patients.restricted.key},`, `[${patients.restricted.key + 1},`));
    await until(() => healthErrors.includes('MARKS_INVALID'));
    expect(healthErrors).toContain('its checksum does not fit');
    expect(await isClosed()).toBe(true);
    const started = await runPolku(healthArguments);
    expect([started.code, started.errors]).toEqual([1, expect.stringContaining('MARKS_INVALID')]);
    await expect(liftPeople(marking)).rejects.toMatchObject({ code: 'MARKS_INVALID' });

    await rm(path);
    await until(() => healthErrors.includes('it is gone'));
    expect(await isClosed()).toBe(true);

    await writeFile(path, whole);
    await liftPeople(marking);
    await until(async () => !(await isClosed()));
  });
});

describe('polku mark', () => {
  let codes: readonly string[];
  let folder: string;

  beforeAll(async () => {
    codes = [...(await codesByKey(city.exports, linkage)).values()].slice(0, 4);
    folder = await mkdtemp(join(tmpdir(), 'polku-marks-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const nobody = '010594Y9032';

  it('changes nothing, and reports each wrong line without its code, given an unknown code', async () => {
    const { code, output, errors } = await mark(
      ['add', 'restriction', '--registry', 'social'],
      [codes[0]!, nobody],
    );
    expect(errors).toMatch(/^MARKS_REJECTED: 1 of 2 lines .*\n *line 2: nobody here/);
    expect([code, output]).toEqual([1, '']);
    for (const text of [nobody, codes[0]!]) expect(errors.includes(text)).toBe(false);
    expect((await readRestrictions(city.data, 'social')).changes).toEqual([]);
  });

  it('fails and creates no folder when there is no snapshot', async () => {
    const data = join(folder, 'nowhere');
    const marking = { ...inProcess('restriction', 'social', codes[0]!), data };
    await expect(markPeople(marking, always)).rejects.toMatchObject({ code: 'SNAPSHOT_MISSING' });
    expect(existsSync(data)).toBe(false);
  });

  it('loses nothing when it runs several times at once, and records each call', async () => {
    const runs = await Promise.all([
      ...codes
        .slice(0, 2)
        .map((code) => mark(['add', 'restriction', '--registry', 'education'], [code, code])),
      ...codes.slice(2).map((code) => markPeople(inProcess('restriction', 'education', code), always)),
    ]);
    expect(runs).toEqual([
      ...Array(2).fill(expect.objectContaining({ code: 0 })),
      ...Array(2).fill({ people: 1, again: 0 }),
    ]);
    const { people, changes } = await readRestrictions(city.data, 'education');
    expect(people.restriction.size).toBe(4);
    expect(changes.map(({ people: marked }) => marked)).toEqual([1, 1, 1, 1]);
  });

  it('killed at any moment leaves the old marks or the new ones, whole, and blocks no later command', async () => {
    const data = join(folder, 'killed');
    await cp(join(city.data, 'linkage'), join(data, 'linkage'), { recursive: true });
    await cp(join(city.data, 'secrets'), join(data, 'secrets'), { recursive: true });
    const marked = async () => (await readRestrictions(data, 'social')).people.erasure.size;
    for (const code of codes.slice(0, 3)) {
      const before = await marked();
      const words = ['mark', 'add', 'erasure', '--registry', 'social', '--data', data];
      const child = startPolku(words, { input: `${code}\n` });
      const ended = once(child, 'close');
      // From the moment when it begins to write.
      await until(() => existsSync(join(data, 'locks', 'marks-social.lock')) || child.exitCode !== null);
      child.kill('SIGKILL');
      await ended;
      expect([before, before + 1]).toContain(await marked());
    }
    await markPeople({ ...inProcess('erasure', 'social', codes.join('\n')), data }, always);
    expect(await marked()).toBe(codes.length);
    for (const name of await readdir(restrictionFolder(data))) {
      const left = await readFile(join(restrictionFolder(data), name), 'latin1');
      for (const code of codes) expect(left.includes(code)).toBe(false);
    }
  });
});

/**
 * @property audit/replaced-logs
 * @property audit/people-by-digest The audit record names everybody whose data was read, by digests. It
 * contains no key.
 * @enforcedBy federation/execution/responseShape.ts, federation/execution/completeResponse.ts,
 * federation/plan/carriedEntities.ts, gateway/audit/auditRecord.ts
 * @property audit/registry-log A registry records what it disclosed in a log of its own.
 * @enforcedBy registry-kit/disclosureLog.ts, registry-kit/subgraph/createSubgraph.ts
 */
import { generateKeyPairSync } from 'node:crypto';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AuditRecord } from '../../gateway/audit/auditRecord.js';
import { findRecords } from '../../gateway/audit/readRecords.js';
import { readDisclosureRecords } from '../../registry-kit/disclosureLog.js';
import { identifyingTexts } from '../city/identifyingTexts.js';
import { makeCity, type TestCity } from '../city/makeCity.js';
import { runPolku } from '../city/runPolku.js';
import { serveCity, type ServedCity } from '../city/serveCity.js';

const LOOK_UP = 'query ($code: IdentityCode!) { personByIdentityCode(code: $code) { birthYear } }';
const team = { persona: 'family-team', purpose: 'child-protection' };
const doctor = { persona: 'doctor', purpose: 'care' };

interface Client {
  readonly id: string;
  readonly families: readonly { readonly family: { readonly id: string } }[] | null;
}

describe('the audit trail of a city', () => {
  let city: TestCity;
  let served: ServedCity;
  let clients: readonly Client[];

  beforeAll(async () => {
    city = await makeCity();
    served = await serveCity(city);
    const { data } = await served.client.ask({
      ...team,
      query: '{ persons(first: 30) { nodes { id families { family { id } } } } }',
    });
    clients = (data!['persons'] as { nodes: Client[] }).nodes;
  });
  afterAll(async () => {
    await served?.stop();
    await city?.remove();
  });

  async function records(filter = {}): Promise<AuditRecord[]> {
    const found: AuditRecord[] = [];
    for await (const record of findRecords(city.data, filter)) found.push(record);
    return found;
  }

  /** The people of the last record. */
  async function peopleOf(
    question: { query: string; variables?: Record<string, unknown> },
    requester = team,
  ) {
    await served.client.ask({ ...requester, ...question, partial: true });
    return (await records()).at(-1)!;
  }

  const audit = (...args: readonly string[]) => runPolku(['audit', ...args, '--data', city.data]);

  it('names every person in a response, by a digest and not by an id', async () => {
    const ids = clients.map(({ id }) => id);
    const page = await peopleOf({ query: '{ persons(first: 30) { nodes { id } } }' });
    expect(page.people).toHaveLength(ids.length);
    expect(page.people.filter((digest) => ids.includes(digest))).toEqual([]);
    const one = await peopleOf({
      query: 'query ($id: PersonID!) { person(id: $id) { birthYear } }',
      variables: { id: ids[0] },
    });
    expect(one.people).toHaveLength(1);
    expect(page.people).toContain(one.people[0]);
    expect(one.fetches).toEqual({ population: 1 });
  });

  it('names people who are disclosed without their id', async () => {
    const family = clients.flatMap(({ families }) => families ?? [])[0]!.family.id;
    const withId = await peopleOf({
      query: 'query ($f: FamilyID!) { family(id: $f) { members { person { id sex { code } } } } }',
      variables: { f: family },
    });
    const withoutId = await peopleOf({
      query: 'query ($f: FamilyID!) { family(id: $f) { members { person { sex { code } } } } }',
      variables: { f: family },
    });
    expect(withId.people.length).toBeGreaterThan(1);
    expect(withoutId.people).toEqual(withId.people);
    const members = await peopleOf({
      query: 'query ($f: FamilyID!) { family(id: $f) { members { role startedAt } } }',
      variables: { f: family },
    });
    expect(members.people).toEqual(withId.people);
    const present = await peopleOf({
      query: 'query ($f: FamilyID!) { family(id: $f) { members { person { __typename } } } }',
      variables: { f: family },
    });
    expect(present.people).toEqual(withId.people);
    const path = await peopleOf({
      query: 'query ($f: FamilyID!) { family(id: $f) { servicePath { steps { sector } } } }',
      variables: { f: family },
    });
    expect(path.people.length).toBeGreaterThan(1);
    expect(withId.people).toEqual(expect.arrayContaining([...path.people]));
  });

  it('names nobody when a response discloses nothing', async () => {
    const { people } = await peopleOf({ query: '{ registries { name rows } access { purpose { id } } }' });
    expect(people).toEqual([]);
  });

  it('gives one person the same digest for every caller and query', async () => {
    const { codes } = await identifyingTexts(city.exports);
    for (const code of codes) {
      const byTeam = await peopleOf({ query: LOOK_UP, variables: { code } });
      if (byTeam.people.length === 0) continue;
      const byDoctor = await peopleOf({ query: LOOK_UP, variables: { code } }, doctor);
      if (byDoctor.people.length === 0) continue;
      expect(byDoctor.people).toEqual(byTeam.people);
      return;
    }
    throw new Error('Expected the city to have a client of both.');
  });

  it('records how each coordinate was answered', async () => {
    const { masked, coordinates, withheld } = await peopleOf(
      {
        query:
          '{ persons(first: 1) { nodes { birthYear healthContacts { startedAt } incomeSupport { amount } } } }',
      },
      doctor,
    );
    expect(coordinates).toContain('HealthContact.startedAt');
    expect(coordinates).toEqual(expect.arrayContaining([...masked]));
    expect(withheld).toContain('Person.incomeSupport');
  });

  it('holds no key of any person, in any form', async () => {
    await served.client.ask({
      ...doctor,
      query: '{ persons(first: 50) { nodes { id healthContacts { id startedAt } } } }',
    });
    for (const name of await readdir(join(city.data, 'audit', 'gateway'))) {
      const text = await readFile(join(city.data, 'audit', 'gateway', name), 'utf8');
      for (const line of text.split('\n').filter((one) => one.startsWith('{'))) {
        const { people = [] } = JSON.parse(line, onlyKnownNumbers) as Partial<AuditRecord>;
        for (const person of people) expect(person).toMatch(/^[A-Za-z0-9_-]{22}$/);
      }
      for (const { id } of clients) expect(text).not.toContain(id);
    }
  });

  describe('as the person sees it', () => {
    const LOG = `query ($after: ID, $first: Int) { accessLog(first: $first, after: $after) {
      id at kind purpose { id label } basis { id label(language: FI) }
      recipient { id label(language: FI) } categories { id } brokeGlass } }`;
    interface Entry {
      readonly id: string;
      readonly kind: string;
      readonly purpose: { readonly id: string; readonly label: string };
      readonly recipient: { readonly id: string; readonly label: string } | null;
      readonly categories: readonly { readonly id: string }[];
    }
    const ownLog = async (variables: Record<string, unknown> = {}): Promise<Entry[]> => {
      const { data, errors } = await served.client.ask({
        persona: 'resident',
        purpose: 'data-subject',
        query: LOG,
        variables,
      });
      expect(errors).toBeUndefined();
      return data!['accessLog'] as Entry[];
    };

    it('lists who read their data, for what purpose, newest first, page by page', async () => {
      await served.client.ask({ ...team, query: '{ persons(first: 1000) { nodes { id birthYear } } }' });
      await served.client.ask({ ...team, query: '{ persons(first: 1000) { nodes { id sex { code } } } }' });
      const entries = await ownLog();
      expect(entries.length).toBeGreaterThanOrEqual(2);
      expect(entries[0]).toMatchObject({
        kind: 'REQUEST',
        purpose: { id: 'child-protection', label: 'Child protection' },
        basis: expect.arrayContaining([
          { id: '417/2007', label: 'Lastensuojelulaki (417/2007)' },
          expect.objectContaining({ id: 'GDPR 9(2)(g)(h)' }),
        ]),
        recipient: { id: 'family-services', label: 'Perhepalvelut' },
        brokeGlass: false,
      });
      const [first] = await ownLog({ first: 1 });
      expect(first).toEqual(entries[0]);
      expect(await ownLog({ first: 1, after: first!.id })).toEqual([entries[1]]);
    });

    it('is refused to every other caller', async () => {
      const { data, errors } = await served.client.ask({ ...doctor, query: '{ accessLog { id } }' });
      expect(data).toBeFalsy();
      expect(errors?.[0]?.extensions?.['code']).toBe('PURPOSE_NOT_PERMITTED');
    });

    it('refuses page sizes outside the limits', async () => {
      const { errors } = await served.client.ask({
        persona: 'resident',
        purpose: 'data-subject',
        query: '{ accessLog(first: 1001) { id } }',
      });
      expect(errors?.[0]?.extensions?.['code']).toMatch(/^(BAD_USER_INPUT|OPERATION_TOO_LARGE)$/);
    });
  });

  it('is recorded by each registry too, and both records agree', async () => {
    const { decisionId, fetches } = await peopleOf({
      query: 'query ($id: PersonID!) { person(id: $id) { birthYear servicePath { steps { sector } } } }',
      variables: { id: clients[0]!.id },
    });
    expect(Object.keys(fetches)).toEqual(expect.arrayContaining(['population', 'health', 'paths']));
    const noted = (await readDisclosureRecords(city.data)).filter(
      (note) => note.decisionId === decisionId && note.registry === 'health',
    );
    expect(noted).toEqual([
      {
        registry: 'health',
        time: expect.any(String),
        decisionId,
        purpose: 'child-protection',
        recipient: 'family-services',
        subjects: 1,
        body: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
      },
    ]);
    const { code, output } = await audit('reconcile');
    expect(output).toContain('The logs agree');
    expect(code).toBe(0);
  });

  it('names what is missing on either side', async () => {
    const last = (await records()).findLast(({ fetches }) => fetches['health']);
    const folder = join(city.data, 'disclosures', 'gateway');
    const [file] = (await readdir(folder)).sort();
    const kept = await readFile(join(folder, file!), 'utf8');
    const without = kept
      .split('\n')
      .filter((line) => !(line.includes(last!.decisionId) && line.includes('"health"')));
    const stranger = { ...JSON.parse(without.at(-2)!), registry: 'health', decisionId: 'stranger' };
    await writeFile(join(folder, file!), [...without, JSON.stringify(stranger), ''].join('\n'));
    const { code, output } = await audit('reconcile');
    await writeFile(join(folder, file!), kept);
    expect(code).toBe(3);
    expect(output).toMatch(new RegExp(`health has no note of decision ${last!.decisionId}`));
    expect(output).toMatch(/health answered under decision stranger/);
  });

  it('A09: names a request that was sent to a registry again', async () => {
    const last = (await records()).findLast(({ fetches }) => fetches['health'])!;
    const folder = join(city.data, 'disclosures', 'gateway');
    const [file] = (await readdir(folder)).sort();
    const kept = await readFile(join(folder, file!), 'utf8');
    const note = kept.split('\n').find((line) => line.includes(last.decisionId) && line.includes('"health"'));
    await writeFile(join(folder, file!), `${kept}${note}\n`);
    const { code, output } = await audit('reconcile');
    await writeFile(join(folder, file!), kept);
    expect(code).toBe(3);
    const { health } = last.fetches;
    const [noted, asked] = [health! + 1, health!].map((times) => (times === 1 ? 'once' : `${times} times`));
    expect(output).toContain(`health answered ${noted} under decision ${last.decisionId}`);
    expect(output).toContain(`it was asked ${asked}`);
    expect((await audit('reconcile')).code).toBe(0);
  });

  it('A05: reports what is wrong by the exit code', async () => {
    const witness = join(city.data, 'witness');
    const key = join(city.data, 'other.pub');
    const { publicKey } = generateKeyPairSync('ed25519');
    await writeFile(key, publicKey.export({ type: 'spki', format: 'pem' }));
    await writeFile(witness, '');
    const codes = async (...args: readonly string[]) => (await audit('verify', ...args)).code;
    expect({
      whole: await codes(),
      otherKey: await codes('--key', key),
      emptyWitness: await codes('--witness', witness),
      noKey: await codes('--key', join(city.data, 'nowhere')),
      noWitness: await codes('--witness', join(city.data, 'nowhere')),
      noLog: (await runPolku(['audit', 'verify', '--data', join(city.data, 'nowhere')])).code,
      misused: await codes('--unknown'),
    }).toEqual({ whole: 0, otherKey: 4, emptyWitness: 4, noKey: 1, noWitness: 1, noLog: 1, misused: 2 });
    const { output } = await audit('verify', '--help');
    for (const code of [0, 1, 2, 3, 4]) expect(output).toMatch(new RegExp(`^ +${code} {2}\\S`, 'm'));
    await rm(witness);
    await rm(key);
  });

  it('is searched by commands: by id, by identity code from a file, by user, in a report', async () => {
    const [{ id }] = clients as [Client];
    const byId = await audit(
      ...[
        'find',
        '--person',
        id,
        '--purpose',
        'child-protection',
        '--recipient',
        'family-services',
        '--json',
      ],
    );
    expect(byId.errors).toBe('');
    const found = byId.output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as AuditRecord);
    expect(found.length).toBeGreaterThan(2);
    const digest = found[0]!.people.find((one) => found.every(({ people }) => people.includes(one)));
    expect(digest).toBeDefined();

    const { codes } = await identifyingTexts(city.exports);
    const [code] = codes;
    const file = join(city.data, 'code.txt');
    await writeFile(file, `${code}\n`);
    const byCode = await audit('find', '--code-file', file);
    await rm(file);
    expect(byCode).toMatchObject({ code: 0, errors: '' });
    expect(byCode.output).not.toContain(code);

    expect((await audit('find', '--subject', 'doctor')).output).toMatch(
      /health-services\/doctor {2}care {2}answered/,
    );
    const foreign = await audit(
      'find',
      '--person',
      id,
      '--purpose',
      'care',
      '--recipient',
      'health-services',
    );
    expect(foreign).toMatchObject({ code: 1, errors: expect.stringMatching(/^ID_UNKNOWN/) });
    const alone = await audit('find', '--person', id);
    expect(alone).toMatchObject({ code: 2, errors: expect.stringMatching(/^USAGE/) });
    const report = await audit('report');
    expect(report.output).toMatch(/family-services +child-protection +\d+/);
    expect(report.output).toContain('Nobody broke the glass.');
  });

  it('A02: answers nothing that a registry could not record because its log file was removed', async () => {
    const folder = join(city.data, 'disclosures', 'gateway');
    for (const name of await readdir(folder)) await rm(join(folder, name));
    const question = { ...team, query: '{ persons(first: 1) { nodes { id } } }' };
    const { data, errors } = await served.client.ask(question);
    expect(data?.['persons'] ?? null).toBeNull();
    expect(errors?.[0]?.extensions?.['code']).toBe('AUDIT_UNAVAILABLE');
    expect((await served.client.ask(question)).errors).toBeUndefined();
  });

  it('is written by one gateway at a time', async () => {
    await expect(serveCity(city)).rejects.toMatchObject({ code: 'AUDIT_LOCKED' });
  });

  it('is verified by a command, which names each change', async () => {
    await served.stop();
    const whole = await audit('verify');
    expect(whole.output).toMatch(/^The log is whole\.\ngateway: whole up to checkpoint \d+/);
    expect(whole.code).toBe(0);
    const log = join(city.data, 'audit', 'gateway', 'audit-0000000001.jsonl');
    const lines = (await readFile(log, 'utf8')).split('\n');
    await writeFile(log, lines.toSpliced(2, 1).join('\n'));
    const broken = await audit('verify');
    expect(broken.output).toMatch(/^gateway\/audit-0000000001\.jsonl:3: removed: records 3 to 3 are missing/);
    expect(broken.code).toBe(3);
    await writeFile(log, lines.join('\n'));
    served = await serveCity(city);
  });
});

/** Keys are numbers, so a number anywhere else could be a key. */
const numbered =
  /^(seq|milliseconds|bytes|first|last|unproven|asked|missed|population|health|social|education|paths|directory|linkage|governance)$/;

function onlyKnownNumbers(name: string, value: unknown): unknown {
  if (typeof value === 'number' && !numbered.test(name)) throw new Error(`There is a number at "${name}".`);
  return value;
}

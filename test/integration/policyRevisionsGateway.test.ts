/**
 * @property policies/hidden-mutations A hidden mutation looks like one that does not exist. A mutation runs
 * whole or not at all.
 * @enforcedBy gateway/operation/validateOperation.ts, gateway/operation/operationPreparer.ts
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { draftFolder } from '../../approvals/policy-revisions/draftRevision.js';
import { verifyRevisions } from '../../approvals/policy-revisions/verifyRevisions.js';
import { loadOwners } from '../../approvals/owners.js';
import { signPayload } from '../../approvals/personKey.js';
import {
  closurePayload,
  type SignedRevision,
  writeRevision,
} from '../../approvals/policy-revisions/revision.js';
import { makeCity, type TestCity } from '../city/makeCity.js';
import {
  DATA_OWNER,
  DOCTOR,
  type ProductionCity,
  serveProduction,
  startIssuer,
  type TestIssuer,
} from '../city/productionCity.js';
import { signedPolicies, type SignedPolicies, type Signer } from '../city/signedPolicies.js';
import { until } from '../city/until.js';

const HISTORY = `{ policyRevisions { sequence standing author comment files signers missing { registry count } } }`;
const PROPOSE = `mutation ($payload: String!, $person: String!, $signature: String!) {
  proposePolicy(payload: $payload, person: $person, signature: $signature) { sequence standing missing { registry count } }
}`;
const APPROVE = `mutation ($sequence: Int!, $person: String!, $signature: String!) {
  approvePolicy(sequence: $sequence, person: $person, signature: $signature) { sequence standing signers }
}`;
const BOTH = `mutation ($payload: String!, $sequence: Int!, $one: String!, $two: String!) {
  first: proposePolicy(payload: $payload, person: "health-1", signature: $one) { standing }
  second: approvePolicy(sequence: $sequence, person: "health-2", signature: $two) { standing }
}`;
/** A test that a coarser diagnosis fails. */
const TEST = 'health: a clinician reads the record of a patient in care';
const DIAGNOSES = '{ persons(first: 20) { nodes { healthContacts { diagnosis { code } } } } }';

/** Health services show the care team only the chapter of a diagnosis. */
const coarser = (text: string) =>
  text.replace('HealthContact.*: allow', '$&\n      HealthContact.diagnosis: { mask: icd10-chapter }');
const remark = (number: number) => (text: string) => `${text}\n# ${number}\n`;

describe('signed policies of a gateway in production', () => {
  let city: TestCity;
  let signed: SignedPolicies;
  let issuer: TestIssuer;
  let served: ProductionCity;

  beforeAll(async () => {
    city = await makeCity();
    signed = await signedPolicies();
    issuer = await startIssuer();
    await expect(serveProduction(city.data, signed, issuer)).rejects.toMatchObject({
      code: 'POLICY_UNSIGNED',
    });
    await signed.first();
    served = await serveProduction(city.data, signed, issuer);
  });

  afterAll(async () => {
    await served?.stop();
    issuer?.close();
    await signed?.remove();
    await city?.remove();
  });

  /** The next revision of the health services, as health-1 drafts it at home. */
  async function draft(
    change: (text: string) => string,
    overruled?: { tests: string[]; reason: string },
  ): Promise<{ payload: string; sequence: number }> {
    const sources = await signed.sources('health.yaml', change);
    const terms = { author: 'health-1', comment: 'because', now: new Date(), days: 30, renew: [], overruled };
    const revision = draftFolder(await signed.revisionService.history(), sources, terms);
    return { payload: writeRevision(revision), sequence: revision.sequence };
  }
  const sign = async (payload: string, person: Signer | 'stranger') =>
    signPayload(payload, await signed.key(person));
  const codes = ({ errors }: { errors?: readonly { extensions?: Record<string, unknown> }[] }) =>
    errors?.map(({ extensions }) => extensions?.['code']);

  async function diagnoses(): Promise<readonly string[]> {
    const { data } = await served.ask(DOCTOR, DIAGNOSES);
    const { nodes } = data!['persons'] as {
      nodes: { healthContacts: { diagnosis: { code: string } | null }[] }[];
    };
    return nodes.flatMap(({ healthContacts }) =>
      healthContacts.flatMap(({ diagnosis }) => diagnosis?.code ?? []),
    );
  }

  it('are shown to data owners, and to nobody else', async () => {
    const { data } = await served.ask(DATA_OWNER, HISTORY);
    expect(data!['policyRevisions']).toMatchObject([
      { sequence: 1, standing: 'IN_FORCE', author: 'city-1', missing: [] },
    ]);
    expect(await served.ask(DOCTOR, HISTORY)).toMatchObject({
      status: 400,
      errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }],
    });
  });

  it('are not proposed while a test fails that nobody overruled by name', async () => {
    for (const overruled of [undefined, { tests: ['health: another'], reason: 'because' }]) {
      const { payload } = await draft(coarser, overruled);
      const signature = await sign(payload, 'health-1');
      const refused = await served.ask(DATA_OWNER, PROPOSE, { payload, person: 'health-1', signature });
      expect(codes(refused)).toEqual(['POLICY_TEST_FAILED']);
    }
  });

  it('change when a second person of the owner signs, without a restart', async () => {
    expect(await diagnoses()).toContainEqual(expect.stringMatching(/^[A-Z]\d\d/));
    const { payload, sequence } = await draft(coarser, { tests: [TEST], reason: 'the test is out of date' });
    const proposed = await served.ask(DATA_OWNER, PROPOSE, {
      payload,
      person: 'health-1',
      signature: await sign(payload, 'health-1'),
    });
    expect(proposed.data!['proposePolicy']).toEqual({
      sequence,
      standing: 'WAITING',
      missing: [{ registry: 'health', count: 1 }],
    });
    const approved = await served.ask(DATA_OWNER, APPROVE, {
      sequence,
      person: 'health-2',
      signature: await sign(payload, 'health-2'),
    });
    expect(approved.data!['approvePolicy']).toMatchObject({ standing: 'IN_FORCE' });
    await until(async () =>
      (await diagnoses()).every((diagnosis) => /^[A-Z]\d\d-[A-Z]\d\d$/.test(diagnosis)),
    );
    expect((await diagnoses()).length).toBeGreaterThan(0);
  });

  it('are changed by the mutations of one operation in their order, and each is recorded', async () => {
    const { payload, sequence } = await draft(remark(1));
    const [one, two] = [await sign(payload, 'health-1'), await sign(payload, 'health-2')];
    const backwards = BOTH.replace(/(first: .*)\n(.*second: .*)/, '$2\n$1');
    const early = await served.ask(DATA_OWNER, backwards, { payload, sequence, one, two });
    expect(early.data).toEqual({ second: null, first: { standing: 'WAITING' } });
    expect(codes(early)).toEqual(['BAD_USER_INPUT']);
    const next = await draft(remark(2));
    const inOrder = await served.ask(DATA_OWNER, BOTH, {
      payload: next.payload,
      sequence: next.sequence,
      one: await sign(next.payload, 'health-1'),
      two: await sign(next.payload, 'health-2'),
    });
    expect(inOrder.data).toEqual({ first: { standing: 'WAITING' }, second: { standing: 'IN_FORCE' } });
    const folder = join(city.data, 'audit', 'gateway');
    const files = await readdir(folder);
    const log = (await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')))).join();
    expect(log).toContain('"Mutation.approvePolicy"');
    expect(log).toContain('"Mutation.proposePolicy"');
  });

  it.each([
    ['withdraw', 'health-1', 'WITHDRAWN'],
    ['reject', 'health-2', 'REJECTED'],
  ] as const)('Y06: are closed by a signed closure: %sPolicy by %s', async (verb, person, standing) => {
    const { payload, sequence } = await draft(remark(5));
    await served.ask(DATA_OWNER, PROPOSE, {
      payload,
      person: 'health-1',
      signature: await sign(payload, 'health-1'),
    });
    const close = `mutation ($sequence: Int!, $person: String!, $comment: String!, $signature: String!) {
      ${verb}Policy(sequence: $sequence, person: $person, comment: $comment, signature: $signature) { standing closedBy closedBecause }
    }`;
    const closure = verb === 'withdraw' ? 'withdrawn' : 'rejected';
    const variables = { sequence, person, comment: 'not now' };
    const forged = await served.ask(DATA_OWNER, close, {
      ...variables,
      signature: await sign(closurePayload(closure, payload, 'not now'), 'stranger'),
    });
    expect(codes(forged)).toEqual(['SIGNATURE_INVALID']);
    const signature = await sign(closurePayload(closure, payload, 'not now'), person);
    const closed = await served.ask(DATA_OWNER, close, { ...variables, signature });
    expect(closed.data![`${verb}Policy`]).toEqual({ standing, closedBy: person, closedBecause: 'not now' });
    const late = await served.ask(DATA_OWNER, APPROVE, {
      sequence,
      person: 'health-2',
      signature: await sign(payload, 'health-2'),
    });
    expect(codes(late)).toEqual(['POLICY_STALE']);
    expect(codes(await served.ask(DOCTOR, close, { ...variables, signature }))).toEqual([
      'GRAPHQL_VALIDATION_FAILED',
    ]);
  });

  it('Y06: are not proposed under a number far ahead', async () => {
    const { payload, sequence } = await draft(remark(6));
    const far = payload.replace(`"sequence": ${sequence}`, '"sequence": 9007199254740991');
    const variables = { person: 'health-1', signature: await sign(far, 'health-1') };
    expect(codes(await served.ask(DATA_OWNER, PROPOSE, { payload: far, ...variables }))).toEqual([
      'POLICY_STALE',
    ]);
    expect((await draft(remark(6))).sequence).toBe(sequence);
  });

  it('are not changed by a wrong signature from any sender', async () => {
    const { payload, sequence } = await draft(remark(3));
    const forged = await served.ask(DATA_OWNER, PROPOSE, {
      payload,
      person: 'health-1',
      signature: await sign(payload, 'stranger'),
    });
    expect([forged.data, codes(forged)]).toEqual([{ proposePolicy: null }, ['SIGNATURE_INVALID']]);
    const { sequence: last } = await draft(remark(3));
    expect(last).toBe(sequence);
    const old = await served.ask(DATA_OWNER, APPROVE, {
      sequence: 1,
      person: 'health-1',
      signature: await sign(payload, 'health-1'),
    });
    expect(codes(old)).toEqual(['POLICY_STALE']);
  });

  it('are refused when they do not compile, and every fault is listed with its place', async () => {
    const { payload } = await draft((text) => text.replace('purposes: [care]', 'purposes: [cares]'));
    const signature = await sign(payload, 'health-1');
    const { errors } = await served.ask(DATA_OWNER, PROPOSE, { payload, person: 'health-1', signature });
    expect(errors).toMatchObject([
      {
        message: expect.stringMatching(/health\.yaml:\d+:\d+: error/),
        extensions: { code: 'POLICY_INVALID' },
      },
    ]);
  });

  it('are hidden from a doctor: a mutation is refused like one that does not exist, also in partial mode', async () => {
    const { payload, sequence } = await draft(remark(4));
    const signature = await sign(payload, 'health-1');
    const variables = { payload, person: 'health-1', signature };
    const nothing = PROPOSE.replaceAll('proposePolicy', 'proposeNothing');
    for (const headers of [{}, { 'polku-partial': 'true' }]) {
      const [hidden, none] = [
        await served.ask(DOCTOR, PROPOSE, variables, headers),
        await served.ask(DOCTOR, nothing, variables, headers),
      ];
      expect(codes(hidden)).toEqual(['GRAPHQL_VALIDATION_FAILED']);
      expect(hidden.errors![0]!.message).toBe(none.errors![0]!.message);
      expect(hidden.data).toBeUndefined();
    }
    expect((await draft(remark(4))).sequence).toBe(sequence);
  });

  it('are not changed by a GET, which other sites could make a browser send', async () => {
    const url = new URL('/graphql', served.url);
    url.searchParams.set(
      'query',
      'mutation { approvePolicy(sequence: 1, person: "a", signature: "b") { sequence } }',
    );
    const response = await fetch(url, {
      headers: {
        authorization: `Bearer ${await issuer.token(DATA_OWNER)}`,
        'purpose-of-use': 'policy-administration',
        'apollo-require-preflight': 'true',
      },
    });
    expect(response.status).toBe(405);
  });

  it('are sent to registries as they were signed, for a token of their own', async () => {
    const url = new URL('/policies/current', served.url);
    const get = async (token?: string) =>
      fetch(url, { headers: token === undefined ? {} : { authorization: `Bearer ${token}` } });
    expect((await get()).status).toBe(401);
    expect((await get(await issuer.token(DOCTOR))).status).toBe(403);
    const response = await get(await issuer.token(DATA_OWNER));
    expect(response.status).toBe(200);
    const { revisions } = (await response.json()) as { revisions: SignedRevision[] };
    const { inForce } = verifyRevisions(revisions, await loadOwners(signed.owners));
    expect(inForce?.digest).toBe((await signed.revisionService.history()).inForce?.digest);
  });
});

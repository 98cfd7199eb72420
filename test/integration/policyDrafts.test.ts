/**
 * @property policies/review
 * @property policies/signer-login A request that signs for a person of owners.yaml comes from that person's
 * login, if the file names one.
 * @enforcedBy approvals/signedDocument.ts, gateway/governance/revisions.ts
 */
import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { makeCity, type TestCity } from '../city/makeCity.js';
import {
  DATA_OWNER,
  DOCTOR,
  type ProductionCity,
  serveProduction,
  startIssuer,
  type TestIssuer,
} from '../city/productionCity.js';
import { signedPolicies, type SignedPolicies } from '../city/signedPolicies.js';
import { softPasskey, type SoftPasskey } from '../city/softAuthenticator.js';

const CHECK_FIELDS = `
  comparedWith compiles
  files { name before after }
  problems { file line severity message }
  failingTests
  differences { sentence effect coordinates purpose role registry }
  operations { name outcome changes }
  examples { coordinate role purpose value before after }
  ownersNeeded { registry count }
`;
const CHECK = `query ($files: [PolicyFileInput!]!, $renew: [String!]!, $author: String, $comment: String, $overrule: String) {
  checkPolicyDraft(files: $files, renew: $renew) {
    ${CHECK_FIELDS} payload(author: $author, comment: $comment, overruleFailingTests: $overrule)
  }
}`;
const REVISION_CHECK = `query ($sequence: Int!) { revisionCheck(sequence: $sequence) { ${CHECK_FIELDS} payload } }`;
const ROLLBACK_CHECK = `query ($sequence: Int!, $author: String, $comment: String, $overrule: String) {
  rollbackCheck(sequence: $sequence) {
    ${CHECK_FIELDS} payload(author: $author, comment: $comment, overruleFailingTests: $overrule)
  }
}`;
const VOCABULARY = `{ policyVocabulary {
  purposes { id label } roles { id label } masks { id label } conditions { id label }
} }`;
const SIGNING = '{ policySigning { relyingParty login people { id passkeys isYou } } }';
const PROPOSE = `mutation ($payload: String!, $person: String!, $signature: String!) {
  proposePolicy(payload: $payload, person: $person, signature: $signature) { sequence standing }
}`;
const APPROVE = `mutation ($sequence: Int!, $person: String!, $signature: String!) {
  approvePolicy(sequence: $sequence, person: $person, signature: $signature) { standing signers }
}`;

const RELYING_PARTY = { id: 'polku.city.example', origins: ['https://polku.city.example'] };
const OWNER_OF_TEST = 'health: a clinician reads the record of a patient in care';

/** Health services show the care team only the chapter of a diagnosis. */
const coarser = (text: string) =>
  text.replace('HealthContact.*: allow', '$&\n      HealthContact.diagnosis: { mask: icd10-chapter }');

/** Data owners by login. */
const CHIEF = { ...DATA_OWNER, sub: 'chief' };
const CLERK = { ...DATA_OWNER, sub: 'clerk' };

interface Check {
  readonly comparedWith: number;
  readonly compiles: boolean;
  readonly files: readonly { name: string; before: string | null; after: string | null }[];
  readonly failingTests: readonly string[];
  readonly payload: string | null;
}

describe('drafts of policies through a gateway', () => {
  let city: TestCity;
  let signed: SignedPolicies;
  let issuer: TestIssuer;
  let served: ProductionCity;
  let passkeys: Record<'health-1' | 'health-2', SoftPasskey>;
  let health: string;

  beforeAll(async () => {
    city = await makeCity();
    signed = await signedPolicies();
    passkeys = {
      'health-1': softPasskey('ES256', RELYING_PARTY),
      'health-2': softPasskey('EdDSA', RELYING_PARTY),
    };
    const owners = parse(await readFile(signed.owners, 'utf8')) as { people: Record<string, object> };
    for (const [person, { id, spki }] of Object.entries(passkeys))
      Object.assign(owners.people[person]!, { passkeys: [{ id, key: spki }] });
    Object.assign(owners.people['health-1']!, { login: CHIEF.sub });
    await writeFile(signed.owners, stringify({ ...owners, relyingParty: RELYING_PARTY }));
    await signed.first();
    issuer = await startIssuer();
    served = await serveProduction(city.data, signed, issuer);
    health = (await signed.sources()).find(({ file }) => file === 'health.yaml')!.text;
  });

  afterAll(async () => {
    await served?.stop();
    issuer?.close();
    await signed?.remove();
    await city?.remove();
  });

  async function ask<Data>(query: string, variables?: object, claims = CHIEF): Promise<Data> {
    const { data, errors } = await served.ask(claims, query, { ...variables });
    expect(errors).toBeUndefined();
    return Object.values(data!)[0] as Data;
  }
  const codesOf = async (query: string, variables: object, claims: typeof CHIEF | typeof DOCTOR = CHIEF) =>
    (await served.ask(claims, query, { ...variables })).errors?.map(({ extensions }) => extensions?.['code']);
  const draftOf = (text: string) => ({ files: [{ name: 'health.yaml', text }], renew: [] });
  const terms = { author: 'health-1', comment: 'because', overrule: 'the test is out of date' };

  it('name every word that a grant may use, in the language of the reader', async () => {
    const { data } = await served.ask(CHIEF, VOCABULARY, {}, { 'accept-language': 'fi' });
    expect(data!['policyVocabulary']).toMatchObject({
      purposes: expect.arrayContaining([{ id: 'care', label: 'Hoito' }]),
      roles: expect.arrayContaining([{ id: 'clinician', label: expect.any(String) }]),
      masks: expect.arrayContaining([{ id: 'icd10-chapter', label: expect.stringContaining('ICD-10') }]),
      conditions: expect.arrayContaining([{ id: 'care-relationship', label: expect.any(String) }]),
    });
  });

  it('are checked: differences, operations, examples, failing tests, the texts, and who must sign', async () => {
    const check = await ask<Check>(CHECK, { ...draftOf(coarser(health)), ...terms });
    expect(check).toMatchObject({
      comparedWith: 1,
      compiles: true,
      files: [{ name: 'health.yaml', before: health, after: coarser(health) }],
      problems: [],
      failingTests: [OWNER_OF_TEST],
      differences: [
        { effect: 'NARROWS', coordinates: ['HealthContact.diagnosis'], purpose: 'care', role: 'clinician' },
      ],
      operations: [{ outcome: 'LESS', name: expect.stringMatching(/^care-app\//) }],
      examples: [{ coordinate: 'HealthContact.diagnosis', before: 'J06.9', after: 'J00-J99' }],
      ownersNeeded: [{ registry: 'health', count: 2 }],
    });
    expect(check.payload).toContain('"polku-policy-revision/1"');
  });

  it('list their problems with file and line, and have nothing to sign, if they do not compile', async () => {
    const broken = health.replace('purposes: [care]', 'purposes: [cares]');
    expect(await ask(CHECK, draftOf(broken))).toMatchObject({
      compiles: false,
      payload: null,
      problems: [{ file: 'health.yaml', severity: 'ERROR', line: expect.any(Number) }],
    });
  });

  it('renew a file whose text stays', async () => {
    const check = await ask<Check>(CHECK, { files: [], renew: ['health.yaml'], ...terms });
    expect(check).toMatchObject({
      files: [{ name: 'health.yaml', before: health, after: health }],
      differences: [],
    });
    expect(check.payload).not.toBeNull();
    expect(await codesOf(CHECK, { files: [], renew: ['owners.yaml'] })).toEqual(['BAD_USER_INPUT']);
  });

  it('are shown to nobody with another role or purpose', async () => {
    for (const [query, variables] of [
      [CHECK, draftOf(coarser(health))],
      [REVISION_CHECK, { sequence: 1 }],
      [ROLLBACK_CHECK, { sequence: 1 }],
      [VOCABULARY, {}],
      [SIGNING, {}],
    ] as const) {
      expect(await codesOf(query, variables, DOCTOR)).toEqual(
        expect.arrayContaining(['GRAPHQL_VALIDATION_FAILED']),
      );
      const otherPurpose = await served.ask(CHIEF, query, { ...variables }, { 'purpose-of-use': 'care' });
      expect(otherPurpose.data ?? undefined).toBeUndefined();
      expect(otherPurpose.errors).toMatchObject([{ extensions: { code: 'PURPOSE_NOT_HELD' } }]);
    }
  });

  it('say which person signs with a login', async () => {
    expect(await ask(SIGNING)).toEqual({
      relyingParty: RELYING_PARTY.id,
      login: CHIEF.sub,
      people: expect.arrayContaining([
        { id: 'health-1', passkeys: [passkeys['health-1'].id], isYou: true },
        { id: 'health-2', passkeys: [passkeys['health-2'].id], isYou: null },
      ]),
    });
    expect(await ask(SIGNING, {}, CLERK)).toMatchObject({
      people: expect.arrayContaining([expect.objectContaining({ id: 'health-1', isYou: false })]),
    });
  });

  it('are proposed and approved with passkeys, and go back the same way', async () => {
    const { payload } = await ask<Check>(CHECK, { ...draftOf(coarser(health)), ...terms });
    const proposal = { payload, person: 'health-1', signature: passkeys['health-1'].sign(payload!) };
    // The passkey is health-1's, and the login is not.
    expect(await codesOf(PROPOSE, proposal, CLERK)).toEqual(['SIGNATURE_INVALID']);
    const { sequence } = await ask<{ sequence: number }>(PROPOSE, proposal);

    const waiting = await ask<Check>(REVISION_CHECK, { sequence }, CLERK);
    expect(waiting).toMatchObject({
      comparedWith: 1,
      files: [{ name: 'health.yaml', before: health, after: coarser(health) }],
      differences: [{ effect: 'NARROWS' }],
      ownersNeeded: [{ registry: 'health', count: 1 }],
      payload,
    });
    const of = (person: 'health-1' | 'health-2', signature: string) => ({ sequence, person, signature });
    const key = passkeys['health-2'];
    for (const signature of [
      key.sign(`${payload!} `),
      key.sign(payload!, { origin: 'https://polku.example' }),
      key.sign(payload!, { rpId: 'polku.example' }),
      key.sign(payload!, { flags: 0x01 }),
      passkeys['health-1'].sign(payload!),
    ])
      expect(await codesOf(APPROVE, of('health-2', signature), CLERK)).toEqual(['SIGNATURE_INVALID']);
    expect(await ask(APPROVE, of('health-2', key.sign(payload!)), CLERK)).toEqual({
      standing: 'IN_FORCE',
      signers: ['health-1', 'health-2'],
    });

    const back = await ask<Check>(ROLLBACK_CHECK, { sequence: 1, ...terms });
    expect(back).toMatchObject({
      comparedWith: sequence,
      files: [{ name: 'health.yaml', before: coarser(health), after: health }],
      differences: [{ effect: 'WIDENS' }],
      failingTests: [],
    });
    expect(await codesOf(ROLLBACK_CHECK, { sequence })).toEqual(['BAD_USER_INPUT']);
    const restored = await ask<{ sequence: number }>(PROPOSE, {
      payload: back.payload,
      person: 'health-1',
      signature: passkeys['health-1'].sign(back.payload!),
    });
    expect(restored.sequence).toBe(sequence + 1);
  });
});

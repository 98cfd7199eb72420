import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeCity, type TestCity } from '../city/makeCity.js';
import {
  DATA_OWNER,
  DOCTOR,
  FAMILY_TEAM,
  type ProductionCity,
  serveProduction,
  startIssuer,
  type TestIssuer,
} from '../city/productionCity.js';
import { signedPolicies, type SignedPolicies } from '../city/signedPolicies.js';

const RULE = '{ id file line basis }';
const MATRIX = `query ($registry: String, $purpose: String, $role: String) {
  policyMatrix(registry: $registry, purpose: $purpose, role: $role) {
    revision columns { purpose role purposeLabel roleLabel }
    fields {
      coordinate derivedType label category special registry owner
      cells { purpose role effect ways { mask conditions rules ${RULE} } prohibition ${RULE} }
    }
  }
}`;
const EXPLAIN = `query ($coordinate: String!, $purpose: String!, $role: String!) {
  explainPolicy(coordinate: $coordinate, purpose: $purpose, role: $role) {
    effect reason reasonKind ways { mask conditions rules ${RULE} } prohibition ${RULE}
    nearRules { id roles needsPermit } withheldInputs { coordinate owner derivedType reasonKind }
    derivations { type reasonKind ways { mask } }
    changedBy { registry owner file signaturesNeeded people { id office } }
    requests { since isComplete counts { recipient purpose roles recipientLabel purposeLabel roleLabels shown withheld } }
  }
}`;

interface MatrixAnswer {
  readonly columns: readonly { purpose: string; role: string }[];
  readonly fields: readonly {
    readonly coordinate: string;
    readonly derivedType: string | null;
    readonly registry: string;
    readonly cells: readonly { purpose: string; role: string; effect: string }[];
  }[];
}

describe('the matrix of policies', () => {
  let city: TestCity;
  let signed: SignedPolicies;
  let issuer: TestIssuer;
  let served: ProductionCity;

  beforeAll(async () => {
    city = await makeCity();
    signed = await signedPolicies();
    issuer = await startIssuer();
    await signed.first();
    served = await serveProduction(city.data, signed, issuer);
  });

  afterAll(async () => {
    await served?.stop();
    issuer?.close();
    await signed?.remove();
    await city?.remove();
  });

  async function matrixOf(variables: object = {}): Promise<MatrixAnswer> {
    const { data, errors } = await served.ask(DATA_OWNER, MATRIX, { ...variables });
    expect(errors).toBeUndefined();
    return data!['policyMatrix'] as MatrixAnswer;
  }
  const why = async (coordinate: string, purpose: string, role: string) =>
    (await served.ask(DATA_OWNER, EXPLAIN, { coordinate, purpose, role })).data!['explainPolicy'];

  it('has a cell for each role and purpose that sees a field, with mask, conditions, law and line', async () => {
    const { fields, columns } = await matrixOf();
    expect(columns).toContainEqual({
      purpose: 'care',
      role: 'clinician',
      purposeLabel: 'Care',
      roleLabel: 'Clinician',
    });
    const diagnosis = fields.find(
      ({ coordinate, derivedType }) => coordinate === 'HealthContact.diagnosis' && derivedType === null,
    )!;
    expect(diagnosis).toMatchObject({
      label: 'Diagnosis',
      category: 'diagnosis',
      special: true,
      registry: 'health',
      owner: 'Health services',
    });
    expect(diagnosis.cells).toContainEqual({
      purpose: 'child-protection',
      role: 'family-team-worker',
      effect: 'MASK',
      prohibition: null,
      ways: [
        {
          mask: 'icd10-chapter',
          conditions: ['care-relationship', 'not-objected'],
          rules: [
            {
              id: 'health/family-team',
              file: 'health.yaml',
              line: expect.any(Number),
              basis: ['417/2007', 'GDPR 9(2)(g)(h)', '703/2023'],
            },
          ],
        },
      ],
    });
    expect(diagnosis.cells).toContainEqual({
      purpose: 'benefit',
      role: 'benefit-officer',
      effect: 'PROHIBIT',
      ways: [],
      prohibition: expect.objectContaining({ id: 'health/never-for-benefits', basis: [] }),
    });
  });

  it('is filtered by registry, purpose and role', async () => {
    const { fields, columns } = await matrixOf({ registry: 'social', purpose: 'care', role: 'clinician' });
    expect(columns).toMatchObject([{ purpose: 'care', role: 'clinician' }]);
    expect(new Set(fields.map(({ registry }) => registry))).toEqual(new Set(['social']));
    for (const { cells } of fields)
      for (const cell of cells) expect(cell).toMatchObject({ purpose: 'care', role: 'clinician' });
  });

  it('explains a masked cell: the rule, and whose signatures could change it', async () => {
    expect(await why('HealthContact.diagnosis', 'child-protection', 'family-team-worker')).toMatchObject({
      effect: 'MASK',
      reason: null,
      ways: [{ mask: 'icd10-chapter', rules: [{ id: 'health/family-team' }] }],
      derivations: expect.arrayContaining([
        { type: 'RiskAssessment', reasonKind: null, ways: [{ mask: null }] },
        { type: 'Cohort', reasonKind: 'not-granted', ways: [] },
      ]),
      changedBy: {
        registry: 'health',
        owner: 'Health services',
        file: 'health.yaml',
        signaturesNeeded: 2,
        people: [
          { id: 'health-1', office: 'Office' },
          { id: 'health-2', office: 'Office' },
        ],
      },
    });
  });

  it('explains a denied and a prohibited cell', async () => {
    expect(await why('HealthContact.diagnosis', 'planning', 'planner')).toMatchObject({
      effect: 'DENY',
      reasonKind: 'not-granted',
      reason:
        'Health services has not granted HealthContact.diagnosis to Planner for "Planning and reporting".',
      nearRules: [],
    });
    expect(await why('HealthContact.diagnosis', 'benefit', 'benefit-officer')).toMatchObject({
      effect: 'PROHIBIT',
      reasonKind: 'prohibited',
      prohibition: { id: 'health/never-for-benefits' },
    });
    const { errors } = await served.ask(DATA_OWNER, EXPLAIN, {
      coordinate: 'No.such',
      purpose: 'care',
      role: 'clinician',
    });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  it('counts who asked for a field, without anybody’s id', async () => {
    const asked = '{ persons(first: 3) { nodes { healthContacts { urgency { code } } } } }';
    await served.ask(DOCTOR, asked);
    await served.ask(DOCTOR, asked);
    await served.ask({ ...FAMILY_TEAM, purposes: ['child-protection'] }, asked);
    const { requests } = (await why('HealthContact.urgency', 'care', 'clinician')) as {
      requests: { since: string; isComplete: boolean; counts: readonly object[] };
    };
    expect(requests.isComplete).toBe(true);
    const labels = { recipientLabel: expect.any(String), purposeLabel: expect.any(String) };
    expect(requests.counts).toEqual([
      {
        recipient: 'health-services',
        purpose: 'care',
        roles: ['clinician'],
        shown: 2,
        withheld: 0,
        recipientLabel: 'Health services',
        purposeLabel: 'Care',
        roleLabels: ['Clinician'],
      },
      {
        recipient: 'family-services',
        purpose: 'child-protection',
        roles: ['family-team-worker'],
        ...labels,
        roleLabels: [expect.any(String)],
        shown: 1,
        withheld: 0,
      },
    ]);
  });

  it('has labels in the language of the request', async () => {
    const { data } = await served.ask(
      DATA_OWNER,
      MATRIX,
      { registry: 'health', purpose: 'care' },
      { 'accept-language': 'fi' },
    );
    const { columns, fields } = data!['policyMatrix'] as MatrixAnswer;
    expect(columns).toMatchObject([{ purposeLabel: 'Hoito', roleLabel: 'Hoitohenkilö' }]);
    expect(fields).toContainEqual(expect.objectContaining({ label: 'Diagnoosi', owner: 'Terveyspalvelut' }));
  });

  it('says who signs, by office, and for which registries', async () => {
    const query =
      '{ policySigning { isNeeded relyingParty people { id office registries passkeys until } } }';
    const { data } = await served.ask(DATA_OWNER, query);
    expect(data!['policySigning']).toMatchObject({
      isNeeded: true,
      people: expect.arrayContaining([
        { id: 'health-1', office: 'Office', registries: ['health'], passkeys: [], until: null },
      ]),
    });
  });

  it('is hidden from everybody else', async () => {
    for (const query of [
      '{ policyMatrix { revision } }',
      '{ explainPolicy { effect } }',
      '{ policySigning { isNeeded } }',
    ])
      expect(await served.ask(DOCTOR, query)).toMatchObject({
        status: 400,
        errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }],
      });
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { getIntrospectionQuery } from 'graphql';
import { ask, KNOWN_CODE, read, startGateway, type Testbed, UNKNOWN_CODE } from './gatewayTestbed.js';

const LOOK_UP = 'query ($code: IdentityCode!) { personByIdentityCode(code: $code) { birthYear } }';

describe('a gateway', () => {
  let testbed: Testbed;
  beforeAll(async () => {
    testbed = await startGateway();
  });
  afterAll(() => testbed.close());

  it('answers across subgraphs, with sealed ids and a decision id', async () => {
    const answer = await ask(testbed, '{ people(first: 1) { id birthYear visits { service diagnosis } } }');
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      data: {
        people: [
          {
            id: expect.stringMatching(/^[\w-]{22}$/),
            birthYear: 1994,
            visits: [{ service: 'doctor', diagnosis: 'J06' }],
          },
        ],
      },
    });
    expect(answer.headers.get('polku-decision-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  it('finds a person again by the id that it issued', async () => {
    const { body } = await ask(testbed, '{ people(first: 1) { id } }');
    const [{ id }] = body.data!['people'] as [{ id: string }];
    const found = await ask(testbed, 'query ($id: PersonID!) { person(id: $id) { birthYear } }', {
      variables: { id },
    });
    expect(found.body.data).toEqual({ person: { birthYear: 1994 } });
  });

  it('refuses an id issued to another recipient like an id that never existed', async () => {
    const { body } = await ask(testbed, '{ people(first: 1) { id } }');
    const [{ id }] = body.data!['people'] as [{ id: string }];
    const query = 'query ($id: PersonID!) { person(id: $id) { birthYear } }';
    const other = { persona: 'family-team', purpose: 'child-protection' };
    const foreign = await ask(testbed, query, { ...other, variables: { id } });
    const forged = await ask(testbed, query, { ...other, variables: { id: 'AAAAAAAAAAAAAAAAAAAAAA' } });
    expect(foreign.status).toBe(400);
    expect(foreign.body.errors![0]).toMatchObject({ extensions: { code: 'ID_UNKNOWN' } });
    expect(withoutDecision(foreign.text)).toBe(withoutDecision(forged.text));
  });

  it('looks people up by identity code in a variable', async () => {
    const found = await ask(testbed, LOOK_UP, { variables: { code: KNOWN_CODE } });
    const missed = await ask(testbed, LOOK_UP, { variables: { code: UNKNOWN_CODE } });
    expect(found.body).toEqual({ data: { personByIdentityCode: { birthYear: 1994 } } });
    expect(missed.body).toEqual({ data: { personByIdentityCode: null } });
  });

  it('explains what a role may see for a purpose, and by whose rule', async () => {
    const query =
      '{ access { purpose { id label } roles { label(language: FI) } recipient { id label } revision fields { coordinate effect mask { id label(language: FI) } conditions { id } owner { id label } category { label } special label } } }';
    const { body } = await ask(testbed, query, { persona: 'family-team', purpose: 'child-protection' });
    const access = body.data!['access'] as { fields: readonly { coordinate: string }[] };
    expect(access).toMatchObject({
      purpose: { id: 'child-protection', label: 'Child protection' },
      roles: [{ label: 'Perhetiimi' }],
      recipient: { id: 'family-services', label: 'family-services' },
      revision: testbed.gateway.policy.revision,
    });
    expect(access.fields).toContainEqual({
      coordinate: 'Person.birthYear',
      effect: 'MASK',
      mask: { id: 'age-band', label: 'syntymävuodesta näytetään 5 vuoden ikäluokan ensimmäinen vuosi' },
      conditions: [],
      owner: { id: 'people', label: 'Population register' },
      category: { label: 'year of birth' },
      special: false,
      label: null,
    });
    const coordinates = access.fields.map(({ coordinate }) => coordinate);
    expect(coordinates).toContain('Query.person');
    expect(coordinates).not.toContain('Person.district');
    expect(coordinates).not.toContain('Visit.service');
  });

  it('accepts queries by GET as well', async () => {
    const token = await testbed.issuer.issue('doctor');
    const url = new URL('/graphql', testbed.url);
    url.searchParams.set('query', '{ people(first: 1) { birthYear } }');
    const headers = {
      authorization: `Bearer ${token}`,
      'purpose-of-use': 'care',
      'apollo-require-preflight': 'yes',
    };
    expect((await read(await fetch(url, { headers }))).body.data).toEqual({ people: [{ birthYear: 1994 }] });
  });

  it('shows in introspection only what the role may see for the purpose', async () => {
    const types = async (asking: object) =>
      JSON.stringify((await ask(testbed, getIntrospectionQuery({ descriptions: true }), asking)).body.data);
    const doctor = await types({});
    const team = await types({ persona: 'family-team', purpose: 'child-protection' });
    expect(doctor).toContain('"diagnosis"');
    expect(doctor).not.toMatch(/"(district|drug|Dose)"/);
    expect(team).toContain('"birthYear"');
    expect(team).not.toMatch(
      /"(visits|Visit|diagnosis|records|Record|friends|personByIdentityCode|IdentityCode)"/,
    );
  });

  it('answers the other fields when a registry fails, and reveals nothing about the failure', async () => {
    const { status, body, text } = await ask(testbed, '{ broken people(first: 1) { birthYear } }');
    expect(status).toBe(200);
    expect(body.data).toEqual({ broken: null, people: [{ birthYear: 1994 }] });
    expect(body.errors).toEqual([
      {
        message: expect.stringContaining('decision id'),
        path: ['broken'],
        extensions: { code: 'INTERNAL_SERVER_ERROR', decisionId: expect.any(String) },
      },
    ]);
    expect(text).not.toContain('secret inner text');
    expect(testbed.faults.length).toBeGreaterThan(0);
  });

  it.each([
    ['is not GraphQL', '{ people(', 'GRAPHQL_PARSE_FAILED', {}],
    [
      'names an unknown operation',
      'query A { access { purpose { id } } }',
      'OPERATION_RESOLUTION_FAILURE',
      { operationName: 'B' },
    ],
    ['mutates', 'mutation { people(first: 1) { id } }', 'GRAPHQL_VALIDATION_FAILED', {}],
    ['lacks a variable', LOOK_UP, 'BAD_USER_INPUT', {}],
    [
      'sends a wrong variable',
      'query ($n: Int!) { people(first: $n) { id } }',
      'BAD_USER_INPUT',
      { variables: { n: 'x' } },
    ],
    ['hides behind an alias', '{ people(first: 1) { __proto__: id } }', 'GRAPHQL_VALIDATION_FAILED', {}],
    ['asks nothing', '', 'BAD_REQUEST', {}],
  ])('refuses an operation that %s', async (_, query, code, asking) => {
    const { status, body } = await ask(testbed, query, asking);
    expect(status).toBe(400);
    expect(body.data).toBeUndefined();
    expect(body.errors![0]!.extensions).toMatchObject({ code, decisionId: expect.any(String) });
  });

  it('reports all validation errors at once', async () => {
    const { body } = await ask(testbed, '{ people(first: 1) { nothing1 nothing2 } }');
    expect(body.errors).toHaveLength(2);
  });
});

function withoutDecision(text: string): string {
  return text.replace(/"decisionId":"[^"]*"/, '');
}

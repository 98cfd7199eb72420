/**
 * @property gateway/checked-coordinates Every selected coordinate and argument is checked before anything is
 * fetched. An operation that asks for more is refused whole.
 * @enforcedBy gateway/operation/policyCheck.ts
 * @property gateway/visible-schema Introspection and suggestions show what role and purpose may see, and no
 * more.
 * @enforcedBy gateway/operation/visibleSchema.ts, gateway/operation/validateOperation.ts
 * @property gateway/cached-by-decision Prepared operations are cached by decision and supergraph, never by
 * the query alone.
 * @enforcedBy gateway/operation/operationPreparer.ts
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Answer, ask, startGateway, type Testbed } from './gatewayTestbed.js';

const PARTIAL = { headers: { 'polku-partial': 'true' } };
const TEAM = { persona: 'family-team', purpose: 'child-protection' };
const HIDDEN_BY_INTERFACE = '{ people(first: 1) { records { id service } } }';

describe('an operation that asks for more than policy shows', () => {
  let testbed: Testbed;
  beforeAll(async () => {
    testbed = await startGateway();
  });
  afterAll(() => testbed.close());

  it('is refused whole, with coordinates, owner, purpose and revision', async () => {
    const { status, body, headers } = await ask(testbed, '{ people(first: 1) { birthYear district } }');
    expect(status).toBe(403);
    const refusal = {
      coordinate: 'Person.district',
      registry: 'people',
      owner: 'Population register',
      reason: 'Population register has not granted Person.district to Clinician for "Care".',
    };
    expect(body).toEqual({
      errors: [
        {
          message: expect.stringContaining(refusal.reason),
          extensions: {
            ...refusal,
            code: 'PURPOSE_NOT_PERMITTED',
            purpose: 'care',
            revision: testbed.gateway.policy.revision,
            decisionId: headers.get('polku-decision-id'),
            refusals: [refusal],
          },
        },
      ],
    });
  });

  it.each([
    [
      'fi',
      'Väestörekisteri ei ole myöntänyt kenttää Person.district roolille Lääkäri käyttötarkoitukseen ”Hoito”.',
      'Jätä kenttä pois; mihinkään ei vastattu.',
    ],
    [
      'sv',
      'Befolkningsregistret har inte beviljat fältet Person.district till rollen Läkare för användningsändamålet ”Vård”.',
      'Utelämna fältet; inget besvarades.',
    ],
  ])('is refused in the language of the request, whole or in part: %s', async (language, reason, advice) => {
    const query = '{ people(first: 1) { birthYear district } }';
    const headers = { 'accept-language': language };
    const whole = await ask(testbed, query, { headers });
    expect(whole.body.errors![0]!.message).toBe(`${reason} ${advice}`);
    expect(whole.headers.get('content-language')).toBe(language);
    const partial = await ask(testbed, query, { headers: { ...headers, ...PARTIAL.headers } });
    expect(partial.body.extensions!['withheld']).toEqual([expect.objectContaining({ reason })]);
    // The check is cached, and was made for a reader of another language.
    const english = await ask(testbed, query, PARTIAL);
    expect(english.body.extensions!['withheld']).toEqual([
      expect.objectContaining({ reason: expect.stringMatching(/^Population register has not granted/) }),
    ]);
  });

  it('is explained field by field, to everybody about their own role and purpose', async () => {
    const explain = async (coordinate: string) => {
      const query =
        'query ($c: String!) { explainField(coordinate: $c) { coordinate owner { id label } reason(language: SV) } }';
      return (await ask(testbed, query, { variables: { c: coordinate } })).body.data!['explainField'];
    };
    expect(await explain('Person.district')).toEqual({
      coordinate: 'Person.district',
      owner: { id: 'people', label: 'Population register' },
      reason: expect.stringMatching(/^Befolkningsregistret har inte beviljat fältet Person\.district /),
    });
    for (const other of ['Person.birthYear', 'Person.nothing', 'Nothing.district', 'district', ''])
      expect(await explain(other)).toBeNull();
  });

  it('without a purpose is refused in the language of the request', async () => {
    const { body, headers } = await ask(testbed, '{ __typename }', {
      purpose: 'teaching',
      headers: { 'accept-language': 'sv-FI' },
    });
    expect(body.errors![0]!.message).toBe(
      'Sidhuvudet Purpose-Of-Use har inget känt användningsändamål. Ditt identitetsintyg har: care.',
    );
    expect(headers.get('content-language')).toBe('sv');
  });

  it.each([
    ['through a fragment', '{ people(first: 1) { ...F } } fragment F on Person { district }'],
    [
      'through a fragment within a fragment',
      '{ people(first: 1) { ...F } } fragment F on Person { ... { district } }',
    ],
    ['under an alias', '{ people(first: 1) { id birthYear: district } }'],
    ['beside a fragment that is shown', '{ people(first: 1) { birthYear friends { district } } }'],
    ['where it is to be left out', '{ people(first: 1) { birthYear district @skip(if: true) } }'],
    ['on an interface, of a type that hides it', HIDDEN_BY_INTERFACE],
    ['on a type of an interface', '{ people(first: 1) { records { id ... on Dose { drug } } } }'],
    [
      'on an interface within a fragment on a type that shows it',
      '{ people(first: 1) { visits { ... on Record { service } } } }',
    ],
  ])('is refused whole %s', async (_, query) => {
    const { status, body } = await ask(testbed, query);
    expect(status).toBe(403);
    expect(body.data).toBeUndefined();
    expect(body.errors![0]!.extensions.code).toBe('PURPOSE_NOT_PERMITTED');
  });

  it('is refused when it filters by a hidden field', async () => {
    const query = '{ people(first: 1, district: "Tapiola") { id } friends: people(first: 1) { birthYear } }';
    const { status, body } = await ask(testbed, query);
    expect(status).toBe(403);
    expect(body.errors![0]!.extensions['coordinate']).toBe('Query.people(district:)');
    const partly = await ask(testbed, query, PARTIAL);
    expect(partly.body.data).toEqual({ people: null, friends: [{ birthYear: 1994 }] });
  });

  it('is refused with every coordinate at once', async () => {
    const { body } = await ask(
      testbed,
      '{ people(first: 1) { district visits { diagnosis } friends { id } } }',
      TEAM,
    );
    const refusals = body.errors![0]!.extensions['refusals'] as readonly { coordinate: string }[];
    expect(refusals.map(({ coordinate }) => coordinate)).toEqual([
      'Person.district',
      'Person.visits',
      'Visit.diagnosis',
      'Person.friends',
    ]);
  });

  it('is refused for one role although it was prepared for another', async () => {
    const query = '{ people(first: 1) { birthYear friends { id } } }';
    expect((await ask(testbed, query)).status).toBe(200);
    expect((await ask(testbed, query, TEAM)).status).toBe(403);
    expect((await ask(testbed, query)).status).toBe(200);
  });

  it('is decided by the policy in force', async () => {
    const query = '{ people(first: 1) { visits { diagnosis } } }';
    const before = testbed.gateway.policy;
    expect((await ask(testbed, query)).status).toBe(200);
    testbed.gateway.swap(
      testbed.policyWith((policy) =>
        policy.replace('"Visit.{service,diagnosis}": allow', '"Visit.service": allow'),
      ),
    );
    expect((await ask(testbed, query)).status).toBe(403);
    testbed.gateway.swap(before);
    expect((await ask(testbed, query)).status).toBe(200);
  });

  describe('in partial mode', () => {
    it('gets null for withheld fields, in its own order', async () => {
      const { status, body, text } = await ask(
        testbed,
        '{ people(first: 1) { a: district birthYear district } }',
        PARTIAL,
      );
      expect(status).toBe(200);
      expect(text).toContain('{"people":[{"a":null,"birthYear":1994,"district":null}]}');
      expect(body.extensions!['withheld']).toEqual([
        expect.objectContaining({
          coordinate: 'Person.district',
          owner: 'Population register',
          reason: expect.any(String),
        }),
      ]);
    });

    it('is answered through fragments and interfaces, each type by its own policy', async () => {
      const query = `query ($yes: Boolean = true) {
        people(first: 1) { records { ...R ... on Visit { diagnosis } ... on Dose { drug } kind: __typename } }
      }
      fragment R on Record { service @include(if: $yes) none: service @skip(if: $yes) }`;
      const { body, text } = await ask(testbed, query, PARTIAL);
      expect(body.data).toEqual({
        people: [
          {
            records: [
              { service: null, diagnosis: 'J06', kind: 'Visit' },
              { service: null, drug: null, kind: 'Dose' },
            ],
          },
        ],
      });
      expect(text).not.toContain('polkuType');
    });

    it('is answered when all of it is withheld', async () => {
      const { body } = await ask(
        testbed,
        'query ($code: IdentityCode!) { personByIdentityCode(code: $code) { id } friends: people(first: 1) { district } }',
        {
          ...TEAM,
          ...PARTIAL,
          variables: { code: 'x' },
        },
      );
      expect(body.data).toEqual({ personByIdentityCode: null, friends: [{ district: null }] });
    });

    it('is refused when a withheld field is non-null', async () => {
      const { status, body } = await ask(testbed, '{ people(first: 1) { district register } }', PARTIAL);
      expect(status).toBe(403);
      expect(body.errors![0]!.extensions['coordinate']).toBe('Person.register');
    });

    it('is answered whole when all of it is shown', async () => {
      const { body } = await ask(testbed, '{ people(first: 1) { birthYear } }', PARTIAL);
      expect(body).toEqual({ data: { people: [{ birthYear: 1994 }] } });
    });

    it('is refused when the header does not ask for partial mode', async () => {
      expect(
        (await ask(testbed, '{ people(first: 1) { district } }', { headers: { 'polku-partial': 'no' } }))
          .status,
      ).toBe(403);
    });
  });
});

describe('a concealing gateway', () => {
  let testbed: Testbed;
  beforeAll(async () => {
    testbed = await startGateway({ conceal: true });
  });
  afterAll(() => testbed.close());

  it('is not explained, either', async () => {
    const { body } = await ask(testbed, '{ explainField(coordinate: "Person.district") { reason } }');
    expect(body).toEqual({ data: { explainField: null } });
  });

  it.each([
    [
      'field',
      '{ people(first: 1) { district } }',
      'district',
      '{ people(first: 1) { xistrict } }',
      'xistrict',
    ],
    [
      'root field',
      '{ personByIdentityCode { id } }',
      'personByIdentityCode',
      '{ personByIdentityXyzz { id } }',
      'personByIdentityXyzz',
    ],
    [
      'type',
      '{ people(first: 1) { ... on Dose { id } } }',
      'Dose',
      '{ people(first: 1) { ... on Xose { id } } }',
      'Xose',
    ],
    [
      'interface',
      '{ people(first: 1) { ... on Record { id } } }',
      'Record',
      '{ people(first: 1) { ... on Rexord { id } } }',
      'Rexord',
    ],
    [
      'argument',
      '{ people(first: 1, district: "a") { id } }',
      'district',
      '{ people(first: 1, xistrict: "a") { id } }',
      'xistrict',
    ],
    [
      'sub-selection',
      '{ people(first: 1) { friends { id } } }',
      'friends',
      '{ people(first: 1) { frxends { id } } }',
      'frxends',
    ],
    [
      'type of a variable',
      'query ($a: IdentityCode) { people(first: 1) { id } }',
      'IdentityCode',
      'query ($a: IdentityXode) { people(first: 1) { id } }',
      'IdentityXode',
    ],
  ])(
    'answers for a hidden %s, byte for byte, as for one that does not exist',
    async (_, hidden, name, missing, other) => {
      const [first, second] = [await ask(testbed, hidden, TEAM), await ask(testbed, missing, TEAM)];
      expect(first.status).toBe(400);
      expect(comparable(first, name)).toEqual(comparable(second, other));
      const [partly, partlyMissing] = [
        await ask(testbed, hidden, { ...TEAM, ...PARTIAL }),
        await ask(testbed, missing, { ...TEAM, ...PARTIAL }),
      ];
      expect(comparable(partly, name)).toEqual(comparable(partlyMissing, other));
    },
  );

  it('suggests visible names only', async () => {
    const visible = await ask(testbed, '{ people(first: 1) { birthYeer } }', TEAM);
    expect(visible.text).toContain('Did you mean \\"birthYear\\"');
    for (const query of [
      '{ people(first: 1) { distric } }',
      '{ people(first: 1) { visit { id } } }',
      '{ personByIdentityCod(code: 1) { id } }',
      '{ people(first: 1) { ... on Dos { id } } }',
      'query ($a: IdentityCod) { people(first: 1) { id } }',
    ]) {
      const { text, status } = await ask(testbed, query, TEAM);
      expect(status).toBe(400);
      expect(text).not.toMatch(/Did you mean|district|visits|personByIdentityCode"|Dose|IdentityCode"/);
    }
  });

  it('still answers what is shown', async () => {
    expect((await ask(testbed, '{ people(first: 1) { birthYear } }', TEAM)).status).toBe(200);
  });
});

/** A response without what differs from one to the next, and without the requested name. */
function comparable({ status, headers, text }: Answer, name: string): object {
  const varying = new Set(['date', 'polku-decision-id', 'content-length']);
  const fixed = [...headers].filter(([header]) => !varying.has(header));
  return { status, fixed, text: text.replaceAll(/"decisionId":"[^"]*"/g, '').replaceAll(name, 'NAME') };
}

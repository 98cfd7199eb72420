/**
 * @property registries/non-disclosure Places and family ties of people under non-disclosure, and of those who
 * live with them, are withheld by classification.
 * @enforcedBy registry-kit/enforcement/enforce.ts, registry-kit/enforcement/guardFeed.ts,
 * registry-kit/person-flags/personFlags.ts
 * @property gateway/data-subjects A caller is a data subject only by an id of the login service. Breaking the
 * glass needs a grant and leaves its reason in the record.
 * @enforcedBy gateway/identity/bearerToken.ts, gateway/identity/purpose.ts
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  CHILD,
  FATHER,
  MOTHER,
  NEIGHBOUR,
  NEIGHBOURS,
  NEW_FAMILY,
  OLD_FAMILY,
  separatedFamily,
} from '../city/separatedFamily.js';
import { codesAsTexts } from '../city/codesAsTexts.js';
import { type Asked, type WorldRequester, type ServedWorld, serveWorld } from '../city/serveWorld.js';

const doctor = { roles: ['clinician'], purpose: 'care', employee: 'H-1' };
const strangeDoctor = { ...doctor, employee: 'H-9' };
const educator = { roles: ['educator'], purpose: 'early-education', employee: 'E-1' };
const socialWorker = { roles: ['social-worker'], purpose: 'social-service', employee: 'S-1' };
const protector = { ...socialWorker, purpose: 'child-protection' };
const resident = { roles: ['resident'], purpose: 'data-subject', recipient: 'resident' };

describe('conditions and non-disclosure, through the gateway', () => {
  let served: ServedWorld;

  beforeAll(async () => {
    served = await serveWorld();
    served.show(separatedFamily);
  });
  afterAll(() => served?.stop());

  const data = async (requester: WorldRequester, asked: Asked): Promise<Record<string, unknown>> => {
    const { status, text } = await served.ask(requester, asked);
    expect({ status, text: status === 200 ? '' : text }).toEqual({ status: 200, text: '' });
    return (JSON.parse(text, codesAsTexts) as { data: Record<string, unknown> }).data;
  };
  const ofPerson = async (requester: WorldRequester, person: number, selection: string, headers = {}) =>
    (
      await data(requester, {
        query: `query ($id: PersonID!) { person(id: $id) { ${selection} } }`,
        variables: { id: served.id(requester, 'PersonID', person) },
        headers,
      })
    )['person'] as Record<string, unknown>;
  const ofFamily = async (requester: WorldRequester, family: number, selection: string) =>
    (
      await data(requester, {
        query: `query ($id: FamilyID!) { family(id: $id) { ${selection} } }`,
        variables: { id: served.id(requester, 'FamilyID', family) },
      })
    )['family'] as Record<string, unknown>;

  describe('me', () => {
    const whole = `birthYear language { code } families { role }
      healthContacts { service { code } diagnosis { code } } socialContacts { kind { code } } educationContacts { hours } enrolments { service { code } }
      servicePath { steps { sector contacts } withheld }`;

    it('is the person named by the login service, with all of their own data', async () => {
      const { me } = await data(
        { ...resident, person: FATHER },
        { query: `{ me { district { code } ${whole} } }` },
      );
      expect(me).toEqual({
        district: 'Tapiola',
        birthYear: 1983,
        language: 'fi',
        families: [{ role: 'PARENT' }],
        healthContacts: Array(2).fill({ service: 'T11', diagnosis: 'J06.9' }),
        socialContacts: Array(2).fill({ kind: 'visit' }),
        educationContacts: Array(2).fill({ hours: 100 }),
        enrolments: [],
        servicePath: {
          steps: ['EDUCATION', 'HEALTH', 'SOCIAL', 'EDUCATION', 'HEALTH', 'SOCIAL'].map((sector) => ({
            sector,
            contacts: 1,
          })),
          withheld: [],
        },
      });
    });

    it('is null when the token names nobody', async () => {
      expect(await data(resident, { query: `{ me { ${whole} } }` })).toEqual({ me: null });
    });

    it('is refused when the token names a person by an id that the login service does not use', async () => {
      const login = served.id({ ...resident, recipient: 'university' }, 'PersonID', FATHER);
      const { status, text } = await served.ask({ ...resident, login }, { query: '{ me { id } }' });
      expect([status, text]).toEqual([401, expect.stringContaining('UNAUTHENTICATED')]);
    });

    it('opens no other person, not even of the same family', async () => {
      const requester = { ...resident, person: FATHER };
      for (const query of [
        'query ($id: PersonID!) { person(id: $id) { birthYear } }',
        '{ me { families { family { members { role } } } } }',
        '{ me { families { family { servicePath { withheld } } } } }',
        '{ persons(first: 5) { hasMore } }',
      ]) {
        const variables = query.includes('$id') ? { id: served.id(requester, 'PersonID', MOTHER) } : {};
        expect((await served.ask(requester, { query, variables })).text).toContain('PURPOSE_NOT_PERMITTED');
      }
    });
  });

  describe('break-glass', () => {
    const contacts = 'healthContacts { diagnosis { code } startedAt }';
    const reason = { 'polku-break-glass': 'unconscious at the scene' };

    it('opens the last three years to a clinician who states a reason, and leaves a record to review', async () => {
      expect(await ofPerson(strangeDoctor, NEIGHBOUR, contacts)).toEqual({ healthContacts: [] });
      const { healthContacts } = await ofPerson(strangeDoctor, NEIGHBOUR, contacts, reason);
      expect(healthContacts).toEqual([{ diagnosis: 'J06.9', startedAt: expect.any(String) }]);
      expect(served.records.at(-1)).toMatchObject({ breakGlass: 'unconscious at the scene' });
    });

    it('opens nothing without a grant for it', async () => {
      const stranger = { ...educator, employee: 'E-9' };
      expect(await ofPerson(stranger, NEIGHBOUR, 'educationContacts { hours }', reason)).toEqual({
        educationContacts: [],
      });
    });

    it.each([
      ['a reason that is too short', 'help', 'BAD_REQUEST'],
      ['a reason that is too long', 'x'.repeat(501), 'BAD_REQUEST'],
      ['an identity code in the reason', 'it is 010594Y9032 here', 'IDENTITY_CODE_LITERAL'],
    ])('refuses %s', async (_what, text, code) => {
      const { status, text: answer } = await served.ask(strangeDoctor, {
        query: '{ registries { name } }',
        headers: { 'polku-break-glass': text },
      });
      expect([status, answer]).toEqual([400, expect.stringContaining(code)]);
      expect(answer).not.toContain('010594Y9032');
    });
  });

  describe('non-disclosure for safety', () => {
    const everybody = [MOTHER, CHILD, FATHER, NEIGHBOUR];
    const asEach = async (requester: WorldRequester, selection: string) => {
      const answers = [];
      for (const person of everybody) answers.push(await ofPerson(requester, person, selection));
      return answers;
    };

    it('withholds the district of the person and of every person who lives with them', async () => {
      for (const requester of [doctor, educator, socialWorker])
        expect((await asEach(requester, 'district { code }')).map(({ district }) => district)).toEqual([
          null,
          null,
          'Tapiola',
          'Leppävaara',
        ]);
    });

    it('withholds their units, in contacts and in paths', async () => {
      const selection =
        'contacts: educationContacts { unit { code } } path: servicePath { steps { unit { code } } withheld }';
      const answers = await asEach(educator, selection);
      const units = answers.map(({ contacts, path }) =>
        [...(contacts as { unit: unknown }[]), ...(path as { steps: { unit: unknown }[] }).steps].map(
          ({ unit }) => unit,
        ),
      );
      expect(units).toEqual([
        [null, null, null, null],
        [null, null, null, null],
        ['E-Tapiola', 'E-Tapiola', 'E-Tapiola', 'E-Tapiola'],
        [],
      ]);
    });

    it('withholds their family ties, also when other people show them', async () => {
      const ties = await asEach(educator, 'families { family { members { person { birthYear } } } }');
      expect(ties).toEqual([
        { families: [] },
        { families: [] },
        { families: [{ family: { members: [{ person: { birthYear: 1983 } }] } }] },
        { families: [{ family: { members: [{ person: { birthYear: 1990 } }] } }] },
      ]);
      const members = async (family: number) =>
        ((await ofFamily(educator, family, 'members { role }'))['members'] as unknown[]).length;
      expect([await members(OLD_FAMILY), await members(NEW_FAMILY), await members(NEIGHBOURS)]).toEqual([
        1, 0, 1,
      ]);
    });

    it('leaves their steps out of the paths of families, and does not change `withheld`', async () => {
      const path = async (requester: WorldRequester, family: number) => {
        const { servicePath } = await ofFamily(
          requester,
          family,
          'servicePath { steps { unit { code } } withheld }',
        );
        const { steps, withheld } = servicePath as { steps: { unit: unknown }[]; withheld: unknown };
        return { units: steps.map(({ unit }) => unit), withheld };
      };
      const withheld = ['EDUCATION', 'HEALTH'];
      expect(await path(socialWorker, NEW_FAMILY)).toEqual({ units: [], withheld });
      expect(await path(socialWorker, OLD_FAMILY)).toEqual({ units: ['S-Tapiola', 'S-Tapiola'], withheld });
      expect(await path(protector, NEW_FAMILY)).toEqual({ units: ['S-Secret', 'S-Secret'], withheld });
    });

    it('is lifted for child protection', async () => {
      const selection = 'district { code } families { role } socialContacts { unit { code } }';
      expect(await ofPerson(protector, MOTHER, selection)).toEqual({
        district: 'Secret',
        families: [{ role: 'PARENT' }, { role: 'PARENT' }],
        socialContacts: Array(2).fill({ unit: 'S-Secret' }),
      });
      expect((await ofFamily(protector, NEW_FAMILY, 'members { role }'))['members']).toHaveLength(2);
    });
  });
});

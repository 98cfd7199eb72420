/**
 * @property registries/masked-labels The label of a masked code is that of the masked code, and never that of
 * the code behind it.
 * @enforcedBy registry-kit/enforcement/enforce.ts, registry-kit/codes/codedValue.ts
 */
import { describe, expect, it } from '@jest/globals';
import { Language } from '../../schema/language.js';
import { healthSubgraph } from './healthSubgraph.js';

const PERSON = { __typename: 'Person', id: 7 };
const contacts = [
  { person: 7, id: 1n, start: '2014-01-01', service: 'T11', unit: 'TK-1', diagnosis: 'J06.9', urgency: '1' },
  { person: 7, id: 2n, start: '2014-01-02', service: 'T99', unit: 'X-1', diagnosis: 'Q1', urgency: '1' },
];
const grant = (show: string) =>
  `grants:\n  - { id: own, purposes: [care], roles: [clinician], basis: [703/2023], when: [], show: ${show} }`;
const whole = grant("{ Person.healthContacts: allow, 'HealthContact.*': allow }");

async function visits(policy: string, selection: string, language?: Language): Promise<unknown> {
  const ask = await healthSubgraph({ policy, contacts, ...(language && { context: { language } }) });
  return ((await ask(PERSON, `healthContacts { ${selection} }`)) as { healthContacts: unknown })
    .healthContacts;
}

describe('the label of a code', () => {
  it('is in the language of the argument, otherwise in that of the request', async () => {
    const asked =
      'service { label fi: label(language: FI) sv: label(language: SV) none: label(language: null) }';
    const labels = {
      EN: 'Health-centre doctor',
      FI: 'Terveyskeskuslääkäri',
      SV: 'Hälsocentralläkare',
    };
    for (const language of Object.values(Language)) {
      const [first] = (await visits(whole, asked, language)) as { service: object }[];
      expect(first!.service).toEqual({
        label: labels[language],
        fi: labels.FI,
        sv: labels.SV,
        none: labels[language],
      });
    }
  });

  it('is null where the code list does not have the code', async () => {
    const [, unknown] = (await visits(
      whole,
      'service { code label } unit { code label } diagnosis { code label }',
    )) as object[];
    expect(unknown).toEqual({
      service: { code: 'T99', label: null },
      unit: { code: 'X-1', label: null },
      diagnosis: { code: 'Q1', label: null },
    });
  });

  it('names the chapter of a masked diagnosis, whatever is selected of it', async () => {
    const masked = grant(
      '{ Person.healthContacts: allow, HealthContact.startedAt: allow, HealthContact.diagnosis: { mask: icd10-chapter } }',
    );
    const asked =
      'diagnosis { code label } only: diagnosis { label(language: FI) } type: diagnosis { __typename }';
    const answer = await visits(masked, asked);
    expect(answer).toEqual([
      {
        diagnosis: { code: 'J00-J99', label: 'Diseases of the respiratory system' },
        only: { label: 'Hengityselinten sairaudet' },
        type: { __typename: 'Coding' },
      },
      // What is no diagnosis by ICD-10 has no chapter, so that nothing of it is shown.
      { diagnosis: null, only: null, type: null },
    ]);
    expect(JSON.stringify(answer)).not.toMatch(/J06|upper respiratory|ylähengitys/);
  });

  it('is not shown where the code is not, by any alias or fragment', async () => {
    const some = grant("{ Person.healthContacts: allow, 'HealthContact.{service,startedAt}': allow }");
    expect(await visits(some, 'a: diagnosis { label } ... on Contact { b: unit { label code } }')).toEqual([
      { a: null, b: null },
      { a: null, b: null },
    ]);
  });
});

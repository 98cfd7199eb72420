import { describe, expect, it } from '@jest/globals';
import { type HealthCase, healthSubgraph } from './healthSubgraph.js';

const policyWhen = (condition: string) => `grants:
  - id: care
    purposes: [care]
    roles: [clinician]
    basis: [703/2023]
    when: [${condition}]
    show: { Person.healthContacts: allow, 'HealthContact.*': allow }
    derive: { ServicePath: ['HealthContact.{service,startedAt,endedAt,unit}'] }
`;
const contacts = [
  { person: 7, id: 1n, start: '2020-01-01', service: 'T11', unit: 'U-9', diagnosis: 'J06.9' },
];
const questions = [
  [{ __typename: 'Person', id: 7 }, 'healthContacts { id service { code } startedAt diagnosis { code } }'],
  [{ __typename: 'ServicePath', person: 7, from: null, until: null }, 'health'],
] as const;

async function answers(given: HealthCase): Promise<string> {
  const ask = await healthSubgraph(given);
  const all: unknown[] = [];
  for (const [representation, selection] of questions) all.push(await ask(representation, selection));
  return JSON.stringify(all);
}

describe('a person whose condition fails', () => {
  it.each([
    ['care-relationship', {}],
    ['own-data', { context: { person: 8 } }],
    ['own-unit', {}],
    ['minor', {}],
    ['break-glass', {}],
    ['not-objected', { objections: [{ person: 7, start: '2010-01-01' }] }],
  ])('G20: is answered like one without data, by %s', async (condition, given) => {
    const policy = policyWhen(condition);
    expect(await answers({ policy, contacts, ...given })).toBe(await answers({ policy, ...given }));
    expect(await answers({ policy: policyWhen(''), contacts, ...given })).not.toBe(
      await answers({ policy, ...given }),
    );
  });
});

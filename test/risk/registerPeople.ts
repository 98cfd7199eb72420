import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { Owners } from '../../approvals/owners.js';
import { parseDay } from '../../lib/calendar.js';

const PEOPLE = ['risk-1', 'risk-2', 'risk-3', 'health-1', 'health-2', 'gone', 'nobodys'] as const;
export type RegisterPerson = (typeof PEOPLE)[number];

/**
 * People of the owners of models and of health services, a person who has left, a person of no owner, and
 * their keys.
 */
export function registerPeople(): {
  owners: Owners;
  key(person: RegisterPerson): KeyObject;
  stranger: KeyObject;
} {
  const keys = new Map(PEOPLE.map((person) => [person as string, generateKeyPairSync('ed25519')]));
  const owners: Owners = {
    text: '',
    relyingParty: undefined,
    people: new Map(
      [...keys].map(([id, { publicKey: key }]) => [
        id,
        {
          id,
          label: 'Office',
          key,
          passkeys: [],
          login: undefined,
          until: id === 'gone' ? parseDay('2020-01-01') : undefined,
        },
      ]),
    ),
    peopleOf: new Map([
      ['risk', new Set(['risk-1', 'risk-2', 'risk-3', 'gone'])],
      ['health', new Set(['health-1', 'health-2'])],
    ]),
  };
  return {
    owners,
    key: (person) => keys.get(person)!.privateKey,
    stranger: generateKeyPairSync('ed25519').privateKey,
  };
}

import { setTimeout as sleep } from 'node:timers/promises';
import { hostileSchemas } from '../../city/hostileSchemas.js';
import { attack, type Attack, Breach, NotApplicable } from '../attack.js';
import type { Imposter, Target } from '../target.js';

/** A gateway asks for the schemas of its registries every ten seconds. */
const POLL_PATIENCE_MS = 30_000;
const QUERY = `{ persons(first: 5) { nodes { birthYear healthContacts(from: "2000-01-01") { service { code } }
  servicePath { steps { sector } withheld } } } }`;

interface Body {
  readonly variables?: { readonly representations?: readonly Readonly<Record<string, unknown>>[] };
}

/** The advantage of a registry that an attacker runs. */
export const imposterAttacks: readonly Attack[] = [
  attack(
    'B7A1',
    'A registry that answers its contract gets the keys and feeds of that contract, and nothing else',
    'case G01; CVE-2025-64530',
    async (target) => {
      const imposter = imposterOf(target);
      imposter.received.length = 0;
      await askAll(target);
      if (imposter.received.length === 0) throw new NotApplicable('nothing was asked of the registry');
      for (const body of imposter.received) {
        const { variables } = JSON.parse(body) as Body;
        for (const representation of variables?.representations ?? []) {
          const { __typename: type, ...values } = representation;
          for (const name of Object.keys(values))
            if (!hasField(imposter.sdl!, String(type), name))
              throw new Breach(`the registry was handed ${String(type)}.${name}`);
        }
      }
    },
  ),
  attack(
    'C8D2',
    'A registry that changes its schema gets no more requests until it answers its contract again',
    'case G01; @requires, @override, @key, @provides and arguments of federation',
    async (target) => {
      const imposter = imposterOf(target);
      const own = imposter.sdl;
      for (const { what, sdl } of [hostileSchemas[0]!, hostileSchemas[3]!]) {
        await change(imposter, sdl);
        imposter.received.length = 0;
        const texts = await askAll(target);
        if (imposter.received.length > 0) throw new Breach(`a registry was asked in spite of ${what}`);
        if (texts.every((text) => !/"birthYear":\d{4}/.test(text)))
          throw new Breach('other registries answer no more');
      }
      await change(imposter, own!);
      await askAll(target);
      if (imposter.received.length === 0) throw new Breach('a registry stays cut off');
    },
  ),
];

function imposterOf({ imposter }: Target): Imposter {
  if (!imposter) throw new NotApplicable('the gateway has no registry of the attacker');
  return imposter;
}

/** Answers another schema, and waits until the gateway has noticed. */
async function change(imposter: Imposter, sdl: string): Promise<void> {
  imposter.sdl = sdl;
  const before = imposter.polls;
  const patience = Date.now() + POLL_PATIENCE_MS;
  // A running poll may still return the earlier answer.
  while (imposter.polls < before + 2) {
    if (Date.now() > patience) throw new NotApplicable('the gateway does not ask for schemas');
    await sleep(100);
  }
}

/** Requests, as every caller who may, persons with what health and other registries know of them. */
async function askAll(target: Target): Promise<readonly string[]> {
  const texts: string[] = [];
  for (const { requester } of await target.whoSee(
    'Query.persons',
    'Person.birthYear',
    'Person.healthContacts',
  ))
    texts.push((await target.ask(requester, { query: QUERY, headers: { 'polku-partial': 'true' } })).text);
  return texts;
}

function hasField(sdl: string, type: string, field: string): boolean {
  const [, fields = ''] = new RegExp(`type ${type} [^{]*\\{([^}]*)\\}`).exec(sdl) ?? [];
  return new RegExp(`\\b${field}\\b[:(]`).test(fields);
}

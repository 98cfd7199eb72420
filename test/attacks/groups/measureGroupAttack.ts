import { CellNoise } from '../../../disclosure-control/cellNoise.js';
import {
  defaultDisclosure,
  type DisclosureParameters,
} from '../../../policies/engine/disclosureParameters.js';
import { Random } from '../../../synthetic-city/random.js';
import { openRequester, protectedRequester } from './groupRequester.js';
import type { GroupAttack } from './groupAttacks.js';
import { GroupCity } from './groupCity.js';

const CITY = 3_000;

export interface Measured {
  readonly tries: number;
  /**
   * The share of tries in which the attacker is right; a coin toss counts half, so 0.5 means nothing was
   * learnt.
   */
  readonly open: number;
  readonly protected: number;
}

/**
 * How often an attack learns the secret of a person, without protection and with it. Half of the people have
 * the secret. Each try has its own secret of disclosure control, its own ledger and its own target.
 * @param questions how many are allowed if the attack uses as many as it gets
 */
export async function measureGroupAttack(
  attack: GroupAttack,
  tries: number,
  questions: number,
  parameters: DisclosureParameters = defaultDisclosure,
): Promise<Measured> {
  const right = { open: 0, protected: 0 };
  for (let i = 0; i < tries; i++) {
    const random = Random.stream(i, 'attack', attack.id);
    const secret = Uint8Array.from({ length: 32 }, () => random.int(0, 255));
    const city = new GroupCity(CITY, i, secret);
    const target = city.unique(random);
    const truth = i % 2 === 0;
    city.setSecret(target, truth);
    const requesters = {
      open: openRequester,
      protected: protectedRequester({
        city,
        noise: new CellNoise(secret),
        parameters,
        capacity: attack.ledgerCapacity ?? Infinity,
      }),
    };
    for (const protection of ['open', 'protected'] as const) {
      const guess = await attack.guess({ city, target, ask: requesters[protection], random, questions });
      right[protection] += guess === undefined ? 0.5 : Number(guess === truth);
    }
  }
  return { tries, open: right.open / tries, protected: right.protected / tries };
}

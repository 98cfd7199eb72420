import { recordKeys } from '../../../disclosure-control/cellNoise.js';
import { type CountingUnits, countingUnits } from '../../../disclosure-control/countingUnits.js';
import { Random } from '../../../synthetic-city/random.js';

const DISTRICTS = 12;
const BIRTH_YEARS = 80;
const FAMILY_TYPES = 4;

/** Keys of people: what an attacker can select by a filter, in the best case. */
export type Group = ReadonlySet<number>;

/**
 * A made-up city whose truth is known. Each person has some public facts, by which an attacker can single the
 * person out, and one secret.
 */
export class GroupCity {
  readonly everybody: readonly number[];
  readonly units: Promise<CountingUnits>;
  readonly district: Uint8Array;
  private readonly birthYear: Uint8Array;
  private readonly sex: Uint8Array;
  private readonly familyType: Uint8Array;
  private readonly secret: Uint8Array;
  private readonly seed: number;

  constructor(
    readonly size: number,
    seed: number,
    disclosureSecret: Uint8Array,
  ) {
    this.seed = seed;
    const random = Random.stream(seed, 'groups');
    this.everybody = Array.from({ length: size }, (_, key) => key);
    const column = (values: number) => Uint8Array.from(this.everybody, () => random.int(0, values - 1));
    this.district = column(DISTRICTS);
    this.birthYear = column(BIRTH_YEARS);
    this.sex = column(2);
    this.familyType = column(FAMILY_TYPES);
    this.secret = column(2);
    const families = Uint32Array.from(this.everybody, () => random.int(0, Math.floor(size / 3)));
    this.units = countingUnits(recordKeys(disclosureSecret, size), families);
  }

  hasSecret(key: number): boolean {
    return this.secret[key] === 1;
  }

  setSecret(key: number, value: boolean): void {
    this.secret[key] = Number(value);
  }

  where(test: (key: number) => boolean): Group {
    return new Set(this.everybody.filter(test));
  }

  /**
   * A property that 30 to 70 % of the people have, one of any number: a service used, a threshold crossed.
   */
  uses(service: number, key: number): boolean {
    const share = 0.3 + 0.4 * ((service * 0.618_034) % 1);
    let bits = Math.imul(key + 1, 0x9e37_79b1) ^ Math.imul(service + 1 + this.seed * 1_009, 0x85eb_ca6b);
    bits = Math.imul(bits ^ (bits >>> 15), 0x2c1b_3c6d);
    bits = Math.imul(bits ^ (bits >>> 13), 0x297a_2d39);
    return (bits ^ (bits >>> 16)) >>> 0 < share * 2 ** 32;
  }

  /** People with the same district, birth year, sex and family type as this person. */
  likes(key: number): number[] {
    const same = (column: Uint8Array) => (other: number) => column[other] === column[key];
    return this.everybody
      .filter(same(this.district))
      .filter(same(this.birthYear))
      .filter(same(this.sex))
      .filter(same(this.familyType));
  }

  /** A person that these facts single out. */
  unique(random: Random): number {
    for (;;) {
      const key = random.int(0, this.size - 1);
      if (this.likes(key).length === 1) return key;
    }
  }
}

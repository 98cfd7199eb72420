import type { Random } from './random.js';

const STEMS =
  'Koivu Lehto Kivi Metsä Ranta Niitty Kuusi Mänty Pihlaja Saari Harju Lampi Myllyn Kallio Vaahtera Kaisla'.split(
    ' ',
  );
const ENDINGS = 'tie kuja katu polku rinne piha'.split(' ');
const SWEDISH = 'Björkgränden Strandvägen Ängsstigen Ekbacken Sjögatan Lindallén'.split(' ');

/** A made-up street, house, stair and flat: "Koivurinne 12 B 34". */
export function streetAddress(random: Random): string {
  const street = random.chance(0.07) ? random.pick(SWEDISH) : random.pick(STEMS) + random.pick(ENDINGS);
  const house = random.int(1, 80);
  return random.chance(0.65)
    ? `${street} ${house} ${random.pick(['A', 'B', 'C', 'D'])} ${random.int(1, 60)}`
    : `${street} ${house}`;
}

/** Mobile form, in a block of leading zeros so as to stay clear of subscribers. */
export function phoneNumber(random: Random): string {
  const digits = String(random.int(0, 99_999)).padStart(5, '0');
  return `${random.pick(['040', '044', '050'])} 00${digits.charAt(0)} ${digits.slice(1)}`;
}

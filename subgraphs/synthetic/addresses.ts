import type { Random } from './random.js';

/** An address within the city as one number, so that half a million people keep no texts. */
export type AddressNumber = number;

/** A mobile number, likewise. */
export type PhoneNumber = number;

const STEMS =
  'Koivu Lehto Kivi Metsä Ranta Niitty Kuusi Mänty Pihlaja Saari Harju Lampi Myllyn Kallio Vaahtera Kaisla'.split(
    ' ',
  );
const ENDINGS = 'tie kuja katu polku rinne piha'.split(' ');
const SWEDISH = 'Björkgränden Strandvägen Ängsstigen Ekbacken Sjögatan Lindallén'.split(' ');
const STREETS = [...STEMS.flatMap((stem) => ENDINGS.map((ending) => stem + ending)), ...SWEDISH];
const FINNISH_STREETS = STREETS.length - SWEDISH.length;

const HOUSES = 250;
const STAIRS = ['A', 'B', 'C', 'D'];
const FLATS = 60;
/** Places in a house: 0 is the house itself, then the flats by stair. */
const PLACES = 1 + STAIRS.length * FLATS;

const PREFIXES = ['040', '044', '050'];
const LINES = 100_000;

export function drawAddress(random: Random): AddressNumber {
  const street = random.chance(0.07)
    ? random.int(FINNISH_STREETS, STREETS.length - 1)
    : random.int(0, FINNISH_STREETS - 1);
  const house = random.int(0, HOUSES - 1);
  const place = random.chance(0.65) ? random.int(1, PLACES - 1) : 0;
  return (street * HOUSES + house) * PLACES + place;
}

/** A made-up street, house, stair and flat: "Koivurinne 12 B 34". */
export function addressText(address: AddressNumber): string {
  const place = address % PLACES;
  const house = Math.floor(address / PLACES);
  const text = `${STREETS[Math.floor(house / HOUSES)]} ${(house % HOUSES) + 1}`;
  return place === 0
    ? text
    : `${text} ${STAIRS[Math.floor((place - 1) / FLATS)]} ${((place - 1) % FLATS) + 1}`;
}

export function drawPhone(random: Random): PhoneNumber {
  return random.int(0, PREFIXES.length * LINES - 1);
}

/** Mobile form, in a block of leading zeros so as to stay clear of subscribers. */
export function phoneText(phone: PhoneNumber): string {
  const digits = String(phone % LINES).padStart(5, '0');
  return `${PREFIXES[Math.floor(phone / LINES)]} 00${digits.charAt(0)} ${digits.slice(1)}`;
}

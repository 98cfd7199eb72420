import type { Random } from '../random.js';
import type { HealthService } from './healthVisits.js';

type Weighted = readonly (readonly [code: string, weight: number])[];

const CHILD: Weighted = [
  ['J06.9', 30],
  ['H66.9', 18],
  ['A09', 7],
  ['L20.9', 6],
  ['J45.9', 6],
  ['R50.9', 6],
  ['B01.9', 3],
  ['S52.5', 3],
  ['R62.0', 2],
];
const ADULT: Weighted = [
  ['J06.9', 18],
  ['M54.5', 15],
  ['I10', 14],
  ['J01.9', 7],
  ['F32.1', 6],
  ['E11.9', 6],
  ['M25.5', 5],
  ['N30.0', 5],
  ['J45.9', 4],
  ['R10.4', 4],
  ['F41.1', 4],
  ['L30.9', 3],
  ['S93.4', 3],
];
const OLD: Weighted = [
  ['I10', 30],
  ['M54.5', 12],
  ['E11.9', 11],
  ['I48', 8],
  ['I25.1', 7],
  ['J06.9', 6],
  ['M17.9', 6],
  ['G30.9', 4],
  ['J44.9', 4],
  ['F32.9', 3],
];
const MENTAL: Weighted = [
  ['F32.1', 30],
  ['F41.1', 18],
  ['F33.1', 12],
  ['F43.2', 12],
  ['F31.9', 5],
  ['F20.0', 4],
];
const SUBSTANCES: Weighted = [
  ['F10.2', 30],
  ['F10.1', 14],
  ['F11.2', 6],
  ['F19.2', 6],
];

/** Share of visits with a diagnosis: two thirds of those to a doctor, fewer elsewhere. */
const RECORDED: Partial<Record<HealthService, number>> = {
  T11: 0.66,
  T80: 0.66,
  T90: 0.66,
  T60: 0.5,
  T61: 0.3,
  T70: 0.5,
};

/** An ICD-10 code, or empty where none was recorded. */
export function drawDiagnosis(service: HealthService, age: number, random: Random): string {
  if (!random.chance(RECORDED[service] ?? 0.04)) return '';
  const codes =
    service === 'T60' || service === 'T61'
      ? MENTAL
      : service === 'T70'
        ? SUBSTANCES
        : age < 16
          ? CHILD
          : age < 68
            ? ADULT
            : OLD;
  const drawn = codes[random.weighted(codes.map(([, weight]) => weight))];
  return (drawn as Weighted[number])[0];
}

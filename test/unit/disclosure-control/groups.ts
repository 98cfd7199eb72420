import { CellNoise, recordKeys } from '../../../disclosure-control/cellNoise.js';
import { countingUnits } from '../../../disclosure-control/countingUnits.js';
import { DisclosureControl } from '../../../disclosure-control/disclosureControl.js';
import type { GroupQuestion, TableRequest } from '../../../disclosure-control/groupQuestion.js';
import { LedgerBook } from '../../../disclosure-control/ledger/budgets.js';
import type { AnswerLedger } from '../../../disclosure-control/ledger/ledger.js';
import { defaultDisclosure } from '../../../policies/engine/disclosureParameters.js';
import { NO_FAMILY } from '../../../registry-kit/criteria/familyTypes.js';

export const secretOf = (byte: number) => new Uint8Array(32).fill(byte);
export const secret = secretOf(7);
export const noise = new CellNoise(secret);

/** A bit set of keys below a domain. */
export function setOf(keys: Iterable<number>, domain: number): Uint32Array {
  const set = new Uint32Array(Math.ceil(domain / 32));
  for (const key of keys) set[key >>> 5]! |= 1 << (key & 31);
  return set;
}

export const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

/** Units with the given families; by default each has a family of its own. */
export function people(domain: number, familyOf = new Uint32Array(domain).fill(NO_FAMILY)) {
  return countingUnits(recordKeys(secret, domain), familyOf);
}

/** A ledger in memory only. */
export function memoryLedger(keyed = noise, capacity = 1_000_000): AnswerLedger {
  const book = new LedgerBook(keyed, capacity);
  return {
    pay: (charge, limit) => book.pay({ month: '2026-01', ...charge }, limit).left,
    representatives: (cells, parameters) =>
      Promise.resolve(cells.map((cell) => book.representativeOf(cell, parameters).set)),
  };
}

export const control = (keyed = noise) => new DisclosureControl(keyed, memoryLedger(keyed));

let asked = 0;

/** A question that was not asked before. */
export function question(
  units: GroupQuestion['units'],
  tables: readonly TableRequest[],
  given: Partial<GroupQuestion> = {},
): GroupQuestion {
  const parameters = { ...defaultDisclosure, questions: 1_000_000 };
  const { text = `question ${asked++}` } = given;
  return { organisation: 'espoo', text, asks: text, group: text, units, parameters, tables, ...given };
}

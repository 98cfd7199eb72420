import type { CellNoise } from '../../../disclosure-control/cellNoise.js';
import { DisclosureControl } from '../../../disclosure-control/disclosureControl.js';
import type { ProtectedTable, TableRequest } from '../../../disclosure-control/groupQuestion.js';
import { LedgerBook } from '../../../disclosure-control/ledger/budgets.js';
import { PolkuError } from '../../../lib/errors.js';
import type { DisclosureParameters } from '../../../policies/engine/disclosureParameters.js';
import type { Group, GroupCity } from './groupCity.js';

/** A number; null when it is suppressed, undefined when the question is refused. */
export type Answer = number | null | undefined;

/** What an attacker can do: ask questions as a recipient of some organisation. */
export interface GroupRequester {
  /** Whether numbers are exact; the attacker knows this and guesses accordingly. */
  readonly exact: boolean;
  size(group: Group, organisation?: string): Promise<Answer>;
  /** The sizes of disjoint groups and of their union, as one table; empty when the question is refused. */
  table(groups: readonly Group[]): Promise<readonly Answer[]>;
  /** The sizes of disjoint groups, as of what people have in common: undefined for an unlisted one. */
  common(groups: readonly Group[]): Promise<readonly Answer[]>;
  /** Simulates a ledger that forgets earlier questions; the real one does not. */
  forget(): void;
}

/** Publishes every number unprotected. */
export const openRequester: GroupRequester = {
  exact: true,
  size: (group) => Promise.resolve(group.size),
  table: (groups) =>
    Promise.resolve([...groups.map(({ size }) => size), groups.reduce((sum, { size }) => sum + size, 0)]),
  common: (groups) => Promise.resolve(groups.map(({ size }) => (size > 0 ? size : undefined))),
  forget: () => {},
};

export interface Protected {
  readonly city: GroupCity;
  readonly noise: CellNoise;
  readonly parameters: DisclosureParameters;
  /** Of the ledger, in numbers. */
  readonly capacity: number;
}

/** Disclosure control with an empty ledger. */
export function protectedRequester({ city, noise, parameters, capacity }: Protected): GroupRequester {
  let book = new LedgerBook(noise, capacity);
  const control = new DisclosureControl(noise, {
    pay: (charge, limit) => book.pay({ month: '2026-01', ...charge }, limit).left,
    representatives: (cells, given) =>
      Promise.resolve(cells.map((cell) => book.representativeOf(cell, given).set)),
  });
  let asked = 0;
  /** undefined when the question is refused. */
  const ask = async (table: TableRequest, organisation: string): Promise<ProtectedTable | undefined> => {
    const text = `${asked++}`;
    try {
      const { tables } = await control.answer({
        organisation,
        text,
        asks: text,
        group: text,
        units: await city.units,
        parameters,
        tables: [table],
      });
      return tables[0]!;
    } catch (cause) {
      if (cause instanceof PolkuError && cause.code.startsWith('DISCLOSURE_')) return undefined;
      throw cause;
    }
  };
  const numbersOf = (groups: readonly Group[]): Float64Array => {
    const numbers = new Float64Array(city.size).fill(Number.NaN);
    groups.forEach((group, number) => group.forEach((key) => (numbers[key] = number)));
    return numbers;
  };
  const membersOf = (groups: readonly Group[]): Uint32Array => {
    const members = new Uint32Array(Math.ceil(city.size / 32));
    for (const group of groups) for (const key of group) members[key >>> 5]! |= 1 << (key & 31);
    return members;
  };
  return {
    exact: false,
    size: async (group, organisation = 'one') =>
      (await ask({ members: membersOf([group]), dimensions: [] }, organisation))?.counts[0],
    async table(groups) {
      const codes = Uint8Array.from(numbersOf(groups), (number) => (Number.isNaN(number) ? 255 : number));
      const dimensions = [{ size: groups.length, codes }];
      return (await ask({ members: membersOf(groups), dimensions }, 'one'))?.counts ?? [];
    },
    async common(groups) {
      const dimensions = [{ values: numbersOf(groups), most: 100 }];
      const { values, counts } = (await ask({ members: membersOf(groups), dimensions }, 'one')) ?? {
        values: [],
        counts: [],
      };
      return groups.map((_, number) => counts[values.indexOf(number)]);
    },
    forget: () => {
      book = new LedgerBook(noise, capacity);
    },
  };
}

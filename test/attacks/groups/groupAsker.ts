import type { DisclosureParameters } from '../../../policies/engine/disclosure/parameters.js';
import { PolkuError } from '../../../schema/polkuError.js';
import type { CellNoise } from '../../../subgraphs/cohorts/disclosure/cellNoise.js';
import { DisclosureControl } from '../../../subgraphs/cohorts/disclosure/disclosureControl.js';
import { LedgerBook } from '../../../subgraphs/cohorts/ledger/ledgerBook.js';
import type { Group, GroupCity } from './groupCity.js';

/** A number, null where it is not told, undefined where the question is refused. */
export type Answer = number | null | undefined;

/** What an attacker can do: ask, as a recipient of some organisation. */
export interface GroupAsker {
  /** Whether numbers are true; the attacker knows, and guesses accordingly. */
  readonly exact: boolean;
  size(group: Group, organisation?: string): Promise<Answer>;
  /** The sizes of disjoint groups and of all of them together, as one table; empty where the question is refused. */
  table(groups: readonly Group[]): Promise<readonly Answer[]>;
  /** As if the ledger forgot what was asked before; it does not. */
  forget(): void;
}

/** Everything is told as it is. */
export const openAsker: GroupAsker = {
  exact: true,
  size: (group) => Promise.resolve(group.size),
  table: (groups) =>
    Promise.resolve([...groups.map(({ size }) => size), groups.reduce((sum, { size }) => sum + size, 0)]),
  forget: () => {},
};

export interface Protected {
  readonly city: GroupCity;
  readonly noise: CellNoise;
  readonly parameters: DisclosureParameters;
  /** Of the ledger, in numbers. */
  readonly capacity: number;
}

/** Disclosure control, with a ledger that nothing was asked of before. */
export function protectedAsker({ city, noise, parameters, capacity }: Protected): GroupAsker {
  let book = new LedgerBook(noise, capacity);
  const control = new DisclosureControl(noise, {
    pay: (charge, limit) => book.pay({ month: '2026-01', ...charge }, limit).left,
    standIns: (cells, given) => Promise.resolve(cells.map((cell) => book.standIn(cell, given).set)),
  });
  let asked = 0;
  const ask = async (groups: readonly Group[], organisation: string): Promise<readonly Answer[]> => {
    const members = new Uint32Array(Math.ceil(city.size / 32));
    const codes = new Uint8Array(city.size);
    groups.forEach((group, code) => {
      for (const key of group) {
        members[key >>> 5]! |= 1 << (key & 31);
        codes[key] = code;
      }
    });
    const dimensions = groups.length > 1 ? [{ size: groups.length, codes }] : [];
    try {
      const { tables } = await control.answer({
        organisation,
        text: `${asked++}`,
        units: city.units,
        parameters,
        tables: [{ members, dimensions }],
      });
      return tables[0]!.counts;
    } catch (cause) {
      if (cause instanceof PolkuError && cause.code.startsWith('DISCLOSURE_')) return [];
      throw cause;
    }
  };
  return {
    exact: false,
    size: async (group, organisation = 'one') => (await ask([group], organisation))[0],
    table: (groups) => ask(groups, 'one'),
    forget: () => {
      book = new LedgerBook(noise, capacity);
    },
  };
}

import type { DisclosureParameters } from '../../../policies/engine/disclosure/parameters.js';
import { PolkuError } from '../../../schema/polkuError.js';
import type { CellNoise } from '../disclosure/cellNoise.js';
import type { GroupCell } from '../disclosure/groupCell.js';
import { AnsweredSets, type StandIn } from './answeredSets.js';
import { Budgets, type Charge } from './budgets.js';

/** What organisations have asked, and what sets have been answered: the ledger in memory. */
export class LedgerBook {
  readonly #answered: AnsweredSets;
  readonly #budgets = new Budgets();

  /** @param capacity how many numbers may be asked for altogether */
  constructor(
    noise: CellNoise,
    private readonly capacity: number,
  ) {
    this.#answered = new AnsweredSets(noise);
  }

  /** Takes up what was written before. */
  replay(charge: Charge | undefined, sets: Uint32Array): void {
    if (charge) this.#budgets.pay(charge);
    this.#answered.addAll(sets);
  }

  /**
   * Whether a question is refused follows from what was asked before, never from what the answer would be.
   * @param limit how many questions the organisation has in the month
   * @returns how many are left, and whether it was paid just now
   * @throws PolkuError DISCLOSURE_BUDGET, DISCLOSURE_UNAVAILABLE
   */
  pay(charge: Charge, limit: number): { readonly left: number; readonly new: boolean } {
    const isPaid = this.#budgets.isPaid(charge);
    if (!isPaid) this.#pay(charge, limit);
    return { left: Math.max(0, limit - this.#budgets.spent(charge)), new: !isPaid };
  }

  /** The set that is answered in the place of another; a new one is an answered one from now on. */
  standIn(cell: GroupCell, parameters: DisclosureParameters): StandIn {
    return this.#answered.standIn(cell, parameters);
  }

  #pay(charge: Charge, limit: number): void {
    const left = limit - this.#budgets.spent(charge);
    const cost = this.#budgets.costOf(charge);
    if (cost > left)
      throw new PolkuError(
        'DISCLOSURE_BUDGET',
        `This asks ${cost} questions about groups, and ${charge.organisation} has ${Math.max(0, left)} of ${limit} left ` +
          'in this calendar month. What was asked before can be asked again; the rest waits for the next month.',
        { cost, left: Math.max(0, left), limit },
      );
    if (this.#budgets.numbers + charge.numbers > this.capacity)
      throw new PolkuError(
        'DISCLOSURE_UNAVAILABLE',
        `The ledger of answered groups is full (${this.capacity} numbers), so nothing new is answered. ` +
          'What was asked before in this month can be asked again. Serve with a larger --ledger-capacity: nothing in it may be forgotten.',
        { capacity: this.capacity },
      );
    this.#budgets.pay(charge);
  }
}

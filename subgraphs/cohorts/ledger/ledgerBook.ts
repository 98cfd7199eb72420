import type { DisclosureParameters } from '../../../policies/engine/disclosure/parameters.js';
import { PolkuError } from '../../../schema/polkuError.js';
import type { CellNoise } from '../disclosure/cellNoise.js';
import type { GroupCell } from '../disclosure/groupCell.js';
import { AnsweredSets } from './answeredSets.js';
import { Budgets, type Charge } from './budgets.js';
import type { LedgerLine } from './ledgerLine.js';
import { packCell } from './packedCell.js';

export interface LedgerQuestion {
  readonly charge: Omit<Charge, 'month'>;
  readonly parameters: DisclosureParameters;
  /** The sets whose counts are asked for; not looked at before the question is paid. */
  readonly cells: Iterable<GroupCell>;
}

export interface LedgerAnswer {
  /** For each set the one that is answered in its place. */
  readonly sets: readonly GroupCell[];
  /** Of the organisation, in this month. */
  readonly questionsLeft: number;
}

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
   * @returns also the line to make durable before anything is told
   * @throws PolkuError DISCLOSURE_BUDGET, DISCLOSURE_UNAVAILABLE
   */
  answer(month: string, question: LedgerQuestion): LedgerAnswer & { readonly line: LedgerLine } {
    const { parameters } = question;
    const charge = { month, ...question.charge };
    const paid = this.#budgets.isPaid(charge);
    if (!paid) this.#pay(charge, parameters.questions);
    const added: Uint32Array[] = [];
    const sets: GroupCell[] = [];
    for (const cell of question.cells) {
      const standIn = this.#answered.standIn(cell, parameters);
      if (standIn.new) added.push(packCell(cell));
      sets.push(standIn.set);
    }
    const questionsLeft = Math.max(0, parameters.questions - this.#budgets.spent(charge));
    return { sets, questionsLeft, line: { charge: paid ? undefined : charge, sets: added } };
  }

  #pay(charge: Charge, limit: number): void {
    const left = limit - this.#budgets.spent(charge);
    if (charge.cost > left)
      throw new PolkuError(
        'DISCLOSURE_BUDGET',
        `This asks ${charge.cost} questions about groups, and ${charge.organisation} has ${Math.max(0, left)} of ${limit} left ` +
          'in this calendar month. What was asked before can be asked again; the rest waits for the next month.',
        { cost: charge.cost, left: Math.max(0, left), limit },
      );
    if (this.#budgets.numbers + charge.numbers > this.capacity)
      throw new PolkuError(
        'DISCLOSURE_UNAVAILABLE',
        `The ledger of answered groups is full (${this.capacity} numbers), so nothing new is answered. ` +
          'What was asked before in this month can be asked again. Raise the capacity: nothing in it may be forgotten.',
        { capacity: this.capacity },
      );
    this.#budgets.pay(charge);
  }
}

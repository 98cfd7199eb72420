import { PolkuError } from '../../lib/errors.js';
import type { DisclosureParameters } from '../../policies/engine/disclosureParameters.js';
import type { CellNoise } from '../cellNoise.js';
import type { CellSummary } from '../groupQuestion.js';
import { AnsweredSets, type Representative } from './answeredSets.js';

/** What a question costs an organisation. */
export interface Charge {
  /** The calendar month, `2026-03`. */
  readonly month: string;
  readonly organisation: string;
  /** A digest of its text. The same question costs once a month. */
  readonly question: string;
  readonly cost: number;
  /** How many numbers the question asks for, published or not. */
  readonly numbers: number;
  /**
   * The digest of the question that was charged when the group was formed. It counts towards the first other
   * question about the group. An answer therefore costs the same as before, and forming groups is not free.
   */
  readonly formedBy?: string;
  /** Whether the charge is for forming a group. Other charges may then be `formedBy` it. */
  readonly forms?: true;
}

interface Account {
  spent: number;
  readonly questions: Set<string>;
  /** Questions that formed a group about which nothing else has been asked yet. */
  readonly forming: Set<string>;
}

/** What organisations have asked, month by month. */
class Budgets {
  readonly #accounts = new Map<string, Account>();
  #numbers = 0;

  /** The total of numbers asked for since the ledger began. */
  get numbers(): number {
    return this.#numbers;
  }

  spent(charge: Charge): number {
    return this.#accounts.get(accountOf(charge))?.spent ?? 0;
  }

  isPaid(charge: Charge): boolean {
    return this.#accounts.get(accountOf(charge))?.questions.has(charge.question) ?? false;
  }

  /** What a charge takes from the budget. */
  costOf(charge: Charge): number {
    const { cost, formedBy } = charge;
    const isCounted = formedBy !== undefined && this.#accounts.get(accountOf(charge))?.forming.has(formedBy);
    return isCounted ? cost - 1 : cost;
  }

  pay(charge: Charge): void {
    const { question, formedBy, forms, numbers } = charge;
    const cost = this.costOf(charge);
    let account = this.#accounts.get(accountOf(charge));
    if (!account) {
      account = { spent: 0, questions: new Set(), forming: new Set() };
      this.#accounts.set(accountOf(charge), account);
    }
    account.questions.add(question);
    account.spent += cost;
    if (formedBy !== undefined) account.forming.delete(formedBy);
    if (forms) account.forming.add(question);
    this.#numbers += numbers;
  }
}

function accountOf({ month, organisation }: Charge): string {
  return `${month} ${organisation}`;
}

/** The ledger in memory: what organisations have asked, and which sets have been answered. */
export class LedgerBook {
  readonly #answered: AnsweredSets;
  readonly #budgets = new Budgets();

  /** @param capacity how many numbers may be asked for in total */
  constructor(
    noise: CellNoise,
    readonly capacity: number,
  ) {
    this.#answered = new AnsweredSets(noise);
  }

  /** The total of numbers asked for since the ledger began. */
  get asked(): number {
    return this.#budgets.numbers;
  }

  /** Applies a line that was written before. */
  replay(charge: Charge | undefined, sets: Uint32Array): void {
    if (charge) this.#budgets.pay(charge);
    this.#answered.addAll(sets);
  }

  /**
   * Whether a question is refused depends on what was asked before, never on what the answer would be.
   * @param limit how many questions the organisation has in the month
   * @returns how many are left, and whether it was paid just now
   * @throws PolkuError DISCLOSURE_BUDGET, DISCLOSURE_UNAVAILABLE
   */
  pay(charge: Charge, limit: number): { readonly left: number; readonly new: boolean } {
    const isPaid = this.#budgets.isPaid(charge);
    if (!isPaid) this.#pay(charge, limit);
    return { left: Math.max(0, limit - this.#budgets.spent(charge)), new: !isPaid };
  }

  /** Returns the representative of a set. A new set becomes an answered one. */
  representativeOf(cell: CellSummary, parameters: DisclosureParameters): Representative {
    return this.#answered.representativeOf(cell, parameters);
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

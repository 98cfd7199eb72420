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
  /**
   * A digest of the question without the snapshots that it refers to. It tells a price in advance whether the
   * question was asked before. A charge for forming a group has none.
   */
  readonly asks?: string;
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

/** What one organisation has asked in one month. */
class Account {
  spent = 0;
  readonly #questions: Set<string>;
  readonly #asks: Set<string>;
  /** Questions that formed a group about which nothing else has been asked yet. */
  readonly #forming: Set<string>;

  /** @param from an account to copy */
  constructor(from?: Account) {
    this.#questions = new Set(from && from.#questions);
    this.#asks = new Set(from && from.#asks);
    this.#forming = new Set(from && from.#forming);
  }

  isPaid(question: string): boolean {
    return this.#questions.has(question);
  }

  /** Whether the question was asked about these or earlier snapshots. */
  wasAsked(asks: string): boolean {
    return this.#asks.has(asks);
  }

  /** What a charge takes from the budget. */
  costOf({ cost, formedBy }: Pick<Charge, 'cost' | 'formedBy'>): number {
    return formedBy !== undefined && this.#forming.has(formedBy) ? cost - 1 : cost;
  }

  pay(charge: Charge): void {
    const { question, asks, formedBy, forms } = charge;
    this.spent += this.costOf(charge);
    this.#questions.add(question);
    if (asks !== undefined) this.#asks.add(asks);
    if (formedBy !== undefined) this.#forming.delete(formedBy);
    if (forms) this.#forming.add(question);
  }
}

/** What organisations have asked, month by month. */
class Budgets {
  readonly #accounts = new Map<string, Account>();
  #numbers = 0;

  /** The total of numbers asked for since the ledger began. */
  get numbers(): number {
    return this.#numbers;
  }

  /** The account of an organisation in a month. It is not stored before something is paid. */
  account(of: AccountName): Account {
    return this.#accounts.get(nameOf(of)) ?? new Account();
  }

  pay(charge: Charge): void {
    const account = this.account(charge);
    account.pay(charge);
    this.#accounts.set(nameOf(charge), account);
    this.#numbers += charge.numbers;
  }
}

type AccountName = Pick<Charge, 'month' | 'organisation'>;

function nameOf({ month, organisation }: AccountName): string {
  return `${month} ${organisation}`;
}

/** What a question would take from the budget if it were asked now. */
export interface LedgerPrice {
  readonly least: number;
  readonly most: number;
  /** Whether the organisation asked it before in this month. */
  readonly askedBefore: boolean;
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
    const isPaid = this.#budgets.account(charge).isPaid(charge.question);
    if (!isPaid) this.#pay(charge, limit);
    return { left: this.left(charge, limit), new: !isPaid };
  }

  /** How many questions an organisation has left in a month. */
  left(of: AccountName, limit: number): number {
    return Math.max(0, limit - this.#budgets.account(of).spent);
  }

  /**
   * Computes what a question would cost, and pays nothing. It depends on what the organisation asked before,
   * never on what the answer would be.
   *
   * A question that was asked before is free if it refers to the same snapshots. The ledger does not know
   * the current snapshots before registries answer, so the price of such a question is a range.
   * @param forms the groups that are formed for the question
   */
  price(forms: readonly Charge[], answer: Omit<Charge, 'question'> & { readonly asks: string }): LedgerPrice {
    const trial = new Account(this.#budgets.account(answer));
    for (const charge of forms) if (!trial.isPaid(charge.question)) trial.pay(charge);
    const formed = trial.spent;
    const askedBefore = trial.wasAsked(answer.asks);
    const most = formed + trial.costOf(answer);
    return { least: askedBefore ? formed : most, most, askedBefore };
  }

  /** Returns the representative of a set. A new set becomes an answered one. */
  representativeOf(cell: CellSummary, parameters: DisclosureParameters): Representative {
    return this.#answered.representativeOf(cell, parameters);
  }

  #pay(charge: Charge, limit: number): void {
    const account = this.#budgets.account(charge);
    const left = limit - account.spent;
    const cost = account.costOf(charge);
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

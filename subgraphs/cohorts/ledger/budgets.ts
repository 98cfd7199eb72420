/** What a question costs an organisation. */
export interface Charge {
  /** The calendar month, `2026-03`. */
  readonly month: string;
  readonly organisation: string;
  /** A digest of its text: the same question costs once a month. */
  readonly question: string;
  readonly cost: number;
  /** Numbers asked for, told or not. */
  readonly numbers: number;
  /**
   * The question, by its digest, that was charged when the group was formed. It counts towards the first other question that
   * is asked of the group, so that an answer costs the same as before and nobody forms groups for nothing.
   */
  readonly formedBy?: string;
  /** Whether it is charged because a group is formed: others may be `formedBy` it. */
  readonly forms?: true;
}

interface Account {
  spent: number;
  readonly questions: Set<string>;
  /** Questions that formed a group of which nothing else was asked yet. */
  readonly forming: Set<string>;
}

/** What organisations have asked, month by month. */
export class Budgets {
  readonly #accounts = new Map<string, Account>();
  #numbers = 0;

  /** Numbers that were ever asked for. */
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

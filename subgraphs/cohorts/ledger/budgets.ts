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
}

/** What organisations have asked, month by month. */
export class Budgets {
  readonly #accounts = new Map<string, { spent: number; readonly questions: Set<string> }>();
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

  pay(charge: Charge): void {
    let account = this.#accounts.get(accountOf(charge));
    if (!account) this.#accounts.set(accountOf(charge), (account = { spent: 0, questions: new Set() }));
    account.questions.add(charge.question);
    account.spent += charge.cost;
    this.#numbers += charge.numbers;
  }
}

function accountOf({ month, organisation }: Charge): string {
  return `${month} ${organisation}`;
}

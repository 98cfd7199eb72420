/** What a question costs an organisation. */
export interface Charge {
  readonly organisation: string;
  /** A digest of its text: the same question costs once. */
  readonly question: string;
  readonly cost: number;
  /** Numbers asked for, told or not. */
  readonly numbers: number;
}

/** What organisations have asked in one period. */
export class Budgets {
  readonly #accounts = new Map<string, { spent: number; readonly questions: Set<string> }>();
  #numbers = 0;

  /** Numbers that all questions of the period ask for. */
  get numbers(): number {
    return this.#numbers;
  }

  spent(organisation: string): number {
    return this.#accounts.get(organisation)?.spent ?? 0;
  }

  isPaid({ organisation, question }: Charge): boolean {
    return this.#accounts.get(organisation)?.questions.has(question) ?? false;
  }

  pay(charge: Charge): void {
    let account = this.#accounts.get(charge.organisation);
    if (!account) this.#accounts.set(charge.organisation, (account = { spent: 0, questions: new Set() }));
    account.questions.add(charge.question);
    account.spent += charge.cost;
    this.#numbers += charge.numbers;
  }
}

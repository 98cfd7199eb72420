import type { DisclosureParameters } from '../policies/engine/disclosureParameters.js';
import { answerCharge, formCharge } from './charges.js';
import type { PricedQuestion } from './groupQuestion.js';
import type { LedgerPrice } from './ledger/budgets.js';
import type { LedgerBudget, PriceLedger } from './ledger/ledger.js';

/** The price of a question, and the budget that it is taken from. */
export interface QuestionPrice extends LedgerPrice {
  readonly budget: LedgerBudget;
}

/**
 * Prices of questions before they are asked. A price is free. It depends only on the question and on what the
 * organisation asked before. It says nothing about the group: an empty group has the price of a large one.
 */
export class GroupPrices {
  constructor(private readonly ledger: PriceLedger) {}

  /** @throws PolkuError OPERATION_TOO_LARGE, as the question itself */
  price(question: PricedQuestion): QuestionPrice {
    const { organisation, groups, asks, parameters, tables, furtherCost = 0 } = question;
    const forms = groups.map((group, at) => formCharge(organisation, group, groups[at - 1]));
    const answer = answerCharge({ organisation, group: groups.at(-1)!, asks, tables });
    const price = this.ledger.price(forms, answer);
    return {
      ...price,
      most: price.most + furtherCost,
      budget: this.budget(organisation, parameters),
    };
  }

  /** What an organisation may still ask under these parameters. */
  budget(organisation: string, { questions }: DisclosureParameters): LedgerBudget {
    return this.ledger.budget(organisation, questions);
  }
}

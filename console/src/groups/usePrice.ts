import { useSettled } from '../parts/useSettled.js';
import { useAnswer } from '../session/useAnswer.js';
import { type GroupAnswer, type PlannerQuestion, priceOperation, resultIn } from './question.js';

/** What an organisation may still ask. */
export interface LeftBudget {
  readonly limit: number;
  readonly left: number;
  /** ISO 8601. */
  readonly resetsOn: string;
}

export interface Price {
  readonly least: number;
  readonly most: number;
  readonly askedBefore: boolean;
  readonly budget: LeftBudget | null;
}

/** The price is looked up when the question has not changed for this long. */
const SETTLED_MS = 400;

/**
 * The price of a question that is complete. Looking at it is free. It asks registries nothing.
 */
export function usePrice(question: PlannerQuestion, isComplete: boolean) {
  const settled = useSettled(question, SETTLED_MS);
  const isSettled = settled === question;
  const { query, variables } = priceOperation(settled);
  const { data, shortcomings, problem, isWaiting, retry } = useAnswer<GroupAnswer<Price>>(query, variables, {
    enabled: isComplete && isSettled,
  });
  const price = isComplete && isSettled ? resultIn(data) : undefined;
  return { price, shortcomings, problem, isWaiting: isComplete && (isWaiting || !isSettled), retry };
}

const budgetQuery = 'query GroupBudget { groupBudget { limit left resetsOn } }';

/** The budget before a question is complete. */
export function useBudget() {
  const { data, retry } = useAnswer<{ readonly groupBudget: LeftBudget | null }>(budgetQuery);
  return { budget: data?.groupBudget ?? undefined, retry };
}

import { describe, expect, it } from '@jest/globals';
import { answerTooLarge, ObjectBudget } from '../../../lib/objectBudget.js';

describe('the budget of objects in one answer', () => {
  it('allows a thousand people with fifty records each', () => {
    const budget = new ObjectBudget();
    expect(budget.spend(51_000)).toBe(true);
    expect(budget.exhausted).toBe(false);
  });

  it('is used up, however small the steps', () => {
    const budget = new ObjectBudget();
    const steps = Array.from({ length: 2_000 }, () => budget.spend(100));
    expect(steps.filter(Boolean)).toHaveLength(1_000);
    expect(budget.exhausted).toBe(true);
    expect(answerTooLarge().code).toBe('OPERATION_TOO_LARGE');
  });
});

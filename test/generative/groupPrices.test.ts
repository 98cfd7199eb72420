/**
 * @property groups/prices The price of a question about a group, given in advance and free of charge, is what
 * is charged then. It depends on the question and on what the organisation asked before, never on data.
 * @enforcedBy disclosure-control/groupPrices.ts, disclosure-control/charges.ts,
 * disclosure-control/ledger/budgets.ts
 */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DisclosureControl } from '../../disclosure-control/disclosureControl.js';
import { GroupPrices } from '../../disclosure-control/groupPrices.js';
import type { TableRequest } from '../../disclosure-control/groupQuestion.js';
import { LedgerBook } from '../../disclosure-control/ledger/budgets.js';
import { defaultDisclosure } from '../../policies/engine/disclosureParameters.js';
import { noise, people, range, setOf } from '../unit/disclosure-control/groups.js';

const DOMAIN = 200;
const MONTH = '2026-01';
const units = await people(DOMAIN);
const parameters = { ...defaultDisclosure, questions: 60 };

/** Groups of very different sizes: nobody, one person, nearly everybody. */
const members = [0, 1, 190].map((size) => setOf(range(0, size), DOMAIN));
const categories = { size: 2, codes: new Uint8Array(DOMAIN).map((_, key) => key % 2) };

interface Step {
  readonly organisation: string;
  readonly group: number;
  /** Whether the question is about a part of the group. */
  readonly inPart: boolean;
  readonly dimensions: readonly number[];
  readonly snapshot: number;
  /** Forms the groups and asks nothing. */
  readonly formsOnly: boolean;
}

const step: fc.Arbitrary<Step> = fc.record({
  organisation: fc.constantFrom('espoo', 'vantaa'),
  group: fc.nat(2),
  inPart: fc.boolean(),
  dimensions: fc.array(fc.nat(2), { minLength: 1, maxLength: 3 }),
  snapshot: fc.nat(1),
  formsOnly: fc.boolean(),
});

/** A ledger in memory, what it charges, and what it prices. */
function openBook() {
  const book = new LedgerBook(noise, 1_000_000);
  const control = new DisclosureControl(noise, {
    pay: (charge, limit) => book.pay({ month: MONTH, ...charge }, limit).left,
    representatives: (cells, given) =>
      Promise.resolve(cells.map((cell) => book.representativeOf(cell, given).set)),
  });
  const prices = new GroupPrices({
    price: (forms, answer) =>
      book.price(
        forms.map((charge) => ({ month: MONTH, ...charge })),
        { month: MONTH, ...answer },
      ),
    budget: (organisation, limit) => ({
      limit,
      left: book.left({ month: MONTH, organisation }, limit),
      resetsOn: 0,
    }),
  });
  return { control, prices };
}

function questionOf({ organisation, group, inPart, dimensions, snapshot }: Step) {
  const groups = inPart ? [`group ${group}`, `part of ${group}`] : [`group ${group}`];
  const asks = JSON.stringify([groups, dimensions]);
  const tables: TableRequest[] = dimensions.map((number) => ({
    members: members[group]!,
    dimensions: Array.from({ length: number }, () => categories),
  }));
  return { organisation, groups, asks, text: `${asks} of snapshot ${snapshot}`, tables, parameters };
}

/** Forms the groups and asks, as the subgraph of groups does. Returns undefined if the budget is used up. */
async function ask(control: DisclosureControl, step: Step): Promise<number | undefined> {
  const { groups, ...question } = questionOf(step);
  const { organisation } = question;
  try {
    groups.forEach((group, at) => {
      const within = at > 0 ? { within: groups[at - 1]! } : {};
      control.form({ organisation, group, parameters, ...within });
    });
    if (step.formsOnly) return undefined;
    const { protection } = await control.answer({ ...question, group: groups.at(-1)!, units });
    return protection.questionsLeft;
  } catch (cause) {
    expect(cause).toMatchObject({ code: 'DISCLOSURE_BUDGET' });
    return undefined;
  }
}

describe('the price of a question about a group', () => {
  it('is what is charged then, in any order of questions', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const { control, prices } = openBook();
        for (const each of steps) {
          const price = prices.price(questionOf(each));
          const left = await ask(control, each);
          if (each.formsOnly) continue;
          if (left === undefined) {
            expect(price.most).toBeGreaterThan(price.budget.left);
            continue;
          }
          const charged = price.budget.left - left;
          if (price.askedBefore) expect([price.least, price.most]).toContain(charged);
          else expect([price.least, price.most]).toEqual([charged, charged]);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('costs nothing, and pricing changes no later price', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 6 }), (steps) => {
        const { prices } = openBook();
        const [first, ...others] = steps.map(questionOf);
        const before = prices.price(first!);
        for (const other of others) prices.price(other);
        expect(prices.price(first!)).toEqual(before);
        expect(before.budget.left).toBe(parameters.questions);
      }),
    );
  });

  it('is the same for nobody, for one person and for nearly everybody', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 5 }), step, async (steps, last) => {
        const found: unknown[] = [];
        for (const group of [0, 1, 2]) {
          const { control, prices } = openBook();
          for (const each of steps) await ask(control, { ...each, group });
          found.push(prices.price(questionOf({ ...last, group })));
        }
        expect(found[1]).toEqual(found[0]);
        expect(found[2]).toEqual(found[0]);
      }),
      { numRuns: 40 },
    );
  });

  it('says that a question was asked before, and that it is free while no register is updated', async () => {
    const { control, prices } = openBook();
    const asked = {
      organisation: 'espoo',
      group: 2,
      inPart: true,
      dimensions: [2],
      snapshot: 0,
      formsOnly: false,
    };
    expect(prices.price(questionOf(asked))).toMatchObject({ least: 4, most: 4, askedBefore: false });
    await ask(control, asked);
    expect(prices.price(questionOf(asked))).toMatchObject({ least: 0, most: 4, askedBefore: true });
    // Another organisation learns nothing of it.
    expect(prices.price(questionOf({ ...asked, organisation: 'vantaa' }))).toMatchObject({
      least: 4,
      askedBefore: false,
    });
  });

  it('refuses a question that is too large, as the question itself is refused', () => {
    const { prices } = openBook();
    const tables = [{ dimensions: [{ size: 100 }, { size: 100 }] }];
    const question = { organisation: 'espoo', groups: ['all'], asks: 'large', parameters, tables };
    expect(() => prices.price(question)).toThrow(expect.objectContaining({ code: 'OPERATION_TOO_LARGE' }));
  });
});

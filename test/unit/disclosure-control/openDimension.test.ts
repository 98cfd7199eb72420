/**
 * @property groups/protected-numbers
 * @property groups/listed-items Common items are listed by noisy counts. The rows and columns of a table
 * follow from code lists and never from data.
 * @enforcedBy disclosure-control/openDimension.ts, subgraphs/cohorts/members.ts
 */
import { describe, expect, it } from '@jest/globals';
import { closeDimension, smallestCount } from '../../../disclosure-control/openDimension.js';
import { defaultDisclosure } from '../../../policies/engine/disclosureParameters.js';
import { control, noise, people, question, range, setOf } from './groups.js';

const DOMAIN = 3_000;
const units = await people(DOMAIN);
const everybody = setOf(range(0, DOMAIN), DOMAIN);
/** Value 10 has 10 people, 20 has 20, and so on; the other people have no value. */
const values = new Float64Array(DOMAIN).fill(Number.NaN);
let next = 0;
for (const value of range(1, 20))
  for (const key of range(next, (next += value * 10))) values[key] = value * 10;
const close = (of: Float64Array, most = 100, members = everybody) =>
  closeDimension({ values: of, most }, members, units, defaultDisclosure, noise);

describe('an open dimension', () => {
  it('has a category for each of the most frequent values, and one for all others', async () => {
    const { values: found, dimension } = await close(values, 5);
    expect(found).toHaveLength(5);
    expect(Math.min(...found)).toBeGreaterThanOrEqual(130);
    expect(dimension.size).toBe(6);
    values.forEach((value, key) => {
      const category = dimension.codes[key]!;
      if (Number.isNaN(value)) expect(category).toBe(6);
      else if (found.includes(value)) expect(found[category]).toBe(value);
      else expect(category).toBe(5);
    });
  });

  it('counts members only', async () => {
    const { values: found } = await close(values, 100, setOf(range(0, 60), DOMAIN));
    expect(found.toSorted((a, b) => a - b)).toEqual([20, 30]);
  });

  it('lists a value by its perturbed count, not by its true count', async () => {
    const listed = async (count: number) => {
      const answers = await Promise.all(
        range(0, 60).map(async (from) => {
          const few = new Float64Array(DOMAIN).fill(Number.NaN);
          for (const key of range(from * 20, from * 20 + count)) few[key] = 1;
          return (await close(few)).values.length;
        }),
      );
      return answers.filter((length) => length === 1).length;
    };
    expect(await listed(defaultDisclosure.minimum - 1)).toBe(0);
    const between = await listed(smallestCount(defaultDisclosure));
    expect(between).toBeGreaterThan(10);
    expect(between).toBeLessThan(50);
    expect(await listed(smallestCount(defaultDisclosure) + defaultDisclosure.noise.maximum)).toBe(60);
  });

  it('costs the same for any data', async () => {
    const asked = control();
    const left = async (of: Float64Array) => {
      const table = { members: everybody, dimensions: [{ values: of, most: 100 }] };
      const before = (await asked.answer(question(units, [{ members: everybody, dimensions: [] }])))
        .protection;
      const { protection } = await asked.answer(question(units, [table]));
      return before.questionsLeft - protection.questionsLeft;
    };
    expect(await left(values)).toBe(2);
    expect(await left(new Float64Array(DOMAIN).fill(Number.NaN))).toBe(2);
    const tooMany = { members: everybody, dimensions: [{ values, most: 6_000 }] };
    await expect(control().answer(question(units, [tooMany]))).rejects.toMatchObject({
      code: 'OPERATION_TOO_LARGE',
    });
  });
});

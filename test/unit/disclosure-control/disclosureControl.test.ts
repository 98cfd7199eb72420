/**
 * @property groups/protected-numbers
 * @property groups/bounded-filters
 * @property groups/equal-sets Equal sets get equal answers. A set that differs from an answered one by less
 * than the minimum gets that answer.
 * @enforcedBy disclosure-control/ledger/answeredSets.ts, disclosure-control/pinSketch.ts
 */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CellNoise } from '../../../disclosure-control/cellNoise.js';
import { DisclosureControl } from '../../../disclosure-control/disclosureControl.js';
import { defaultDisclosure } from '../../../policies/engine/disclosureParameters.js';
import { control, memoryLedger, noise, people, question, range, secretOf, setOf } from './groups.js';

const DOMAIN = 2_000;
const units = await people(DOMAIN);
const size = (keys: Iterable<number>) => ({ members: setOf(keys, DOMAIN), dimensions: [] });
const sizeBy = async (asked: DisclosureControl, keys: Iterable<number>) =>
  (await asked.answer(question(units, [size(keys)]))).tables[0]!.counts[0]!;

describe('disclosure control', () => {
  it('answers a set the same way in any table, with any other tables and for any organisation', async () => {
    const codes = Uint8Array.from(range(0, DOMAIN), (key) => (key < 700 ? 0 : 1));
    const [one, other] = [control(), control()];
    const alone = await sizeBy(one, range(0, 700));
    const asCell = await other.answer(
      question(units, [{ members: setOf(range(0, DOMAIN), DOMAIN), dimensions: [{ size: 2, codes }] }]),
    );
    expect(asCell.tables[0]!.counts[0]).toBe(alone);
    const elsewhere = question(units, [size(range(900, 1000)), size(range(0, 700))], {
      organisation: 'vantaa',
    });
    expect((await other.answer(elsewhere)).tables[1]!.counts).toEqual([alone]);
  });

  it('gives a set the answer of an earlier set that differs by less than the minimum', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.nat(DOMAIN - 1), { minLength: 20, maxLength: 400 }),
        fc.uniqueArray(fc.nat(DOMAIN - 1), { maxLength: defaultDisclosure.minimum - 1 }),
        async (keys, toggled) => {
          const changed = new Set(keys);
          for (const key of toggled) if (!changed.delete(key)) changed.add(key);
          const asked = control();
          expect(await sizeBy(asked, changed)).toBe(await sizeBy(asked, keys));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('gives a set that differs by more its own answer, and keeps the first answers', async () => {
    const asked = control();
    const first = await sizeBy(asked, range(0, 500));
    const second = await sizeBy(asked, range(0, 600));
    expect(second! - first!).toBeGreaterThan(89);
    expect(await sizeBy(asked, range(0, 503))).toBe(first);
    expect(await sizeBy(asked, range(3, 600))).toBe(second);
  });

  it('gives sets that grow one person at a time the answer of the first', async () => {
    const asked = control();
    const answers = [];
    for (const last of range(500, 508)) answers.push(await sizeBy(asked, range(0, last)));
    expect(new Set(answers).size).toBe(1);
  });

  it('applies stricter parameters even after an answer under laxer ones', async () => {
    const asked = control();
    expect(await sizeBy(asked, range(0, 20))).not.toBeNull();
    const strict = { ...defaultDisclosure, minimum: 30 };
    const again = question(units, [size(range(0, 20))], { parameters: strict });
    expect((await asked.answer(again)).tables[0]!.counts).toEqual([null]);
  });

  it('compares sets with the radius of the laxer purpose, and does not match far sets', async () => {
    const asked = control();
    const strict = { ...defaultDisclosure, minimum: 50 };
    const sizeFor = async (to: number) =>
      (await asked.answer(question(units, [size(range(0, to))], { parameters: strict }))).tables[0]!
        .counts[0]!;
    const first = await sizeBy(asked, range(0, 500));
    expect(await sizeFor(507)).toBe(first);
    const far = await sizeFor(540);
    expect(far - first!).toBeGreaterThan(20);
    // Against a set that was answered with the same radius, the stricter minimum applies.
    expect(await sizeFor(589)).toBe(far);
  });

  it('returns the parameters of the protection', async () => {
    const codes = Uint8Array.from(range(0, DOMAIN), (key) => (key < 3 ? 0 : key < 40 ? 1 : 2));
    const table = { members: setOf(range(0, 100), DOMAIN), dimensions: [{ size: 4, codes }] };
    const { tables, protection } = await control().answer(
      question(units, [table], { parameters: defaultDisclosure }),
    );
    expect(tables[0]!.counts.map((count) => count !== null)).toEqual([false, false, true, false, true]);
    expect(protection).toEqual({
      parameters: defaultDisclosure,
      smallestCount: 14,
      questionsLeft: defaultDisclosure.questions - 2,
    });
  });

  it('gives different answers under different secrets', async () => {
    const answers = await Promise.all(
      range(1, 20).map((byte) => sizeBy(control(new CellNoise(secretOf(byte))), range(0, 500))),
    );
    expect(new Set(answers).size).toBeGreaterThan(1);
  });

  it('refuses too many numbers or dimensions in one question', async () => {
    const codes = new Uint8Array(DOMAIN);
    const members = setOf([], DOMAIN);
    const of = (...sizes: number[]) =>
      question(units, [{ members, dimensions: sizes.map((size) => ({ size, codes })) }]);
    await expect(control().answer(of(200, 200))).rejects.toMatchObject({ code: 'OPERATION_TOO_LARGE' });
    await expect(control().answer(of(2, 2, 2, 2))).rejects.toMatchObject({ code: 'OPERATION_TOO_LARGE' });
  });
});

describe('the budget of questions', () => {
  const parameters = { ...defaultDisclosure, questions: 3 };
  const codes = new Uint8Array(DOMAIN);
  const ask = (asked: DisclosureControl, text: string, dimensions = 0, organisation = 'espoo') =>
    asked.answer(
      question(
        units,
        [{ members: setOf(range(0, 100), DOMAIN), dimensions: Array(dimensions).fill({ size: 2, codes }) }],
        { text, parameters, organisation },
      ),
    );

  it('belongs to an organisation, counts the views of a table, and charges a question once', async () => {
    const asked = control();
    expect((await ask(asked, 'a')).protection.questionsLeft).toBe(2);
    expect((await ask(asked, 'a')).protection.questionsLeft).toBe(2);
    expect((await ask(asked, 'b', 1)).protection.questionsLeft).toBe(0);
    await expect(ask(asked, 'c')).rejects.toMatchObject({ code: 'DISCLOSURE_BUDGET', status: 429 });
    expect((await ask(asked, 'a')).protection.questionsLeft).toBe(0);
    expect((await ask(asked, 'c', 0, 'vantaa')).protection.questionsLeft).toBe(2);
  });

  it('G02: is charged when a group is formed, and that counts towards the first question about it', async () => {
    const asked = control();
    const group = { organisation: 'espoo', group: 'a', parameters };
    asked.form(group);
    asked.form(group);
    expect((await ask(asked, 'a')).protection.questionsLeft).toBe(2);
    asked.form(group);
    asked.form({ ...group, group: 'b' });
    asked.form({ ...group, group: 'c' });
    expect(() => asked.form({ ...group, group: 'd' })).toThrow(
      expect.objectContaining({ code: 'DISCLOSURE_BUDGET', status: 429 }),
    );
    expect((await ask(asked, 'b')).protection.questionsLeft).toBe(0);
    await expect(ask(asked, 'd')).rejects.toMatchObject({ code: 'DISCLOSURE_BUDGET' });
    asked.form({ ...group, organisation: 'vantaa', group: 'd' });
  });

  it('G02: charges a part of a group when it is formed, and counts the charge of the whole towards it', async () => {
    const asked = control();
    const whole = { organisation: 'espoo', group: 'whole', parameters };
    asked.form(whole);
    asked.form({ ...whole, group: 'part', within: 'whole' });
    expect((await ask(asked, 'part')).protection.questionsLeft).toBe(2);
    asked.form({ ...whole, group: 'another part', within: 'whole' });
    asked.form({ ...whole, group: 'a third', within: 'whole' });
    expect(() => asked.form({ ...whole, group: 'a fourth', within: 'whole' })).toThrow(
      expect.objectContaining({ code: 'DISCLOSURE_BUDGET' }),
    );
  });

  it('stays unchanged if it does not cover a question', async () => {
    const asked = control();
    await expect(ask(asked, 'a', 2)).rejects.toMatchObject({ code: 'DISCLOSURE_BUDGET' });
    expect((await ask(asked, 'b')).protection.questionsLeft).toBe(2);
  });

  it('refuses every new question when the ledger is full, even about known sets', async () => {
    const asked = new DisclosureControl(noise, memoryLedger(noise, 2));
    await ask(asked, 'a');
    await ask(asked, 'b');
    // The same set as before needs no room in the ledger. The answer must not show that.
    await expect(ask(asked, 'c')).rejects.toMatchObject({ code: 'DISCLOSURE_UNAVAILABLE', status: 503 });
    await expect(ask(asked, 'a')).resolves.toBeDefined();
  });
});

/**
 * @property groups/protected-numbers
 * @property groups/ledger The ledger is durable before a number is published. It forgets nothing, refuses to
 * open when it is missing, cut or changed, and refuses questions by their text alone.
 * @enforcedBy disclosure-control/ledger/ledger.ts, disclosure-control/ledger/budgets.ts,
 * disclosure-control/ledger/ledgerFile.ts
 */
import {
  appendFile,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CellNoise } from '../../../disclosure-control/cellNoise.js';
import { DisclosureControl } from '../../../disclosure-control/disclosureControl.js';
import { type Ledger, type LedgerOptions, openLedger } from '../../../disclosure-control/ledger/ledger.js';
import { ledgerEndPath } from '../../../disclosure-control/ledger/ledgerFile.js';
import { defaultDisclosure } from '../../../policies/engine/disclosureParameters.js';
import { noise, people, question, range, secretOf, setOf } from './groups.js';

const DOMAIN = 1_000;
const units = await people(DOMAIN);
let data: string;
let ledger: Ledger | undefined;

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'polku-ledger-'));
});
afterEach(async () => {
  await ledger?.close();
  ledger = undefined;
  await rm(data, { recursive: true });
});

async function reopen(options: LedgerOptions = {}): Promise<DisclosureControl> {
  await ledger?.close();
  ledger = undefined;
  ledger = await openLedger(data, noise, options);
  return new DisclosureControl(noise, ledger);
}
const on = (date: string) => ({ now: () => new Date(`${date}T12:00:00Z`) });
const folder = () => join(data, 'ledger');
const ask = (control: DisclosureControl, to: number, text = `${to}`) =>
  control.answer(
    question(units, [{ members: setOf(range(0, to), DOMAIN), dimensions: [] }], {
      text,
      parameters: { ...defaultDisclosure, questions: 5 },
    }),
  );
const size = async (control: DisclosureControl, to: number) => (await ask(control, to)).tables[0]!.counts[0];

describe('the ledger', () => {
  it('remembers answered sets and budgets over a restart', async () => {
    const first = await size(await reopen(on('2026-03-01')), 500);
    const again = await reopen(on('2026-03-31'));
    const { tables, protection } = await ask(again, 504);
    expect(tables[0]!.counts).toEqual([first]);
    expect(protection.questionsLeft).toBe(3);
  });

  it('G02: remembers over a restart which groups were formed, and which had a question answered', async () => {
    const parameters = { ...defaultDisclosure, questions: 5 };
    const form = (control: DisclosureControl, group: string) =>
      control.form({ organisation: 'espoo', group, parameters });
    const before = await reopen(on('2026-03-01'));
    for (const group of ['100', '200', '300']) form(before, group);
    expect((await ask(before, 100)).protection.questionsLeft).toBe(2);
    const after = await reopen(on('2026-03-02'));
    expect((await ask(after, 200)).protection.questionsLeft).toBe(2);
    // Forming a group counts towards one question only.
    expect((await ask(after, 100, 'another')).protection.questionsLeft).toBe(1);
    form(after, '300');
    expect((await ask(after, 300)).protection.questionsLeft).toBe(1);
  });

  it('stores neither members nor texts of questions, and is readable by its owner only', async () => {
    await ask(await reopen(on('2026-03-01')), 500, 'all about somebody');
    const file = join(folder(), 'questions.jsonl');
    expect((await stat(file)).mode & 0o077).toBe(0);
    const text = await readFile(file, 'utf8');
    expect(text).not.toContain('somebody');
    // 500 members become a sketch of 35 half-words and the 18 smallest record keys.
    expect(text.length).toBeLessThan(600);
  });

  it('recovers from a crash that cut the last line short', async () => {
    const first = await size(await reopen(on('2026-03-01')), 500);
    await appendFile(join(folder(), 'questions.jsonl'), '{"charge":{"organisation":"espoo","quest');
    const control = await reopen(on('2026-03-02'));
    expect(await size(control, 504)).toBe(first);
    await ask(control, 300);
    expect((await ask(await reopen(on('2026-03-03')), 300)).protection.questionsLeft).toBe(2);
  });

  it('begins a new budget with the calendar month of Helsinki, and forgets no set', async () => {
    let now = new Date('2026-03-31T12:00:00Z');
    const control = await reopen({ now: () => now });
    const first = await size(control, 500);
    for (const to of [100, 200, 300, 400]) await ask(control, to);
    await expect(ask(control, 900)).rejects.toMatchObject({ code: 'DISCLOSURE_BUDGET' });
    now = new Date('2026-03-31T21:30:00Z');
    const { tables, protection } = await ask(control, 503);
    expect(protection.questionsLeft).toBe(4);
    expect(tables[0]!.counts).toEqual([first]);
  });

  it('never forgets old entries', async () => {
    const first = await size(await reopen(on('2026-03-01')), 500);
    expect(await size(await reopen(on('2036-03-01')), 503)).toBe(first);
  });

  it('does not open an unusable file, and leaves no lock', async () => {
    await mkdir(join(folder(), 'questions.jsonl'), { recursive: true });
    await expect(openLedger(data, noise)).rejects.toMatchObject({ code: 'DISCLOSURE_UNAVAILABLE' });
    expect(await readdir(folder())).toEqual(['questions.jsonl']);
  });

  it.each<[string, () => Promise<unknown>]>([
    ['its folder was removed', () => rm(folder(), { recursive: true })],
    ['it was closed', () => ledger!.close()],
  ])('does not answer if it cannot be written because %s', async (_, change) => {
    const control = await reopen();
    await change();
    await expect(ask(control, 500)).rejects.toMatchObject({ code: 'DISCLOSURE_UNAVAILABLE', status: 503 });
  });

  it('is open in one process at a time', async () => {
    await reopen();
    await expect(openLedger(data, noise)).rejects.toMatchObject({ code: 'DISCLOSURE_LEDGER_LOCKED' });
  });

  it('is not opened with another secret or with a damaged line', async () => {
    await ask(await reopen(on('2026-03-01')), 500);
    await ask(await reopen(on('2026-03-02')), 200);
    await ledger!.close();
    ledger = undefined;
    const invalid = { code: 'DISCLOSURE_LEDGER_INVALID' };
    await expect(openLedger(data, new CellNoise(secretOf(9)))).rejects.toMatchObject(invalid);
    const file = join(folder(), 'questions.jsonl');
    const lines = (await readFile(file, 'utf8')).split('\n');
    await writeFile(file, [lines[0], lines[1]!.slice(9), ...lines.slice(2)].join('\n'));
    await expect(openLedger(data, noise)).rejects.toMatchObject(invalid);
  });

  describe('with two questions', () => {
    const file = () => join(folder(), 'questions.jsonl');
    const invalid = { code: 'DISCLOSURE_LEDGER_INVALID' };
    beforeEach(async () => {
      await ask(await reopen(on('2026-03-01')), 500);
      await cp(folder(), join(data, 'older'), { recursive: true });
      await ask(await reopen(on('2026-03-02')), 200);
      await ledger!.close();
      ledger = undefined;
    });
    const edit = async (change: (text: string) => string) =>
      writeFile(file(), change(await readFile(file(), 'utf8')));

    it.each<[what: string, damage: () => Promise<unknown>]>([
      ['its file is missing', () => rm(file())],
      ['its folder is missing', () => rm(folder(), { recursive: true })],
      ['it is empty', () => truncate(file(), 0)],
      ['only its first line is left', () => edit((text) => text.slice(0, text.indexOf('\n') + 1))],
      [
        'its last line is missing',
        () => edit((text) => text.slice(0, text.lastIndexOf('\n', text.length - 2) + 1)),
      ],
      ['the end of its last line is missing', () => edit((text) => text.slice(0, -1))],
      ['it is an older copy', () => cp(join(data, 'older'), folder(), { recursive: true })],
      ['a line is duplicated', () => edit((text) => text.replace(/\n(.*)\n/, '\n$1\n$1\n'))],
      ['two lines are swapped', () => edit((text) => text.replace(/\n(.*)\n(.*)\n/, '\n$2\n$1\n'))],
      ['a question belongs to another organisation', () => edit((text) => text.replace('espoo', 'vantaa'))],
      ['a question costs less', () => edit((text) => text.replace('"cost":1', '"cost":0'))],
      ['a question has a negative cost', () => edit((text) => text.replace('"cost":1', '"cost":-9'))],
      ['a set was replaced', () => edit((text) => text.replace(/"sets":"..../, '"sets":"JQAA'))],
    ])('C04: is not opened and not changed if %s', async (_what, damage) => {
      await damage();
      const left = await readFile(file(), 'utf8').catch(() => undefined);
      await expect(openLedger(data, noise)).rejects.toMatchObject(invalid);
      expect(await readFile(file(), 'utf8').catch(() => undefined)).toBe(left);
    });

    it.each(['', '{}', '{"bytes":"0000000000000000","seal":"' + 'A'.repeat(43) + '"}\n'])(
      'C04: is not opened if its recorded end is %j',
      async (end) => {
        await writeFile(ledgerEndPath(data), end);
        await expect(openLedger(data, noise)).rejects.toMatchObject(invalid);
      },
    );

    it('C04: is accepted without a recorded end (older versions), and then records one', async () => {
      await rm(ledgerEndPath(data));
      expect((await ask(await reopen(on('2026-03-03')), 300)).protection.questionsLeft).toBe(2);
      await ledger!.close();
      ledger = undefined;
      await truncate(file(), 200);
      await expect(openLedger(data, noise)).rejects.toMatchObject(invalid);
    });

    it('C04: keeps a question that is later than the recorded end', async () => {
      // A power cut can cause this.
      const before = await readFile(ledgerEndPath(data));
      await ask(await reopen(on('2026-03-03')), 300);
      await ledger!.close();
      await writeFile(ledgerEndPath(data), before);
      expect((await ask(await reopen(on('2026-03-04')), 400)).protection.questionsLeft).toBe(1);
    });
  });
});

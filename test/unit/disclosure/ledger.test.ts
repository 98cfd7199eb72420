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

  it('G02: remembers over a restart which groups were formed, and which of them a question was answered of', async () => {
    const parameters = { ...defaultDisclosure, questions: 5 };
    const form = (control: DisclosureControl, group: string) =>
      control.form({ organisation: 'espoo', group, parameters });
    const before = await reopen(on('2026-03-01'));
    for (const group of ['100', '200', '300']) form(before, group);
    expect((await ask(before, 100)).protection.questionsLeft).toBe(2);
    const after = await reopen(on('2026-03-02'));
    expect((await ask(after, 200)).protection.questionsLeft).toBe(2);
    // What was formed counts once.
    expect((await ask(after, 100, 'another')).protection.questionsLeft).toBe(1);
    form(after, '300');
    expect((await ask(after, 300)).protection.questionsLeft).toBe(1);
  });

  it('keeps neither members nor questions, and is readable by its owner only', async () => {
    await ask(await reopen(on('2026-03-01')), 500, 'all about somebody');
    const file = join(folder(), 'questions.jsonl');
    expect((await stat(file)).mode & 0o077).toBe(0);
    const text = await readFile(file, 'utf8');
    expect(text).not.toContain('somebody');
    // 500 members are a sketch of 35 half-words and the 18 smallest record keys.
    expect(text.length).toBeLessThan(600);
  });

  it('is whole after a crash that tore the last line', async () => {
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

  it('forgets nothing for its age', async () => {
    const first = await size(await reopen(on('2026-03-01')), 500);
    expect(await size(await reopen(on('2036-03-01')), 503)).toBe(first);
  });

  it('does not begin where its file cannot be used, and leaves no lock', async () => {
    await mkdir(join(folder(), 'questions.jsonl'), { recursive: true });
    await expect(openLedger(data, noise)).rejects.toMatchObject({ code: 'DISCLOSURE_UNAVAILABLE' });
    expect(await readdir(folder())).toEqual(['questions.jsonl']);
  });

  it('answers nothing that it could not write', async () => {
    const control = await reopen();
    const closed = ledger!;
    await closed.close();
    ledger = undefined;
    // A file that is closed opens its path again.
    await rm(folder(), { recursive: true });
    await expect(ask(control, 500)).rejects.toMatchObject({ code: 'DISCLOSURE_UNAVAILABLE', status: 503 });
  });

  it('is kept by one process at a time', async () => {
    await reopen();
    await expect(openLedger(data, noise)).rejects.toMatchObject({ code: 'DISCLOSURE_LEDGER_LOCKED' });
  });

  it('is not continued under another secret, and not where a line is damaged', async () => {
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

  describe('of which two questions were asked', () => {
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
      ['its file is gone', () => rm(file())],
      ['its folder is gone', () => rm(folder(), { recursive: true })],
      ['it is empty', () => truncate(file(), 0)],
      ['only its first line is left', () => edit((text) => text.slice(0, text.indexOf('\n') + 1))],
      [
        'its last line is gone',
        () => edit((text) => text.slice(0, text.lastIndexOf('\n', text.length - 2) + 1)),
      ],
      ['the end of its last line is gone', () => edit((text) => text.slice(0, -1))],
      ['an older copy stands in its place', () => cp(join(data, 'older'), folder(), { recursive: true })],
      ['a line is put in twice', () => edit((text) => text.replace(/\n(.*)\n/, '\n$1\n$1\n'))],
      ['two lines have changed places', () => edit((text) => text.replace(/\n(.*)\n(.*)\n/, '\n$2\n$1\n'))],
      ['a question is of another organisation', () => edit((text) => text.replace('espoo', 'vantaa'))],
      ['a question costs less', () => edit((text) => text.replace('"cost":1', '"cost":0'))],
      [
        'a question costs nothing that is a number',
        () => edit((text) => text.replace('"cost":1', '"cost":-9')),
      ],
      ['a set is another', () => edit((text) => text.replace(/"sets":"..../, '"sets":"JQAA'))],
    ])('C04: is not opened where %s, and stays as it is', async (_what, damage) => {
      await damage();
      const left = await readFile(file(), 'utf8').catch(() => undefined);
      await expect(openLedger(data, noise)).rejects.toMatchObject(invalid);
      expect(await readFile(file(), 'utf8').catch(() => undefined)).toBe(left);
    });

    it.each(['', '{}', '{"bytes":"0000000000000000","seal":"' + 'A'.repeat(43) + '"}\n'])(
      'C04: is not opened where its known end is %j',
      async (end) => {
        await writeFile(ledgerEndPath(data), end);
        await expect(openLedger(data, noise)).rejects.toMatchObject(invalid);
      },
    );

    it('C04: of an older Polku, whose end is not known, is taken up, and then its end is', async () => {
      await rm(ledgerEndPath(data));
      expect((await ask(await reopen(on('2026-03-03')), 300)).protection.questionsLeft).toBe(2);
      await ledger!.close();
      ledger = undefined;
      await truncate(file(), 200);
      await expect(openLedger(data, noise)).rejects.toMatchObject(invalid);
    });

    it('C04: whose end was last known before the last question keeps that question, too', async () => {
      // A power cut may leave it so.
      const before = await readFile(ledgerEndPath(data));
      await ask(await reopen(on('2026-03-03')), 300);
      await ledger!.close();
      await writeFile(ledgerEndPath(data), before);
      expect((await ask(await reopen(on('2026-03-04')), 400)).protection.questionsLeft).toBe(1);
    });
  });
});

import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DisclosureControl } from '../../../disclosure-control/disclosureControl.js';
import type { ProtectedCount } from '../../../disclosure-control/groupQuestion.js';
import { openLedger } from '../../../disclosure-control/ledger/ledger.js';
import { ledgerEndPath } from '../../../disclosure-control/ledger/ledgerFile.js';
import { defaultDisclosure } from '../../../policies/engine/disclosureParameters.js';
import { noise, people, question, range, setOf } from '../../unit/disclosure-control/groups.js';
import type { Dice } from '../policyProof/dice.js';
import { type InputKind, refusedBy } from './inputKind.js';
import { mutateBytes, mutateText } from './mutate.js';
import { identities } from './plantedPeople.js';

const PEOPLE = 600;
const units = people(PEOPLE);
const ORGANISATIONS = ['espoo', 'vantaa'];
/** Groups that were queried, by their sizes, which differ enough that each is a set of its own. */
const ASKED = [100, 200, 300, 400, 500];
const TOKENS = [
  ...identities.codes,
  '"cost":0',
  '"cost":-1',
  '"month":"2026-02"',
  '"organisation":"other"',
  '"forms":true',
  'sets',
];

/** A data folder with a ledger, and the answers that it must keep. */
interface ValidLedger {
  readonly data: string;
  /** Sizes of the groups that must not be forgotten. */
  readonly asked: readonly number[];
  readonly answers: Answers;
}

/**
 * The answers for groups that differ a little from queried ones, and the questions that each organisation has
 * left.
 */
interface Answers {
  readonly counts: ReadonlyMap<number, ProtectedCount>;
  readonly left: readonly number[];
}

/**
 * The ledger of group questions or its known end, mutated, removed or replaced by an older copy. A ledger
 * that opens must give the same answers about the same sets, and no organisation an additional question. One
 * that does not open is left unchanged.
 *
 * A power cut leaves an earlier end. Then the questions after that end may be lost unnoticed, as if the disk
 * never had them; no question before it may be lost.
 */
export const ledgerFiles: InputKind = {
  name: 'ledger files',
  async prepare() {
    const { ledgers, older } = await makeLedgers();
    return {
      async attempt(dice) {
        const { data, asked, answers } = dice.pick(ledgers);
        const folder = await copyOf(data);
        try {
          await spoil(folder, older, dice);
          const before = await contentOf(folder);
          let now: Answers;
          try {
            now = await answersOf(folder, asked);
          } catch (error) {
            const refused = refusedBy(error);
            const isLeft = refused.outcome === 'DISCLOSURE_BUDGET' || (await contentOf(folder)) === before;
            return isLeft
              ? refused
              : { ...refused, faults: [...refused.faults, 'A refused ledger was changed.'] };
          }
          const faults: string[] = [];
          if ([...answers.counts].some(([size, count]) => now.counts.get(size) !== count))
            faults.push('A set that was answered is forgotten.');
          if (now.left.some((left, index) => left > answers.left[index]!))
            faults.push('A budget is given back.');
          return { outcome: 'accepted', published: [], faults };
        } finally {
          await rm(folder, { recursive: true });
        }
      },
      async close() {
        for (const { data } of ledgers) await rm(data, { recursive: true });
        for (const folder of older) await rm(folder, { recursive: true });
      },
    };
  },
};

async function makeLedgers(): Promise<{ ledgers: readonly ValidLedger[]; older: readonly string[] }> {
  const closed = await mkdtemp(join(tmpdir(), 'polku-hostile-'));
  const older: string[] = [];
  for (const size of ASKED) {
    older.push(await copyOf(closed));
    await withControl(closed, (control) => ask(control, size, ORGANISATIONS[size % 3 === 0 ? 1 : 0]!));
  }
  const before = older.at(-1)!;
  const cutOff = await copyOf(closed);
  await cp(ledgerEndPath(before), ledgerEndPath(cutOff));
  const expected = async (data: string, asked: readonly number[]) => {
    const copy = await copyOf(data);
    try {
      return await answersOf(copy, asked);
    } finally {
      await rm(copy, { recursive: true });
    }
  };
  const kept = ASKED.slice(0, -1);
  return {
    ledgers: [
      { data: closed, asked: ASKED, answers: await expected(closed, ASKED) },
      { data: cutOff, asked: kept, answers: await expected(before, kept) },
    ],
    // Without all that may be lost after a power cut.
    older,
  };
}

async function spoil(data: string, older: readonly string[], dice: Dice): Promise<void> {
  const paths = [ledgerPath(data), ledgerEndPath(data)];
  const path = dice.once(4) ? paths[1]! : paths[0]!;
  if (dice.once(10)) return rm(path);
  if (dice.once(10)) return cp(ledgerPath(dice.pick(older.slice(1))), ledgerPath(data));
  const bytes = await readFile(path);
  await writeFile(
    path,
    dice.once(2) ? mutateBytes(bytes, dice) : mutateText(bytes.toString('latin1'), dice, TOKENS),
  );
}

async function answersOf(data: string, asked: readonly number[]): Promise<Answers> {
  const counts = new Map<number, ProtectedCount>();
  const left: number[] = [];
  await withControl(data, async (control) => {
    for (const size of asked) counts.set(size, (await ask(control, size + 3, 'espoo')).count);
    for (const organisation of ORGANISATIONS) left.push((await ask(control, 1, organisation)).left);
  });
  return { counts, left };
}

async function withControl(
  data: string,
  use: (control: DisclosureControl) => Promise<unknown>,
): Promise<void> {
  const ledger = await openLedger(data, noise, { now: () => new Date('2026-03-15T12:00:00Z') });
  try {
    await use(new DisclosureControl(noise, ledger));
  } finally {
    await ledger.close();
  }
}

async function ask(control: DisclosureControl, size: number, organisation: string) {
  const table = { members: setOf(range(0, size), PEOPLE), dimensions: [] };
  const given = { text: `of ${size}`, organisation, parameters: defaultDisclosure };
  const { tables, protection } = await control.answer(question(await units, [table], given));
  return { count: tables[0]!.counts[0]!, left: protection.questionsLeft };
}

async function contentOf(data: string): Promise<string> {
  const read = (path: string) => readFile(path, 'latin1').catch(() => 'none');
  return `${await read(ledgerPath(data))}\n${await read(ledgerEndPath(data))}`;
}

function ledgerPath(data: string): string {
  return join(data, 'ledger', 'questions.jsonl');
}

async function copyOf(data: string): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'polku-hostile-'));
  await cp(data, copy, { recursive: true });
  return copy;
}

import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LiveMarks } from '../../../cli/runtime/liveFiles.js';
import { parseDay } from '../../../lib/calendar.js';
import { includesDay, NO_DAY } from '../../../registry-kit/columns/table.js';
import { changeRestrictions, restrictionPath } from '../../../registry-kit/restrictions/restrictionFile.js';
import {
  addRestrictions,
  hiddenBy,
  hasRestriction,
  restrictionKinds,
  type Restrictions,
} from '../../../registry-kit/restrictions/restrictions.js';
import type { PersonKey } from '../../../schema/keys.js';
import type { Dice } from '../policyProof/dice.js';
import { type Attempt, type InputKind, refusedBy } from './inputKind.js';
import { mutateBytes, mutateText } from './mutate.js';
import { identities } from './plantedPeople.js';

const place = (data: string) => ({ data, registry: 'health', store: '5'.repeat(32) });
const TODAY = parseDay('2026-05-14')!;
/** An official whose name is in the list, and nowhere else. */
const author = { time: '2026-05-14T08:00:00.000Z', by: 'Korhonen' };
const TOKENS = [
  ...identities.codes,
  ...restrictionKinds,
  'polku-marks 1 ',
  '[]',
  '[1,"2026-01-01",null]',
  '"sequence":1',
];

/** What is damaged. */
type Spoil =
  | 'list'
  | 'trace'
  | 'gone, and a trace'
  | 'older, and a trace'
  | 'under a running server'
  | 'checksum recomputed';

const spoils: readonly Spoil[] = [
  'list',
  'list',
  'trace',
  'gone, and a trace',
  'older, and a trace',
  'under a running server',
  'checksum recomputed',
  'checksum recomputed',
];

/**
 * The restriction file of a registry, or its trace in linkage and snapshots, mutated. Nobody's mark may be
 * lifted: a file that opens restricts the same people on the same days or more, and a running server keeps
 * what it has read.
 *
 * A checksum is not secret, so a file that was rewritten together with its checksum is another file. Then
 * each mark in it must be in force as written, or the file is refused.
 */
export const restrictionLists: InputKind = {
  name: 'restriction lists',
  async prepare() {
    const original = await mkdtemp(join(tmpdir(), 'polku-hostile-'));
    for (const folder of ['linkage', 'health']) await mkdir(join(original, folder));
    await mark(original, 'restriction', [3, 7]);
    const older = await readFile(restrictionPath(original, 'health'));
    await mark(original, 'restriction', [11, 19, 23]);
    await mark(original, 'erasure', [31, 37]);
    await mark(original, 'objection', [41]);
    await changeRestrictions(place(original), (marks) => ({
      ...marks,
      shields: new Map([[53, [{ start: TODAY - 9, end: NO_DAY }]]]),
    }));
    const valid = (await LiveMarks.open(place(original))).current;

    async function attempt(dice: Dice): Promise<Attempt> {
      const folder = await mkdtemp(join(tmpdir(), 'polku-hostile-'));
      try {
        await cp(original, folder, { recursive: true });
        return await attemptIn(folder, dice.pick(spoils), dice);
      } finally {
        await rm(folder, { recursive: true });
      }
    }

    async function attemptIn(data: string, spoil: Spoil, dice: Dice): Promise<Attempt> {
      const path = restrictionPath(data, 'health');
      const trace = join(data, dice.pick(['linkage', 'health']), 'marks-health.json');
      if (spoil === 'under a running server') {
        const live = await LiveMarks.open(place(data));
        await mutateFile(path, dice);
        const refreshed = await live.refresh().then((): Attempt => accepted([]), refusedBy);
        return { ...refreshed, faults: [...refreshed.faults, ...lifted(valid, live.current)] };
      }
      let text: string | undefined;
      if (spoil === 'checksum recomputed') text = await rewrite(path, dice);
      else if (spoil === 'list') await mutateFile(path, dice);
      else await mutateFile(trace, dice);
      if (spoil === 'gone, and a trace') await rm(path);
      if (spoil === 'older, and a trace') await writeFile(path, older);
      try {
        const { current } = await LiveMarks.open(place(data));
        return accepted(text === undefined ? lifted(valid, current) : notInForce(text, current));
      } catch (error) {
        return refusedBy(error);
      }
    }
    return { attempt, close: () => rm(original, { recursive: true }) };
  },
};

function accepted(faults: readonly string[]): Attempt {
  return { outcome: 'accepted', published: [], faults };
}

async function mark(
  data: string,
  kind: (typeof restrictionKinds)[number],
  people: readonly PersonKey[],
): Promise<void> {
  const days = { start: TODAY - 30, end: kind === 'restriction' ? TODAY + 300 : NO_DAY };
  await changeRestrictions(place(data), (marks) =>
    addRestrictions(marks, kind, new Set(people), days, author),
  );
}

async function mutateFile(path: string, dice: Dice): Promise<void> {
  const bytes = await readFile(path);
  await writeFile(path, dice.once(2) ? mutateBytes(bytes, dice) : mutateText(bytes.toString(), dice, TOKENS));
}

/** Mutates what follows the first line, and recomputes the checksum. */
async function rewrite(path: string, dice: Dice): Promise<string> {
  const text = (await readFile(path, 'utf8')).replace(/^.*\n/, '');
  // A lone surrogate cannot be written; the text as it is read again counts.
  const mutated = Buffer.from(mutateText(text, dice, TOKENS)).toString();
  const checksum = createHash('sha256').update(mutated).digest('hex');
  await writeFile(path, `polku-marks 2 ${checksum}\n${mutated}`);
  return mutated;
}

/** Valid marks that the others lack, on days in and around theirs. */
function lifted(valid: Restrictions, now: Restrictions): string[] {
  const faults: string[] = [];
  for (const on of [TODAY - 31, TODAY - 30, TODAY, TODAY + 300, TODAY + 301]) {
    for (const kind of restrictionKinds)
      for (const person of valid.people[kind].keys())
        if (hasRestriction(valid, kind, person, on) && !hasRestriction(now, kind, person, on))
          faults.push(`A mark of ${kind} is lifted.`);
    for (const kind of ['restriction', 'erasure'] as const)
      for (const person of valid.people[kind].keys())
        if (hiddenBy(valid, on, undefined)(person) && !hiddenBy(now, on, undefined)(person))
          faults.push('Somebody who is restricted is shown.');
    for (const [person, days] of valid.shields)
      if (
        days.some((span) => includesDay(span, on)) &&
        !now.shields.get(person)?.some((span) => includesDay(span, on))
      )
        faults.push('A shield is lifted.');
  }
  return [...new Set(faults)];
}

/** The marks in the text of an accepted file that are not in force. */
function notInForce(text: string, marks: Restrictions): string[] {
  const { people } = JSON.parse(text) as { people: Record<string, [PersonKey, string, string | null][]> };
  const faults: string[] = [];
  for (const kind of restrictionKinds) {
    for (const [person, start, end] of people[kind]!) {
      const days = [start, end ?? '2999-12-31'].map(parseDay);
      if (days.some((on) => on === undefined || !hasRestriction(marks, kind, person, on)))
        faults.push(`A mark of ${kind} stands in the list and is not in force.`);
    }
  }
  return [...new Set(faults)];
}

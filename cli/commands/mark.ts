import { userInfo } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { Command, InvalidArgumentError } from 'commander';
import { type Day, formatDay, parseDay, today } from '../../lib/calendar.js';
import { PolkuError } from '../../lib/errors.js';
import { parseScheme } from '../../linkage/localId.js';
import { type Days, includesDay, NO_DAY } from '../../registry-kit/columns/table.js';
import { readMarks } from '../../registry-kit/restrictions/restrictionFile.js';
import {
  type MarkChange,
  type MarkKind,
  markKinds,
  type Marks,
  SHIELDING_REGISTRY,
} from '../../registry-kit/restrictions/restrictions.js';
import { registries } from '../../subgraphs/registries.js';
import { dataOption, secretsOption } from '../options.js';
import { count } from '../progress.js';
import { liftPeople, type Marking, markPeople } from '../runtime/restrictPeople.js';
import { Secrets } from '../runtime/secrets.js';

const ABOUT = `Marks people, between two extractions: running servers take it up within seconds, over any snapshot.
docs/how-to/mark-a-person.md tells when to use which.`;

const NOTES = `
Kinds:
  non-disclosure   places and family ties are withheld, of those who live with the person too (661/2009 §36)
  objection        the policy condition not-objected holds no more in the registry (703/2023)
  restriction      the person's rows in the registry answer nobody but the person (GDPR Art. 18)
  erasure          the person's rows in the registry answer as if they had never been, after later extractions too (GDPR Art. 17)

Codes come on standard input, one a line, never among the words of the command; all lines are taken or none:
  polku mark add restriction --registry health --until 2027-03-31 < codes.txt
  polku mark add non-disclosure --until 2031-05-14 < codes.txt
  polku mark lift restriction --registry health < codes.txt`;

/** The days that the law does not give a mark, and why. */
const NO_DAYS: Readonly<
  Partial<Record<MarkKind, { readonly not: readonly ('from' | 'until')[]; why: string }>>
> = {
  objection: { not: ['until'], why: 'it lasts until the person withdraws it, and is lifted then' },
  erasure: { not: ['from', 'until'], why: 'what is erased is erased at once and for good' },
};

interface MarkOptions {
  readonly data: string;
  readonly secrets?: string;
  readonly registry?: string;
  readonly scheme: string;
  readonly by?: string;
}

export function markCommand(): Command {
  return new Command('mark')
    .description(ABOUT)
    .addCommand(addCommand())
    .addCommand(liftCommand())
    .addCommand(listCommand())
    .addHelpText('after', NOTES);
}

function addCommand(): Command {
  return markOptions(new Command('add').description('Marks the people whose codes come on standard input.'))
    .option('--from <day>', 'the first day that counts (ISO 8601); default: today', day)
    .option('--until <day>', 'the last day that counts', day)
    .action(async (kind: string, options: MarkOptions & { from?: Day; until?: Day }) => {
      const target = targetOf(kind, options);
      const days = daysOf(target.kind, options);
      const { people, again } = await markPeople(await marking(target, options), days);
      const span = days.end === NO_DAY ? '' : ` until ${formatDay(days.end)}`;
      console.log(
        `Marked in ${target.registry}: ${target.kind} of ${persons(people)}, from ${formatDay(days.start)}${span}.`,
      );
      if (again > 0) console.log(`${count(again)} of them had the mark already; the new days count.`);
      console.log('Servers take it up within seconds.');
    });
}

function liftCommand(): Command {
  return markOptions(
    new Command('lift').description(
      'Lifts the mark of the people whose codes come on standard input. What a registry itself has on record stays.',
    ),
  ).action(async (kind: string, options: MarkOptions) => {
    const target = targetOf(kind, options);
    const people = await liftPeople(await marking(target, options));
    console.log(
      `Lifted in ${target.registry}: ${target.kind} of ${persons(people)}. Servers take it up within seconds.`,
    );
  });
}

function listCommand(): Command {
  return new Command('list')
    .description(
      'Tells how many people are marked, and who has changed that and when; of whom nobody can tell.',
    )
    .addOption(dataOption())
    .action(async ({ data }: { data: string }) => {
      let lists = 0;
      for (const { definition } of registries) {
        const marks = await readMarks(data, definition.name);
        if (marks.changes.length === 0) continue;
        lists += 1;
        console.log([definition.name, ...listed(marks), ...marks.changes.map(described)].join('\n  '));
      }
      if (lists === 0) console.log(`Nobody was ever marked in ${data}.`);
    });
}

function markOptions(command: Command): Command {
  return command
    .argument('<kind>', `one of: ${markKinds.join(', ')}`)
    .option('--registry <name>', `whose rows it concerns; not for non-disclosure, which concerns all`)
    .addOption(dataOption())
    .addOption(secretsOption())
    .option('--scheme <scheme>', 'hetu, or local:<name space> for ids of one system', 'hetu')
    .option('--by <name>', 'who does it, for the record; default: the user of this machine', author);
}

interface Target {
  readonly kind: MarkKind;
  readonly registry: string;
}

// What was typed instead of a kind or a registry may be a code, so it is not repeated.
function targetOf(word: string, { registry }: MarkOptions): Target {
  const kind = markKinds.find((known) => known === word);
  if (!kind)
    throw new PolkuError('USAGE', `There is no such kind of mark. There are: ${markKinds.join(', ')}.`);
  if (kind === 'non-disclosure') {
    if (registry === undefined || registry === SHIELDING_REGISTRY)
      return { kind, registry: SHIELDING_REGISTRY };
    throw new PolkuError('USAGE', 'A non-disclosure concerns all registries; leave out --registry.');
  }
  const allowed = registries
    .map(({ definition }) => definition)
    .filter(({ tables }) => kind !== 'objection' || 'objections' in tables)
    .map(({ name }) => name);
  if (registry !== undefined && allowed.includes(registry)) return { kind, registry };
  const fault = registry === undefined ? 'Name' : 'There is no such registry for this kind of mark. Name';
  throw new PolkuError('USAGE', `${fault} with --registry one of: ${allowed.join(', ')}.`);
}

function daysOf(kind: MarkKind, given: { readonly from?: Day; readonly until?: Day }): Days {
  const { not = [], why } = NO_DAYS[kind] ?? {};
  for (const option of not)
    if (given[option] !== undefined) throw new PolkuError('USAGE', `${kind} takes no --${option}: ${why}.`);
  const { from, until } = given;
  const start = from ?? today();
  if (until !== undefined && until < start)
    throw new PolkuError(
      'USAGE',
      `Expected --until on or after ${formatDay(start)}, the first day that counts.`,
    );
  return { start, end: until ?? NO_DAY };
}

async function marking({ kind, registry }: Target, options: MarkOptions): Promise<Marking> {
  const { data, by = machineUser() } = options;
  // Nobody becomes known by a mark, so that it need not know the form that the mapping declares.
  const scheme = parseScheme(options.scheme, { form: /./u });
  if (process.stdin.isTTY) console.error('Type codes, one a line; Ctrl-D ends.');
  const secrets = new Secrets(options.secrets ?? join(data, 'secrets'));
  return { data, secrets, registry, kind, codes: await text(process.stdin), scheme, by };
}

/** A user without an entry among the machine's users has a number only. */
function machineUser(): string {
  try {
    return userInfo().username;
  } catch {
    return `user-${process.getuid?.()}`;
  }
}

function listed({ people }: Marks): string[] {
  return markKinds.flatMap((kind) => {
    const all = [...people[kind].values()];
    const now = all.filter((days) => includesDay(days, today())).length;
    const rest = all.length > now ? `; ${count(all.length - now)} not yet or not any more` : '';
    return all.length > 0 ? [`${kind}: ${persons(now)} today${rest}`] : [];
  });
}

function described({ time, action, kind, people, by }: MarkChange): string {
  return `${time} ${action} ${kind}: ${persons(people)}, by ${by}`;
}

function persons(people: number): string {
  return people === 1 ? '1 person' : `${count(people)} people`;
}

function day(written: string): Day {
  const read = parseDay(written);
  if (read !== undefined) return read;
  throw new InvalidArgumentError('Expected a day such as 2027-03-31.');
}

function author(name: string): string {
  if (/^[\w.@-]{1,64}$/.test(name)) return name;
  throw new InvalidArgumentError('Expected up to 64 letters, digits or any of . _ @ -');
}

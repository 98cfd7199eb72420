import { userInfo } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { Command, InvalidArgumentError } from 'commander';
import { type Day, formatDay, parseDay, today } from '../../lib/calendar.js';
import { PolkuError } from '../../lib/errors.js';
import { parseScheme } from '../../linkage/localId.js';
import { type Days, includesDay, NO_DAY } from '../../registry-kit/columns/table.js';
import { readRestrictions } from '../../registry-kit/restrictions/restrictionFile.js';
import {
  type RestrictionChange,
  type RestrictionKind,
  restrictionKinds,
  type Restrictions,
  SHIELDING_REGISTRY,
} from '../../registry-kit/restrictions/restrictions.js';
import { registries } from '../../subgraphs/registries.js';
import { dataOption, secretsOption } from '../options.js';
import { formatCount } from '../progress.js';
import { liftPeople, type Marking, markPeople } from '../runtime/restrictPeople.js';
import { Secrets } from '../runtime/secrets.js';
import { commandEvents } from '../runtime/securitySink.js';

const ABOUT = `Marks people without a new extraction. Running servers obey a mark within seconds, for every snapshot.
docs/how-to/mark-a-person.md explains when to use which kind.`;

const NOTES = `
Kinds:
  non-disclosure   withholds places and family ties of the person and of those who live with the person (661/2009 §36)
  objection        makes the policy condition not-objected false for the person in the registry (703/2023)
  restriction      shows the person's rows in the registry to nobody but the person (GDPR Art. 18)
  erasure          hides the person's rows in the registry as if they never existed, also after later extractions (GDPR Art. 17)

Give identity codes on standard input, one per line, and never as arguments. Either all lines are accepted or none:
  polku mark add restriction --registry health --until 2027-03-31 < codes.txt
  polku mark add non-disclosure --until 2031-05-14 < codes.txt
  polku mark lift restriction --registry health < codes.txt`;

/** The days that a kind of mark cannot have, and why. */
const NO_DAYS: Readonly<
  Partial<Record<RestrictionKind, { readonly not: readonly ('from' | 'until')[]; why: string }>>
> = {
  objection: { not: ['until'], why: 'it lasts until the person withdraws it; lift it then' },
  erasure: { not: ['from', 'until'], why: 'an erasure takes effect at once and is permanent' },
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
  return markOptions(
    new Command('add').description('Marks the people whose identity codes are on standard input.'),
  )
    .option('--from <day>', 'the first day of the mark (ISO 8601); default: today', day)
    .option('--until <day>', 'the last day of the mark; default: no end', day)
    .action(async (kind: string, options: MarkOptions & { from?: Day; until?: Day }, command: Command) => {
      const target = targetOf(kind, options);
      const days = daysOf(target.kind, options);
      const { people, again } = await markPeople(await marking(target, options), days);
      commandEvents(command).record('marks-added', { ...target, people });
      const span = days.end === NO_DAY ? '' : ` until ${formatDay(days.end)}`;
      console.log(
        `Marked in ${target.registry}: ${target.kind} of ${persons(people)}, from ${formatDay(days.start)}${span}.`,
      );
      if (again > 0)
        console.log(`${formatCount(again)} of them had the mark already; it now has the new days.`);
      console.log('Servers obey it within seconds.');
    });
}

function liftCommand(): Command {
  return markOptions(
    new Command('lift').description(
      'Lifts the mark of the people whose identity codes are on standard input. It does not change what the registry itself has on record.',
    ),
  ).action(async (kind: string, options: MarkOptions, command: Command) => {
    const target = targetOf(kind, options);
    const people = await liftPeople(await marking(target, options));
    commandEvents(command).record('marks-lifted', { ...target, people });
    console.log(
      `Lifted in ${target.registry}: ${target.kind} of ${persons(people)}. Servers obey it within seconds.`,
    );
  });
}

function listCommand(): Command {
  return new Command('list')
    .description(
      'Shows how many people are marked, and who changed the marks and when. It never shows who is marked.',
    )
    .addOption(dataOption())
    .action(async ({ data }: { data: string }) => {
      let lists = 0;
      for (const { definition } of registries) {
        const marks = await readRestrictions(data, definition.name);
        if (marks.changes.length === 0) continue;
        lists += 1;
        console.log([definition.name, ...listed(marks), ...marks.changes.map(described)].join('\n  '));
      }
      if (lists === 0) console.log(`Nobody was ever marked in ${data}.`);
    });
}

function markOptions(command: Command): Command {
  return command
    .argument('<kind>', `one of: ${restrictionKinds.join(', ')}`)
    .option(
      '--registry <name>',
      `the registry that the mark applies to; not for non-disclosure, which applies to all`,
    )
    .addOption(dataOption())
    .addOption(secretsOption())
    .option(
      '--scheme <scheme>',
      'the kind of identity codes: hetu, or local:<name space> for ids of one system',
      'hetu',
    )
    .option('--by <name>', 'who makes the change, for the record; default: the user of this machine', author);
}

interface Target {
  readonly kind: RestrictionKind;
  readonly registry: string;
}

// Messages do not repeat the argument, because somebody may have typed an identity code there.
function targetOf(word: string, { registry }: MarkOptions): Target {
  const kind = restrictionKinds.find((known) => known === word);
  if (!kind)
    throw new PolkuError(
      'USAGE',
      `There is no such kind of mark. There are: ${restrictionKinds.join(', ')}.`,
    );
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

function daysOf(kind: RestrictionKind, given: { readonly from?: Day; readonly until?: Day }): Days {
  const { not = [], why } = NO_DAYS[kind] ?? {};
  for (const option of not)
    if (given[option] !== undefined) throw new PolkuError('USAGE', `${kind} takes no --${option}: ${why}.`);
  const { from, until } = given;
  const start = from ?? today();
  if (until !== undefined && until < start)
    throw new PolkuError(
      'USAGE',
      `Expected --until on or after ${formatDay(start)}, the first day of the mark.`,
    );
  return { start, end: until ?? NO_DAY };
}

async function marking({ kind, registry }: Target, options: MarkOptions): Promise<Marking> {
  const { data, by = machineUser() } = options;
  // A mark makes nobody known, so it need not check the form of ids that the mapping declares.
  const scheme = parseScheme(options.scheme, { form: /./u });
  if (process.stdin.isTTY) console.error('Type identity codes, one per line; Ctrl-D ends the list.');
  const secrets = new Secrets(options.secrets ?? join(data, 'secrets'));
  return { data, secrets, registry, kind, codes: await text(process.stdin), scheme, by };
}

/** The name of the machine's user, or the number of a user without a name. */
function machineUser(): string {
  try {
    return userInfo().username;
  } catch {
    return `user-${process.getuid?.()}`;
  }
}

function listed({ people }: Restrictions): string[] {
  return restrictionKinds.flatMap((kind) => {
    const all = [...people[kind].values()];
    const now = all.filter((days) => includesDay(days, today())).length;
    const rest = all.length > now ? `; ${formatCount(all.length - now)} not yet or no longer` : '';
    return all.length > 0 ? [`${kind}: ${persons(now)} today${rest}`] : [];
  });
}

function described({ time, action, kind, people, by }: RestrictionChange): string {
  return `${time} ${action} ${kind}: ${persons(people)}, by ${by}`;
}

function persons(people: number): string {
  return people === 1 ? '1 person' : `${formatCount(people)} people`;
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

import type { KeyObject } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { Command, Option } from 'commander';
import {
  draftFolder,
  draftRollback,
  type FileChanges,
} from '../../approvals/policy-revisions/draftRevision.js';
import type { VerifiedRevision } from '../../approvals/policy-revisions/verifyRevisions.js';
import { createPersonKey, readPersonKey, signPayload } from '../../approvals/personKey.js';
import {
  type Closure,
  closurePayload,
  type OverruledTests,
  type Revision,
  writeRevision,
} from '../../approvals/policy-revisions/revision.js';
import { PERSON_ID } from '../../approvals/signedDocument.js';
import { changedTests, failingTests } from '../../gateway/policy-review/policyDrafts.js';
import { formatDay, today } from '../../lib/calendar.js';
import { PolkuError } from '../../lib/errors.js';
import type { PolicySource } from '../../policies/engine/parse/problems.js';
import { dataOption, ownersOption, policiesFolder, wholeNumber } from '../options.js';
import { loadPolicies, loadTests } from '../runtime/openPolicy.js';
import { openReviewThread, openRevisionService, shippedTests } from '../runtime/openRevisions.js';
import { readSigner } from '../runtime/secrets.js';
import { commandEvents } from '../runtime/securitySink.js';

const DAYS_A_YEAR = 365;

export interface StoreOptions {
  readonly data: string;
  readonly store?: string;
  readonly owners?: string;
}

interface DraftOptions extends StoreOptions {
  readonly key: string;
  readonly comment: string;
  readonly days: number;
  readonly out?: string;
}

/** The number of a revision, as an argument. */
export const revisionNumber = wholeNumber(1, Number.MAX_SAFE_INTEGER);

/** The commands with which data owners change policies in production; see docs/how-to/change-a-policy.md. */
export function revisionCommands(): readonly Command[] {
  return [
    keyCommand(),
    proposeCommand(),
    closeCommand('withdraw', 'withdrawn', 'Withdraws your own proposal while it waits for signatures.'),
    closeCommand(
      'reject',
      'rejected',
      'Rejects a proposal of another person while it waits for signatures. You must sign for an owner that it concerns.',
    ),
    signCommand(),
    rollbackCommand(),
    historyCommand(),
  ];
}

function keyCommand(): Command {
  return new Command('key')
    .description('Creates your signing key and prints the lines that go into owners.yaml.')
    .requiredOption('--person <id>', 'your id in owners.yaml, such as health-1; not your name')
    .requiredOption('--out <file>', 'the file for your private key; do not share it')
    .action(async ({ person, out }: { person: string; out: string }) => {
      if (!PERSON_ID.test(person))
        throw new PolkuError('USAGE', 'An id has lower-case letters, digits and hyphens, such as health-1.');
      const key = await createPersonKey(out);
      console.log(
        `Your private key is in ${out}. Nobody else may have it, not even a server. Keep a copy in a safe.`,
      );
      console.log(
        'Ask for these lines to be added under "people:" in owners.yaml, and your id under your registry:\n',
      );
      console.log(`  ${person}: { label: YOUR OFFICE, key: ${key} }`);
    });
}

function proposeCommand(): Command {
  return draftOptions(
    new Command('propose')
      .description(
        'Proposes a revision with everything that differs from the policies in force, and signs it as its author.',
      )
      .option('--policies <folder>', 'the folder of the new policies', policiesFolder)
      .option(
        '--overrule-failing-tests <reason>',
        'propose although tests fail; the tests, the reason and you are named in what is signed',
      )
      .option('--first', 'propose the very first revision, which sets every file')
      .option(
        '--renew <file>',
        'set an unchanged file again, so that it expires later; repeat the option for several',
        collect,
        [],
      ),
  ).action(
    async (
      options: DraftOptions & {
        policies: string;
        first?: boolean;
        renew: string[];
        overruleFailingTests?: string;
      },
      command: Command,
    ) => {
      const { key, person: author } = await readSigner(options);
      const revisionService = await openRevisionService(options);
      const history = await revisionService.history();
      if ((history.inForce === undefined) !== (options.first === true)) {
        throw new PolkuError(
          'USAGE',
          history.inForce
            ? `There are revisions already (the newest in force is ${history.inForce.sequence}); leave out --first.`
            : 'No revision is in force yet; with --first you propose the one that sets every file.',
        );
      }
      const sources = await loadPolicies(options.policies);
      const replaced = history.inForce?.allTests ?? new Map();
      const tests = changedTests(await shippedTests(), replaced, await loadTests(options.policies));
      const overruled = await overruling(sources, new Map([...replaced, ...tests]), options);
      await submit(
        draftFolder(history, sources, {
          ...terms(options),
          author,
          renew: options.renew,
          tests,
          overruled,
        }),
        key,
        options,
        command,
      );
    },
  );
}

/** The tests that fail, and why that does not matter; undefined: there is none, or no reason. */
async function overruling(
  sources: readonly PolicySource[],
  tests: FileChanges,
  { overruleFailingTests: reason }: { readonly overruleFailingTests?: string },
): Promise<OverruledTests | undefined> {
  if (reason === undefined) return undefined;
  const thread = openReviewThread();
  try {
    const failing = await failingTests({ thread, tests: shippedTests })(sources, tests);
    return failing.length > 0 ? { tests: failing, reason } : undefined;
  } finally {
    await thread.close();
  }
}

function rollbackCommand(): Command {
  return draftOptions(
    new Command('rollback')
      .description('Proposes to restore the policies of an earlier revision. The proposal gets a new number.')
      .argument('<sequence>', 'the number of the earlier revision', revisionNumber),
  ).action(async (sequence: number, options: DraftOptions, command: Command) => {
    const { key, person: author } = await readSigner(options);
    const history = await (await openRevisionService(options)).history();
    await submit(draftRollback(history, sequence, { ...terms(options), author }), key, options, command);
  });
}

function closeCommand(name: string, closure: Closure, about: string): Command {
  return storeOptions(
    new Command(name).description(about).argument('<sequence>', 'the number of the revision', revisionNumber),
  )
    .requiredOption('--key <file>', 'your private key')
    .requiredOption('--comment <text>', 'the reason, in a sentence that the others will read')
    .action(
      async (
        sequence: number,
        options: StoreOptions & { key: string; comment: string },
        command: Command,
      ) => {
        const { key, person } = await readSigner(options);
        const { comment } = options;
        const revisionService = await openRevisionService({ ...options, events: commandEvents(command) });
        const { payload } = await revisionService.waiting(sequence);
        const signature = signPayload(closurePayload(closure, payload, comment), key);
        const closed = await revisionService.close(sequence, { closure, person, comment, signature });
        console.log(`Revision ${sequence} (${closed.comment}) is ${closure} by you, as "${person}".`);
      },
    );
}

function signCommand(): Command {
  return new Command('sign')
    .description(
      'Prints your signature of a revision, for the mutations proposePolicy and approvePolicy of the gateway. With --withdraw or --reject, for withdrawPolicy and rejectPolicy.',
    )
    .argument('<file>', 'the payload of the revision, as --out wrote it')
    .requiredOption('--key <file>', 'your private key')
    .addOption(
      new Option('--withdraw <comment>', 'sign that you withdraw it; the comment says why').conflicts(
        'reject',
      ),
    )
    .option('--reject <comment>', 'sign that you reject it; the comment says why')
    .action(async (file: string, options: { key: string; withdraw?: string; reject?: string }) => {
      const payload = await readFile(file, 'utf8');
      const { withdraw, reject } = options;
      const signed =
        withdraw !== undefined
          ? closurePayload('withdrawn', payload, withdraw)
          : reject !== undefined
            ? closurePayload('rejected', payload, reject)
            : payload;
      console.log(signPayload(signed, await readPersonKey(options.key)));
    });
}

function historyCommand(): Command {
  return storeOptions(
    new Command('history').description(
      'Lists the revisions: the files that each sets, who signed it, and which signatures are missing.',
    ),
  ).action(async (options: StoreOptions) => {
    const { revisions } = await (await openRevisionService(options)).history();
    if (revisions.length === 0)
      console.log('There is no revision yet; "polku policy propose --first" proposes one.');
    for (const revision of revisions.toReversed()) console.log(describe(revision));
  });
}

export function storeOptions(command: Command): Command {
  return command
    .addOption(dataOption())
    .option('--store <folder>', 'the folder of signed revisions (default: <data>/policies)')
    .addOption(ownersOption());
}

function draftOptions(command: Command): Command {
  return storeOptions(command)
    .requiredOption('--key <file>', 'your private key')
    .requiredOption('--comment <text>', 'the reason, in a sentence that the others will read')
    .option('--days <n>', 'how many days it is in force', wholeNumber(1, 10 * DAYS_A_YEAR), DAYS_A_YEAR)
    .option('--out <file>', 'only write the payload to this file, to propose it through the gateway');
}

function terms({ comment, days }: DraftOptions): { comment: string; days: number; now: Date } {
  return { comment, days, now: new Date() };
}

async function submit(
  revision: Revision,
  key: KeyObject,
  options: DraftOptions,
  command: Command,
): Promise<void> {
  const payload = writeRevision(revision);
  const { sequence, author } = revision;
  if (options.out !== undefined) {
    await writeFile(options.out, payload, { flag: 'wx' });
    console.log(
      `Revision ${sequence} is written to ${options.out}; nothing is stored. Propose it as "${author}".`,
    );
    return;
  }
  const revisionService = await openRevisionService({ ...options, events: commandEvents(command) });
  const proposed = await revisionService.propose(payload, {
    person: author,
    signature: signPayload(payload, key),
  });
  console.log(`Revision ${sequence} is proposed and signed by you, as "${author}". ${whatChanges(proposed)}`);
  console.log(describeProgress(proposed));
}

function whatChanges({ files, expiresAt }: Revision): string {
  const set = [...files].filter(([, text]) => text !== undefined).map(([file]) => file);
  const gone = [...files.keys()].filter((file) => !set.includes(file));
  return [
    set.length > 0 ? `It sets ${set.join(', ')}, until ${formatDay(today(expiresAt))}.` : '',
    gone.length > 0 ? `It removes ${gone.join(', ')}.` : '',
  ]
    .filter((sentence) => sentence !== '')
    .join(' ');
}

/** Which signatures a revision still lacks. */
export function describeProgress({ sequence, missing }: VerifiedRevision): string {
  if (missing.size === 0)
    return 'It has all signatures that it needs: every gateway and registry uses it now.';
  const lacking = [...missing].map(([owner, count]) => `${count} of ${owner}`).join(', ');
  return `It still needs signatures: ${lacking}. They run "polku policy approve ${sequence} --key FILE"; until then the policies in force stay as they are.`;
}

const states = {
  'in-force': 'in force',
  superseded: 'was in force',
  waiting: 'waits for signatures',
  overtaken: 'was overtaken by another',
  withdrawn: 'was withdrawn',
  rejected: 'was rejected',
} as const;

function describe(revision: VerifiedRevision): string {
  const { sequence, state, comment, author, signers, missing, proposedAt, closed } = revision;
  const lacking = [...missing].map(([owner, count]) => `${count} of ${owner}`).join(', ');
  return [
    `${sequence}  ${states[state]}: ${comment}`,
    `   ${whatChanges(revision)}`,
    `   Proposed on ${formatDay(today(proposedAt))} by ${author}, signed by ${[...signers].join(', ')}.${lacking && state === 'waiting' ? ` Lacks ${lacking}.` : ''}`,
    ...(state === 'withdrawn' || state === 'rejected'
      ? [`   Closed by ${closed!.person}: ${closed!.comment}`]
      : []),
  ].join('\n');
}

function collect(value: string, earlier: readonly string[]): readonly string[] {
  return [...earlier, value];
}

import { Command } from 'commander';
import { signPayload } from '../../approvals/personKey.js';
import type { SignedComment } from '../../approvals/policy-revisions/revision.js';
import type { VerifiedRevision } from '../../approvals/policy-revisions/verifyRevisions.js';
import { failedTests, type ReviewedDraft } from '../../gateway/policy-review/policyDrafts.js';
import { formatProblems } from '../../policies/engine/parse/problems.js';
import { confirmSigning } from '../confirm.js';
import { operationsOption, policiesFolder } from '../options.js';
import { openPolicyDrafts, openReviewThread, openRevisionService } from '../runtime/openRevisions.js';
import { readSigner } from '../runtime/secrets.js';
import { commandEvents } from '../runtime/securitySink.js';
import { describeProgress, revisionNumber, type StoreOptions, storeOptions } from './policyRevisions.js';

interface ApproveOptions extends StoreOptions {
  readonly key: string;
  readonly yes?: boolean;
  readonly operations: string;
}

export function approveCommand(): Command {
  return storeOptions(
    new Command('approve')
      .description(
        'Shows what a waiting revision changes, asks, and signs it. It comes into force with the last missing signature.',
      )
      .argument('<sequence>', 'the number of the revision', revisionNumber),
  )
    .requiredOption('--key <file>', 'your private key')
    .addOption(operationsOption())
    .option('--yes', 'do not ask, for scripts')
    .action(approve);
}

async function approve(sequence: number, options: ApproveOptions, command: Command): Promise<void> {
  const { key, person } = await readSigner(options);
  const thread = openReviewThread();
  const events = commandEvents(command);
  const revisionService = await openRevisionService({ ...options, events, thread });
  try {
    const revision = await revisionService.waiting(sequence);
    const comments = await revisionService.comments(await revisionService.history());
    const drafts = openPolicyDrafts({ ...options, revisionService, policies: policiesFolder, thread });
    const draft = await drafts.reviewRevision(sequence, { caller: person });
    console.log(describeDraft(revision, draft, comments.get(sequence) ?? []));
    if (options.yes !== true)
      await confirmSigning('Approve? Type the number of the revision', String(sequence));
    const approved = await revisionService.approve(sequence, {
      person,
      signature: signPayload(revision.payload, key),
    });
    console.log(`Revision ${sequence} (${approved.comment}) has your signature, as "${person}".`);
    console.log(describeProgress(approved));
  } finally {
    await thread.close();
  }
}

/** What a revision changes, as lines of text. */
export function describeDraft(
  { sequence, author, comment, overruled }: VerifiedRevision,
  draft: ReviewedDraft,
  comments: readonly SignedComment[],
): string {
  const { review, comparedWith, files, owners } = draft;
  const { problems, tests, changes, omitted, operations, examples } = review;
  const failing = failedTests(review);
  return [
    `Revision ${sequence}, proposed by ${author}: ${comment}`,
    `It changes ${files.map(({ name }) => name).join(', ')}${comparedWith === undefined ? '.' : `, and follows revision ${comparedWith}.`}`,
    ...(problems.length > 0 ? ['', formatProblems(problems).trimEnd()] : []),
    '',
    comparedWith === undefined
      ? 'It is the first revision: everything that it grants is new.'
      : changes.length === 0
        ? 'No role sees more or less than before.'
        : 'What changes:',
    ...changes.map(({ effect, sentence }) => `  ${marks[effect]} ${sentence.en}`),
    ...(omitted > 0 ? [`  and ${omitted} more changes`] : []),
    ...(examples.length > 0 ? ['', 'Examples, made up:'] : []),
    ...examples.map(
      ({ coordinate, role, purpose, value, before, after }) =>
        `  ${coordinate} ${value}, for ${role} and ${purpose}: ${before ?? 'nothing'} -> ${after ?? 'nothing'}`,
    ),
    ...(operations.length > 0 ? ['', 'Stored operations of apps:'] : []),
    ...operations.flatMap(({ app, file, sentences }) => [
      `  ${app}/${file}`,
      ...sentences.map(({ en }) => `    ${en}`),
    ]),
    '',
    failing.length === 0
      ? `All ${tests.length} tests pass.`
      : `${failing.length} of ${tests.length} tests fail:`,
    ...failing.map((name) => `  ${name}${overruled?.tests.includes(name) ? ' (overruled)' : ''}`),
    ...(overruled ? [`  ${author} overruled tests, because: ${overruled.reason}`] : []),
    ...(comments.length > 0 ? ['', 'Comments:'] : []),
    ...comments.map(({ person, time, comment: said }) => `  ${person}, ${time.toISOString()}: ${said}`),
    '',
    `It lacks signatures: ${owners.map(({ registry, count }) => `${count} of ${registry}`).join(', ')}.`,
  ].join('\n');
}

const marks = { widens: '+', narrows: '-', changes: '~' } as const;

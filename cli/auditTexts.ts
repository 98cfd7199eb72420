import type { AuditRecord } from '../gateway/audit/auditRecord.js';
import { type AuditReport, type Discrepancy, peopleCount } from '../gateway/audit/reconcile.js';
import type { ChainVerification, LogFault, Verification } from '../gateway/audit/verifyAuditLog.js';
import { formatCount } from './progress.js';

/** A decision in one line. */
export function recordLine(record: AuditRecord): string {
  const { time, decisionId, recipient, subject, purpose, outcome, codes, breakGlass } = record;
  const people = peopleCount(record);
  return [
    time,
    decisionId,
    `${recipient}/${subject}`,
    purpose ?? '(no purpose)',
    [outcome, ...codes].join(' '),
    `${people} ${people === 1 ? 'person' : 'people'}`,
    fieldsOf(record),
    ...(breakGlass === undefined ? [] : [`broke the glass: ${breakGlass}`]),
  ].join('  ');
}

/** A report as a table, with the uses of break-glass below it. */
export function reportText({ rows, breakGlass }: AuditReport): string {
  const head = ['day', 'recipient', 'purpose', 'answered', 'refused', 'failed', 'people', 'break-glass'];
  const body = rows.map(({ day, recipient, purpose, outcomes, people, breakGlass: broken }) => [
    day,
    recipient,
    purpose || '(none)',
    ...[outcomes.answered, outcomes.refused, outcomes.failed, people, broken].map(String),
  ]);
  const review = breakGlass.map((record) => `  ${recordLine(record)}`);
  return [
    table([head, ...body]),
    '',
    review.length === 0
      ? 'Nobody broke the glass.'
      : `Uses of break-glass, to be reviewed (${review.length}):`,
    ...review,
  ].join('\n');
}

/** The output of `polku audit verify`. */
export function verificationText({ fault, chains, witness }: Verification): string {
  const lines = [fault ? faultLine(fault) : 'The log is whole.'];
  for (const chain of chains) {
    if (chain.fault && chain.fault !== fault) lines.push(faultLine(chain.fault));
    lines.push(...chainLines(chain));
  }
  if (witness && witness.unreadable > 0)
    lines.push(
      `${formatCount(witness.unreadable)} lines of the witness cannot be read. A process that dies leaves one half-written.`,
    );
  return lines.join('\n');
}

/** A fault of the log with its place. */
export function faultLine({ file, line, kind, message }: LogFault): string {
  return `${file === undefined ? '' : `${file}:${line}: `}${kind}: ${message}.`;
}

function chainLines(found: ChainVerification): string[] {
  const { chain, fault, checkpoint, records, unsigned, expired, torn } = found;
  const { unproven, behindWitness, clockJumps, keyChanges, witnessed } = found;
  if (fault && !checkpoint) return [`${chain}: no checkpoint stands before what is wrong.`];
  const upTo = checkpoint
    ? `up to checkpoint ${checkpoint.seq}, signed ${checkpoint.time}`
    : ', and holds no checkpoint yet';
  const lines = [`${chain}: whole ${upTo}: ${formatCount(records)} records.`];
  if (witnessed !== undefined) lines.push(`  Its witness holds checkpoints up to ${witnessed}.`);
  if (unsigned > 0)
    lines.push(`  ${formatCount(unsigned)} records after it are chained, and not signed yet.`);
  if (unproven.records > 0)
    lines.push(
      `  ${formatCount(unproven.records)} records were not signed yet when the log was opened behind them, ${formatCount(unproven.openings)} times. ` +
        'A crash leaves some; nothing proves that nobody else wrote, changed or removed any.',
    );
  if (behindWitness > 0)
    lines.push(
      `  ${formatCount(behindWitness)} times the witness held a checkpoint that the log lacked when it was opened.`,
    );
  if (torn > 0)
    lines.push(
      `  ${formatCount(torn)} times a torn end was found and set aside, in the *.torn files of the log.`,
    );
  if (expired > 0) lines.push(`  Records up to ${expired} were removed because their time was over.`);
  if (keyChanges > 0)
    lines.push(
      `  ${formatCount(keyChanges)} times another key began to sign it, which the key before confirms.`,
    );
  if (clockJumps > 0) lines.push(`  ${formatCount(clockJumps)} times the clock jumped.`);
  return lines;
}

/** A difference as `polku audit reconcile` prints it. */
export function discrepancyLine(discrepancy: Discrepancy): string {
  const { registry, decisionId, missingIn, noted, recorded, time, recipient, purpose } = discrepancy;
  const decision = `decision ${decisionId}`;
  const of = `(${recipient}, ${purpose})`;
  if (recorded === undefined)
    return `${time} ${registry} answered under ${decision}, which the audit log does not have.`;
  if (missingIn === 'gateway')
    return `${time} ${registry} answered ${times(noted)} under ${decision} ${of}; by the audit log it was asked ${times(recorded)}.`;
  if (noted === 0)
    return `${time} ${registry} has no note of ${decision} ${of}; by the audit log it answered ${times(recorded)}.`;
  return `${time} ${registry} noted ${times(noted)} that it answered under ${decision} ${of}; by the audit log it did ${times(recorded)}.`;
}

function times(number: number): string {
  return number === 1 ? 'once' : `${formatCount(number)} times`;
}

function fieldsOf({ coordinates, masked, withheld }: AuditRecord): string {
  const shown = coordinates.filter((coordinate) => !coordinate.includes('(')).length;
  return `${shown} fields shown, ${masked.length} of them masked, ${withheld.length} withheld`;
}

/** A table with columns as wide as their widest cell. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

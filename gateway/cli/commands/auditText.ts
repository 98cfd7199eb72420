import type { AuditReport } from '../../audit/auditReport.js';
import type { AuditRecord } from '../../audit/auditRecord.js';

/** A decision in one line. */
export function recordLine(record: AuditRecord): string {
  const { time, decisionId, recipient, subject, purpose, outcome, codes, people, breakGlass } = record;
  return [
    time,
    decisionId,
    `${recipient}/${subject}`,
    purpose ?? '(no purpose)',
    [outcome, ...codes].join(' '),
    `${people.length} ${people.length === 1 ? 'person' : 'people'}`,
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

function fieldsOf({ coordinates, masked, withheld }: AuditRecord): string {
  const shown = coordinates.filter((coordinate) => !coordinate.includes('(')).length;
  return `${shown} fields shown, ${masked.length} of them masked, ${withheld.length} withheld`;
}

/** Columns as wide as their widest cell. */
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

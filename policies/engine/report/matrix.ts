import { groupBy } from '../../../lib/groupBy.js';
import { coarsenessOf } from '../catalogue/masks.js';
import type { Policy } from '../decide/policy.js';
import type { Permission } from '../decision.js';
import {
  type Matrix,
  matrixHtml,
  type MatrixOptions,
  type MatrixRow,
  matrixRows,
  type RoleAccess,
} from './matrixHtml.js';

export const matrixFormats = ['text', 'csv', 'html'] as const;
export type MatrixFormat = (typeof matrixFormats)[number];

/** Fields by purposes, as text for a terminal, CSV for a spreadsheet or a page of HTML. */
export function matrix(policy: Policy, format: MatrixFormat, options: MatrixOptions = {}): string {
  const rows = matrixRows(policy, options);
  switch (format) {
    case 'text':
      return textOf(rows);
    case 'csv':
      return csvOf(rows);
    case 'html':
      return matrixHtml(rows, policy, options.role);
  }
}

/** "allow" or a mask, with `*` if there are conditions on the person. The strongest over the roles. */
function cellText(access: readonly RoleAccess[] = []): string {
  const [strongest] = access
    .flatMap(({ permissions }) => permissions)
    .toSorted(
      (a, b) => coarsenessOf(a.mask) - coarsenessOf(b.mask) || a.conditions.length - b.conditions.length,
    );
  return strongest ? `${strongest.mask ?? 'allow'}${strongest.conditions.length > 0 ? '*' : ''}` : '';
}

/** Letters stand for the purposes above the columns, so that a row fits on a line. */
function textOf({ purposes, rows, revision }: Matrix): string {
  const letters = purposes.map((_, index) => String.fromCharCode('A'.charCodeAt(0) + index));
  const legend = purposes.map((purpose, index) => `  ${letters[index]}  ${purpose}`);
  const nameWidth = Math.max(0, ...rows.map((row) => rowName(row).length));
  const widths = purposes.map((purpose) =>
    Math.max(1, ...rows.map(({ cells }) => cellText(cells.get(purpose)).length)),
  );
  const line = (name: string, cells: readonly string[]) =>
    [name.padEnd(nameWidth), ...cells.map((cell, index) => cell.padEnd(widths[index]!))].join('  ').trimEnd();
  const groups = [...groupBy(rows, ({ owner }) => owner.en)].flatMap(([owner, group]) => [
    '',
    line(owner, letters),
    ...group.map((row) =>
      line(
        rowName(row),
        purposes.map((purpose) => cellText(row.cells.get(purpose)) || '·'),
      ),
    ),
  ]);
  return [
    `Revision ${revision}. * under conditions on the person; · denied; > what a derived type may use`,
    ...legend,
    ...groups,
    '',
  ].join('\n');
}

function rowName({ coordinate, derivedType }: MatrixRow): string {
  return derivedType === undefined ? coordinate : `  > ${derivedType}`;
}

/**
 * RFC 4180: a line for each field, purpose and role with a permission, so that a spreadsheet can pivot it.
 */
function csvOf({ rows }: Matrix): string {
  const header = [
    'registry',
    'field',
    'derived type',
    'category',
    'special',
    'purpose',
    'role',
    'effect',
    'conditions',
    'grant',
  ];
  const lines = rows.flatMap(({ registry, coordinate, derivedType = '', classification, cells }) =>
    [...cells].flatMap(([purpose, access]) =>
      access.flatMap(({ role, permissions }) =>
        permissions.map(({ mask, conditions, grant }: Permission) => [
          registry,
          coordinate,
          derivedType,
          classification?.category ?? '',
          classification?.special ? 'yes' : 'no',
          purpose,
          role,
          mask ?? 'allow',
          conditions.join(' '),
          grant,
        ]),
      ),
    ),
  );
  return [header, ...lines].map((cells) => cells.map(quoted).join(',')).join('\r\n') + '\r\n';
}

function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

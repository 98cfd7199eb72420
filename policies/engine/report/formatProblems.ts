import type { Problem } from '../parse/problems.js';

/**
 * Problems as lines for people, in the form that editors can jump to (`file:line:column`), with a sum at the end.
 * @param folder set before each file's name
 */
export function formatProblems(problems: readonly Problem[], folder?: string): string {
  const lines = problems.flatMap(({ file, line, column, severity, message, fix }) => {
    const path = folder === undefined ? file : `${folder.replace(/\/$/, '')}/${file}`;
    return [
      `${path}:${line}:${column}: ${severity}: ${message}`,
      ...(fix === undefined ? [] : [`    ${fix}`]),
    ];
  });
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  const sum = [counted(errors, 'error'), counted(problems.length - errors, 'warning')].join(', ');
  return [...lines, problems.length === 0 ? 'The policies are in order.' : sum].join('\n') + '\n';
}

function counted(count: number, noun: string): string {
  return `${count === 0 ? 'no' : count} ${noun}${count === 1 ? '' : 's'}`;
}

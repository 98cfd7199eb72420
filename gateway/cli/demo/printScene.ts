import type { Scene } from './scenes.js';

/** Lists longer than this are cut in print. */
const ITEMS_SHOWN = 5;

/** A scene as text for a terminal. */
export function printScene({ title, question, answer }: Scene, number: number): string {
  const headers = [
    `persona ${question.persona}`,
    `Purpose-Of-Use: ${question.purpose}`,
    ...(question.partial ? ['Polku-Partial: true'] : []),
  ];
  return [
    `${number}. ${title}`,
    `   ${headers.join('   ')}`,
    indent(question.query),
    '   ->',
    indent(readable(answer)),
    '',
  ].join('\n');
}

/** JSON in which innermost objects stand on one line, and long lists are cut with a word of how much follows. */
function readable(value: unknown, depth = 0): string {
  const pad = '  '.repeat(depth + 1);
  const close = '  '.repeat(depth);
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]';
    const shown = value.slice(0, ITEMS_SHOWN).map((item) => pad + readable(item, depth + 1));
    if (value.length > ITEMS_SHOWN) shown.push(`${pad}… and ${value.length - ITEMS_SHOWN} more`);
    return `[\n${shown.join(',\n')}\n${close}]`;
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value);
  if (entries.every(([, member]) => typeof member !== 'object' || member === null || isSmall(member))) {
    const inline = `{ ${entries.map(([key, member]) => `${key}: ${inlined(member)}`).join(', ')} }`;
    if (inline.length + 2 * depth <= 110) return inline;
  }
  return `{\n${entries.map(([key, member]) => `${pad}${key}: ${readable(member, depth + 1)}`).join(',\n')}\n${close}}`;
}

function isSmall(value: object): boolean {
  return JSON.stringify(value).length <= 60 && !Array.isArray(value);
}

function inlined(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{ ${Object.entries(value)
    .map(([key, member]) => `${key}: ${inlined(member)}`)
    .join(', ')} }`;
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, '   ');
}

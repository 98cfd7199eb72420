import type { ModelContent } from './modelContent.js';

/** Lists of numbers, and objects without lists or objects in them, are written in a line. */
const LEAF = /\[[\s\d.,eE+-]*\]|\{[^[\]{}]*\}/g;

/** The text of a model's file: JSON with a list a line, in which a reviewer finds what changed. */
export function modelText(content: ModelContent): string {
  const text = JSON.stringify(content, undefined, 1);
  return `${text.replaceAll(LEAF, (leaf) => leaf.replaceAll(/\s*\n\s*/g, ' '))}\n`;
}

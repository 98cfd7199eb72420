import { PolkuError } from './errors.js';

/** Levels of objects and lists that JSON from outside may have: far more than any request needs. */
const LEVELS = 64;

/**
 * Parses JSON that somebody else has sent. Its levels are counted before it is parsed, for the parser spends memory and
 * time on each, and whatever walks the value later may exhaust the stack.
 * @throws PolkuError OPERATION_TOO_LARGE; SyntaxError where the text is no JSON
 */
export function parseJson(text: string): unknown {
  if (isDeeper(text, LEVELS))
    throw new PolkuError(
      'OPERATION_TOO_LARGE',
      `The JSON has more than ${LEVELS} levels of objects and lists; no request needs so many.`,
      { limit: 'levels of JSON', maximum: LEVELS },
    );
  return JSON.parse(text) as unknown;
}

/** Whether brackets outside of strings stand deeper than so many levels. In what is no JSON it counts them as well. */
function isDeeper(text: string, levels: number): boolean {
  let level = 0;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case 0x22: // "
        at = endOfString(text, at);
        break;
      case 0x5b: // [
      case 0x7b: // {
        if (++level > levels) return true;
        break;
      case 0x5d: // ]
      case 0x7d: // }
        level--;
    }
  }
  return false;
}

/** The place of the quotation mark that ends a string; the end of the text where none does. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (character === 0x22) return at;
    if (character === 0x5c) at++;
  }
  return text.length;
}

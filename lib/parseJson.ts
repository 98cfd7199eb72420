import { PolkuError } from './errors.js';

/** The largest nesting depth of JSON from outside. No request needs so many levels. */
const LEVELS = 64;

/**
 * Parses JSON from outside. It checks the nesting depth before parsing, because the parser needs memory and
 * time for each level, and code that walks the value later could exhaust the stack.
 * @throws PolkuError OPERATION_TOO_LARGE; SyntaxError if the text is not JSON
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

/**
 * Checks whether brackets outside strings are nested deeper than this. It also counts them in text that is
 * not JSON.
 */
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

/** Returns the position of the closing quotation mark, or the end of the text if there is none. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (character === 0x22) return at;
    if (character === 0x5c) at++;
  }
  return text.length;
}

import type { Dice } from '../policyProof/dice.js';

/**
 * Difficult parts for parsers: ends and marks of several syntaxes, extremes, look-alikes and names of
 * built-in objects.
 */
const TOKENS = [
  ...[
    '\0',
    '\uFEFF',
    '\r',
    '\n',
    '\r\n',
    '\t',
    '\u00A0',
    '\u2028',
    '\u202E',
    '\u200B',
    '\uD800',
    'İ',
    'e\u0301',
    '１',
    '–',
    '−',
  ],
  ...[
    '"',
    "'",
    '`',
    '\\',
    ';',
    ',',
    '|',
    ':',
    '- ',
    '#',
    '---\n',
    '...\n',
    '&a ',
    '*a',
    '<<: *a',
    '!!binary ',
    '? ',
  ],
  ...[
    '{',
    '}',
    '[',
    ']',
    '{}',
    '[]',
    '${x}',
    '%s',
    '<!--',
    '../../etc/passwd',
    '/dev/zero',
    'file:///etc/passwd',
  ],
  ...[
    '0',
    '-1',
    '-0',
    '1e308',
    '1e999',
    '0x1F',
    '9007199254740993',
    '99999999999999999999',
    '1.5',
    '٣',
    'NaN',
    '.inf',
  ],
  ...[
    'null',
    '~',
    'true',
    'NULL',
    '#N/A',
    '1.09399E+16',
    '9999-12-31',
    '0001-01-01',
    '2026-02-30',
    '2015-02-29T25:61:00Z',
  ],
  ...[
    '__proto__',
    'constructor',
    'toString',
    '$ref',
    '__typename',
    '@include(if: true)',
    '...on Query',
    'query',
    'first: 1000000',
  ],
] as const;

/** Longer than any limit, of one kind each; rare, because they are slow to make and to read. */
const BOMBS = [
  '['.repeat(20_000),
  '{"a":'.repeat(5_000),
  'x'.repeat(300_000),
  '"\n'.repeat(20_000),
  '- '.repeat(5_000),
] as const;

type Mutation = (text: string, dice: Dice, tokens: readonly string[]) => string;

const mutations: readonly Mutation[] = [
  function remove(text, dice) {
    const [from, until] = span(text, dice);
    return text.slice(0, from) + text.slice(until);
  },
  function repeat(text, dice) {
    const [from, until] = span(text, dice);
    return text.slice(0, until) + text.slice(from);
  },
  function insert(text, dice, tokens) {
    const at = dice.roll(text.length + 1);
    return text.slice(0, at) + dice.pick(tokens) + text.slice(at);
  },
  function replaceWord(text, dice, tokens) {
    const words = [...text.matchAll(/[\p{L}\p{N}_.-]+/gu)];
    if (words.length === 0) return dice.pick(tokens);
    const { 0: word, index } = dice.pick(words);
    const by = dice.once(2) ? dice.pick(tokens) : dice.pick(words)[0];
    return text.slice(0, index) + by + text.slice(index + word.length);
  },
  function cutOff(text, dice) {
    return text.slice(0, dice.roll(text.length + 1));
  },
  function swapLines(text, dice) {
    const lines = text.split('\n');
    const [one, other] = [dice.roll(lines.length), dice.roll(lines.length)];
    [lines[one], lines[other]] = [lines[other]!, lines[one]!];
    return lines.join('\n');
  },
  function repeatLine(text, dice) {
    const lines = text.split('\n');
    const at = dice.roll(lines.length);
    return lines.toSpliced(at, 0, ...new Array<string>(1 + dice.roll(4)).fill(lines[at]!)).join('\n');
  },
  function otherLineEnds(text, dice) {
    return text.replaceAll('\n', dice.pick(['\r', '\r\n', '\n\n', '\u2028', '']));
  },
  function otherSeparators(text, dice) {
    const from = dice.pick([',', ';', ':', '\n', '"', ' ']);
    return text.replaceAll(from, dice.pick([',', ';', '\t', '|', ' ', '']));
  },
];

/** A text with one to three changes that no correct writer makes. */
export function mutateText(text: string, dice: Dice, ownTokens: readonly string[] = []): string {
  const tokens = dice.once(20) ? BOMBS : [...TOKENS, ...ownTokens];
  let mutated = text;
  for (let times = 1 + dice.roll(3); times > 0; times--)
    mutated = dice.pick(mutations)(mutated, dice, tokens);
  return mutated;
}

/** Bytes with one to three runs of them flipped, removed, repeated or truncated. */
export function mutateBytes(bytes: Buffer, dice: Dice): Buffer {
  let mutated = Buffer.from(bytes);
  for (let times = 1 + dice.roll(3); times > 0; times--) {
    const at = dice.roll(mutated.length + 1);
    const until = Math.min(mutated.length, at + 1 + dice.roll(dice.once(2) ? 4 : 400));
    const parts = [mutated.subarray(0, at), mutated.subarray(at, until), mutated.subarray(until)] as const;
    const [before, middle, after] = parts;
    mutated = dice.pick([
      () => Buffer.concat([before, middle.map((byte) => byte ^ (1 << dice.roll(8))) as Buffer, after]),
      () => Buffer.concat([before, after]),
      () => Buffer.concat([before, middle, middle, after]),
      () => Buffer.concat([before, Buffer.alloc(middle.length), after]),
      () => Buffer.from(before),
    ])();
  }
  return mutated;
}

function span(text: string, dice: Dice): [from: number, until: number] {
  const from = dice.roll(text.length + 1);
  return [from, Math.min(text.length, from + 1 + dice.roll(dice.once(2) ? 4 : 200))];
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../lib/packageRoot.js';

/** The steps of a how-to, in order. */
export type HowToStep =
  /** Writes a file. */
  | { readonly do: 'write'; readonly path: string; readonly text: string }
  /** Changes a file: the lines before, the lines after. */
  | { readonly do: 'change'; readonly path: string; readonly before: string; readonly after: string }
  | { readonly do: 'run'; readonly commands: readonly string[] }
  /** What the commands above print, as JSON. */
  | { readonly do: 'see'; readonly text: string }
  /** Sends a query as a persona, for a purpose. */
  | { readonly do: 'ask'; readonly persona: string; readonly purpose: string; readonly query: string };

const BLOCK = /^```(\w+)\n([^]*?)^```$/gm;
const FILE_NAME = /\*\*`([^`]+)`\*\*\n+$/;
const ASKER = /\bas `([\w-]+)`, for `([\w-]+)`/gi;

/**
 * Reads a how-to. A file's name in bold is above its text; `diff` changes the file; `sh` is run, and `json`
 * without a name is what it prints; `graphql` is sent as the persona named last ("as `doctor`, for `care`").
 * Any other block is a fault, because a reader could not follow it.
 */
export function readHowTo(path: string): HowToStep[] {
  const text = readFileSync(path, 'utf8');
  return [...text.matchAll(BLOCK)].map((match): HowToStep => {
    const [, language, content = ''] = match;
    const above = text.slice(0, match.index);
    const file = FILE_NAME.exec(above)?.[1];
    if (language === 'sh') return { do: 'run', commands: content.trim().split('\n') };
    if (language === 'graphql') {
      const [, persona = '', purpose = ''] = [...above.matchAll(ASKER)].at(-1) ?? [];
      return { do: 'ask', persona, purpose, query: content };
    }
    if (file === undefined && language === 'json') return { do: 'see', text: content };
    if (file === undefined) throw new Error(`No file's name stands over the block:\n${content}`);
    if (language !== 'diff') return { do: 'write', path: file, text: content };
    const lines = content.trimEnd().split('\n');
    const without = (sign: string) =>
      lines.filter((line) => !line.startsWith(sign)).map((line) => line.slice(1));
    return { do: 'change', path: file, before: without('+').join('\n'), after: without('-').join('\n') };
  });
}

/** The file of a how-to, by its path. */
export function fileOf(howTo: string, path: string): string {
  for (const step of readHowTo(join(packageRoot(), 'docs', 'how-to', howTo)))
    if (step.do === 'write' && step.path === path) return step.text;
  throw new Error(`${howTo} has no file ${path}.`);
}

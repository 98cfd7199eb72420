import { type FileHandle, open } from 'node:fs/promises';
import type { AuditRecord } from './auditRecord.js';
import { read } from './chainEnd.js';
import { lineAt } from './personLog.js';
import { listChains, type Segment, segmentsOf } from './segments.js';

const CHUNK = 2 ** 18;
const NEWLINE = 0x0a;
const BROKE_GLASS = Buffer.from('"breakGlass":"');

/** Where the log has a use of break-glass. */
export interface BreakGlassPlace {
  readonly decisionId: string;
  readonly time: string;
  readonly path: string;
  readonly offset: number;
}

/**
 * Finds every use of break-glass in the log. It reads each byte of the log once, and what is appended later
 * when it is asked again. It keeps the place of each use in memory, and nothing else of the log.
 */
export class BreakGlassUses {
  /** By the path of a file: how much of it was read, and the uses in it. */
  readonly #files = new Map<string, { bytes: number; uses: BreakGlassPlace[] }>();
  #looking: Promise<void> | undefined;

  constructor(private readonly dataFolder: string) {}

  /** @returns by time and decision id, oldest first */
  async all(): Promise<readonly BreakGlassPlace[]> {
    await (this.#looking ??= this.#look().finally(() => (this.#looking = undefined)));
    return [...this.#files.values()]
      .flatMap(({ uses }) => uses)
      .sort((one, other) => (placeOf(one) < placeOf(other) ? -1 : 1));
  }

  /** The record of a use; undefined if its file was removed or changed meanwhile. */
  async recordAt({ path, offset, decisionId }: BreakGlassPlace): Promise<AuditRecord | undefined> {
    const file = await open(path, 'r').catch(() => undefined);
    try {
      const entry = file && (await lineAt(file, offset))?.entry;
      return entry?.kind === 'decision' && entry.decisionId === decisionId ? entry : undefined;
    } finally {
      await file?.close();
    }
  }

  async #look(): Promise<void> {
    const present = new Set<string>();
    for (const chain of await listChains(this.dataFolder)) {
      if (chain === 'review') continue;
      for (const segment of await segmentsOf(this.dataFolder, chain)) {
        present.add(segment.path);
        await this.#extend(segment);
      }
    }
    for (const path of this.#files.keys()) if (!present.has(path)) this.#files.delete(path);
  }

  async #extend({ path }: Segment): Promise<void> {
    let known = this.#files.get(path);
    if (!known) this.#files.set(path, (known = { bytes: 0, uses: [] }));
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      let length = CHUNK;
      while (known.bytes < size) {
        const chunk = await read(file, known.bytes, Math.min(size, known.bytes + length));
        const end = chunk.lastIndexOf(NEWLINE) + 1;
        if (end === 0 && known.bytes + chunk.length >= size) return;
        // The line is longer than the chunk, so the next chunk is larger.
        if (end === 0) length *= 2;
        for (const offset of linesWith(BROKE_GLASS, chunk.subarray(0, end)))
          known.uses.push(...(await useAt(file, path, known.bytes + offset)));
        known.bytes += end;
      }
    } finally {
      await file.close();
    }
  }
}

function placeOf({ time, decisionId }: BreakGlassPlace): string {
  return `${time} ${decisionId}`;
}

/** The offsets of the lines that contain a text. */
function* linesWith(text: Buffer, lines: Buffer): Generator<number> {
  for (let at = lines.indexOf(text); at >= 0;) {
    yield lines.lastIndexOf(NEWLINE, at) + 1;
    const end = lines.indexOf(NEWLINE, at);
    at = lines.indexOf(text, end);
  }
}

async function useAt(file: FileHandle, path: string, offset: number): Promise<BreakGlassPlace[]> {
  const entry = (await lineAt(file, offset))?.entry;
  if (entry?.kind !== 'decision' || entry.breakGlass === undefined) return [];
  return [{ decisionId: entry.decisionId, time: entry.time, path, offset }];
}

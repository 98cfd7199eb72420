import { createHash } from 'node:crypto';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AppendLog, GroupCommit, linesOf, readWholeLines } from '../lib/appendLog.js';
import { sync } from '../lib/durableFile.js';
import { PolkuError } from '../lib/errors.js';
import { lockByKernel } from '../lib/kernelLock.js';
import type { SubgraphRequest } from '../schema/subgraph.js';

/**
 * What a registry records about one answer: the decision, the purpose, the recipient, and the number of
 * people. It does not name them.
 */
export interface DisclosureRecord {
  readonly registry: string;
  /** ISO 8601 in UTC. */
  readonly time: string;
  readonly decisionId: string;
  readonly purpose: string;
  readonly recipient: string;
  /** The number of people whose data policy permitted to show. */
  readonly subjects: number;
  /** SHA-256 of the request's body in base64url, as the decision context binds it. */
  readonly body: string;
}

/**
 * The folder of the logs: a folder for each writing process, a file for each day, one JSON object per line.
 */
export function disclosureFolder(data: string): string {
  return join(data, 'disclosures');
}

/**
 * The short log of the registries in one process about what they answered. `polku audit reconcile` compares
 * it with the gateway's audit log, so that missing audit entries are found.
 */
export class DisclosureLog {
  readonly #root: string;
  readonly #folder: string;
  readonly #commits = new GroupCommit<string>((lines) => this.#commit(lines));
  /**
   * The open file of the day, which ends with a complete line. After a failure it is undefined: the next
   * record goes to the file that then has the name, old or new.
   */
  #file: { readonly day: string; readonly log: AppendLog } | undefined;

  private constructor(
    data: string,
    writer: string,
    private readonly unlock: () => Promise<void>,
  ) {
    this.#root = disclosureFolder(data);
    this.#folder = join(this.#root, writer);
  }

  /**
   * @param writer the name of the process among those that serve registries of this data directory
   * @throws PolkuError DISCLOSURE_LOG_LOCKED
   */
  static async open(data: string, writer: string): Promise<DisclosureLog> {
    const unlock = await lockByKernel(
      data,
      `disclosures-${writer}`,
      () =>
        new PolkuError(
          'DISCLOSURE_LOG_LOCKED',
          `Another process writes the disclosure log of "${writer}" in ${data}. Stop it, or use another data directory.`,
        ),
    );
    return new DisclosureLog(data, writer, unlock);
  }

  /**
   * Resolves when the record is durable.
   * @throws PolkuError AUDIT_UNAVAILABLE; then the registry answers nothing.
   */
  async append(disclosure: DisclosureRecord): Promise<void> {
    try {
      await this.#commits.add(`${JSON.stringify(disclosure)}\n`);
    } catch (cause) {
      throw new PolkuError(
        'AUDIT_UNAVAILABLE',
        "The registry's disclosure log could not be written, so nothing is answered; ask again later.",
        {},
        { cause },
      );
    }
  }

  async close(): Promise<void> {
    await this.#commits.close();
    await this.#leave();
    await this.unlock();
  }

  async #commit(lines: readonly string[]): Promise<void> {
    const day = new Date().toISOString().slice(0, 10);
    if (this.#file?.day !== day) await this.#begin(day);
    try {
      await this.#file!.log.append(Buffer.from(lines.join('')));
    } catch (cause) {
      await this.#leave();
      throw cause;
    }
  }

  async #begin(day: string): Promise<void> {
    await this.#leave();
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const log = await AppendLog.open(join(this.#folder, `${day}.jsonl`));
    try {
      // Ends a line that a crash or a full disk may have torn.
      await log.append(Buffer.from('\n'));
      await sync(this.#root);
    } catch (cause) {
      await log.close();
      throw cause;
    }
    this.#file = { day, log };
  }

  async #leave(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.log.close();
  }
}

/** The hash of a request as it is sent over HTTP. */
export function bodyHash({ query, operationName, variables }: SubgraphRequest): string {
  return createHash('sha256').update(JSON.stringify({ query, operationName, variables })).digest('base64url');
}

/**
 * Reads the records of all processes, sorted by file name, so that days are in order for each writer. Returns
 * an empty list if there is no log. Files outside a writer's folder have an earlier format. Torn lines are
 * skipped.
 */
export async function readDisclosureRecords(data: string): Promise<DisclosureRecord[]> {
  const folder = disclosureFolder(data);
  let names: string[];
  try {
    names = await readdir(folder, { recursive: true });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw cause;
  }
  const disclosures: DisclosureRecord[] = [];
  for (const name of names.filter((file) => file.endsWith('.jsonl')).sort()) {
    const { content } = await readWholeLines(join(folder, name));
    for (const line of linesOf(content)) {
      const disclosure = readLine(line);
      if (disclosure) disclosures.push(disclosure);
    }
  }
  return disclosures;
}

function readLine(line: string): DisclosureRecord | undefined {
  try {
    return line === '' ? undefined : (JSON.parse(line) as DisclosureRecord);
  } catch {
    return undefined;
  }
}

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createOnce } from '../lib/durableFile.js';
import type { PolkuError } from '../lib/errors.js';
import { readRegularFile } from '../lib/regularFile.js';
import { isText, PERSON_ID, readRecord } from './signedDocument.js';

const FILE = /^(\d{6}|[1-9]\d{6,})\.(?:json|([a-z][a-z0-9-]*)\.([a-z]+\d*))$/;

/** A document as it is stored: the exact text that was signed, and who signed it. */
export interface StoredDocument {
  readonly sequence: number;
  readonly payload: string;
  /** Who signed it; undefined if only the payload says it, or if nobody signed. */
  readonly person?: string | undefined;
  /** undefined if nobody signed. */
  readonly signature: string | undefined;
}

/** What another person added to a document, such as a further signature. */
export interface Addition {
  readonly person: string;
  /** The end of the file name. A number follows it if a person may add several of a kind. */
  readonly kind: string;
  readonly text: string;
}

export interface DocumentFolderOptions {
  /** The kinds of additions. Files of other kinds are ignored. */
  readonly kinds: readonly string[];
  /** The error if a file cannot be read or is not what its name says. */
  readonly damaged: (what: string, cause?: unknown) => PolkuError;
}

/**
 * Signed documents in a folder: `000007.json` is a document, and `000007.chief.sig` is what the person
 * `chief` added to it. A file appears whole or not at all and never changes, so that several processes can
 * read and write at the same time without a lock. The folder verifies no signature: its users do.
 */
export class DocumentFolder {
  constructor(
    private readonly folder: string,
    private readonly options: DocumentFolderOptions,
  ) {}

  /**
   * Documents by number, with their additions; empty if there is no folder.
   * @throws the error of `damaged`
   */
  async read(): Promise<readonly (StoredDocument & { readonly additions: readonly Addition[] })[]> {
    const files = (await this.#names()).sort().flatMap((name) => {
      const [, number, person, kind] = FILE.exec(name) ?? [];
      return number === undefined ? [] : [{ name, sequence: Number(number), person, kind }];
    });
    const documents = new Map<number, StoredDocument & { readonly additions: Addition[] }>();
    for (const { name, sequence, kind } of files) {
      if (kind !== undefined) continue;
      documents.set(sequence, { sequence, ...(await this.#readDocument(name)), additions: [] });
    }
    for (const { name, sequence, person, kind } of files) {
      if (
        person === undefined ||
        kind === undefined ||
        !this.options.kinds.includes(kind.replace(/\d+$/, ''))
      )
        continue;
      const document = documents.get(sequence);
      if (!document) throw this.options.damaged(`the document that ${name} is about is missing`);
      document.additions.push({ person, kind, text: await this.#readText(name) });
    }
    return [...documents.values()].sort((a, b) => a.sequence - b.sequence);
  }

  /** Returns false if another document has the number already. */
  add({ sequence, payload, person, signature }: StoredDocument): Promise<boolean> {
    const text = `${JSON.stringify({ payload, person, signature: signature ?? null }, null, 2)}\n`;
    return createOnce(this.folder, `${numbered(sequence)}.json`, text);
  }

  /** Returns false if the person has added this kind to the document already. */
  addTo(sequence: number, { person, kind, text }: Addition): Promise<boolean> {
    return createOnce(this.folder, `${numbered(sequence)}.${person}.${kind}`, text);
  }

  async #names(): Promise<string[]> {
    try {
      return await readdir(this.folder);
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw this.options.damaged(`its folder ${this.folder} cannot be read`, cause);
    }
  }

  async #readDocument(name: string): Promise<Omit<StoredDocument, 'sequence'>> {
    const { payload, person, signature } = readRecord(await this.#readText(name)) ?? {};
    if (
      typeof payload !== 'string' ||
      (person !== undefined && !isText(person, PERSON_ID)) ||
      (signature !== null && typeof signature !== 'string')
    )
      throw this.options.damaged(`${name} is not a signed document`);
    return { payload, person, signature: signature ?? undefined };
  }

  async #readText(name: string): Promise<string> {
    try {
      return await readRegularFile(join(this.folder, name));
    } catch (cause) {
      throw this.options.damaged(`${name} cannot be read`, cause);
    }
  }
}

function numbered(sequence: number): string {
  return String(sequence).padStart(6, '0');
}

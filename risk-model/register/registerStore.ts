import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createOnce } from '../../lib/durableFile.js';
import { damagedRegister, type StoredEntry } from './registerEntry.js';

const ENTRY_FILE = /^(\d{6,})\.json$/;

/**
 * Stores the register and the model files below `<data>/risk`: `register/000007.json` is an entry with its
 * signature, `models/<version>.json` a model, `models/<version>.evaluation.json` its evaluation. Files are
 * only ever added. The store verifies nothing: `verifyRegister` does.
 */
export class RegisterStore {
  readonly #folder: string;

  /** @param data the data directory */
  constructor(data: string) {
    this.#folder = join(data, 'risk');
  }

  /**
   * Returns the entries in order; empty if there is no register.
   * @throws PolkuError RISK_REGISTER_INVALID
   */
  async read(): Promise<readonly StoredEntry[]> {
    const folder = join(this.#folder, 'register');
    const names = (await namesIn(folder)).filter((name) => ENTRY_FILE.test(name)).sort(byNumber);
    return Promise.all(
      names.map(async (name) => {
        try {
          return readStored(JSON.parse(await readFile(join(folder, name), 'utf8')));
        } catch (cause) {
          throw damagedRegister(`${name} is not an entry`, cause);
        }
      }),
    );
  }

  /** Returns false if another entry has the number already. */
  add(sequence: number, { payload, signature }: StoredEntry): Promise<boolean> {
    const text = `${JSON.stringify({ payload, signature: signature ?? null }, null, 2)}\n`;
    return createOnce(join(this.#folder, 'register'), `${String(sequence).padStart(6, '0')}.json`, text);
  }

  /** Returns the text of a model file. */
  readModel(version: string): Promise<string> {
    return readFile(join(this.#folder, 'models', `${version}.json`), 'utf8');
  }

  /** Returns false if the version has a file already. */
  addModel(version: string, text: string): Promise<boolean> {
    return createOnce(join(this.#folder, 'models'), `${version}.json`, text);
  }

  readEvaluation(version: string): Promise<string> {
    return readFile(join(this.#folder, 'models', `${version}.evaluation.json`), 'utf8');
  }

  addEvaluation(version: string, text: string): Promise<boolean> {
    return createOnce(join(this.#folder, 'models'), `${version}.evaluation.json`, text);
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw damagedRegister('its folder cannot be read', cause);
  }
}

function readStored(value: unknown): StoredEntry {
  const { payload, signature } = value as Record<string, unknown>;
  if (typeof payload !== 'string' || (signature !== null && typeof signature !== 'string'))
    throw new TypeError('Expected payload and signature.');
  return { payload, signature: signature ?? undefined };
}

function byNumber(a: string, b: string): number {
  return Number.parseInt(a, 10) - Number.parseInt(b, 10);
}

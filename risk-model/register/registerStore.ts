import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DocumentFolder } from '../../approvals/documentFolder.js';
import { createOnce } from '../../lib/durableFile.js';
import { damagedRegister } from './registerEntry.js';

/**
 * Stores the register and the model files below `<data>/risk`: `register/000007.json` is an entry with its
 * signature, `models/<version>.json` a model, `models/<version>.evaluation.json` its evaluation. Files are
 * only ever added. The store verifies nothing: `verifyRegister` does.
 */
export class RegisterStore {
  readonly entries: DocumentFolder;
  readonly #models: string;

  /** @param data the data directory */
  constructor(data: string) {
    const folder = join(data, 'risk');
    this.entries = new DocumentFolder(join(folder, 'register'), { kinds: [], damaged: damagedRegister });
    this.#models = join(folder, 'models');
  }

  /** Returns the text of a model file. */
  readModel(version: string): Promise<string> {
    return readFile(join(this.#models, `${version}.json`), 'utf8');
  }

  /** Returns false if the version has a file already. */
  addModel(version: string, text: string): Promise<boolean> {
    return createOnce(this.#models, `${version}.json`, text);
  }

  readEvaluation(version: string): Promise<string> {
    return readFile(join(this.#models, `${version}.evaluation.json`), 'utf8');
  }

  addEvaluation(version: string, text: string): Promise<boolean> {
    return createOnce(this.#models, `${version}.evaluation.json`, text);
  }
}

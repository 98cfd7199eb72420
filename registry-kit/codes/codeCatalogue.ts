import type { LocalizedText } from '../../schema/language.js';
import { type CodeLists, readCodeLists } from './codeLists.js';

/** The code lists of some registries. Labels of codes come from them. */
export class CodeCatalogue {
  static readonly none = new CodeCatalogue(new Map());

  private constructor(private readonly registries: ReadonlyMap<string, CodeLists>) {}

  /** @throws PolkuError MAPPING_INVALID */
  static async read(registries: readonly string[]): Promise<CodeCatalogue> {
    const lists = registries.map(async (name) => [name, await readCodeLists(name)] as const);
    return new CodeCatalogue(new Map(await Promise.all(lists)));
  }

  /**
   * The labels of a code; undefined for an unknown one.
   * @param list `<registry>/<name of the code list>`
   */
  labelsOf(list: string, code: string): LocalizedText | undefined {
    const end = list.indexOf('/');
    return this.registries
      .get(list.slice(0, end))
      ?.get(list.slice(end + 1))
      ?.get(code);
  }

  /** The code lists of a registry; none for a registry that is not in the catalogue. */
  listsOf(registry: string): CodeLists {
    return this.registries.get(registry) ?? new Map();
  }
}

import DataLoader from 'dataloader';
import type { PersonKey } from '../../schema/keys.js';
import { rowRangeOf, type Table } from '../columns/table.js';
import type { RegistryDefinition } from '../columns/tableDefinition.js';
import type { Manifest } from '../snapshot/manifest.js';
import type { Snapshot } from '../snapshot/openSnapshot.js';
import type { RequestContext } from './requestContext.js';

/** What a registry's resolvers read: one snapshot for the whole request. */
export interface RegistryStore<Definition extends RegistryDefinition = RegistryDefinition> {
  readonly manifest: Manifest;
  readonly tables: Snapshot<Definition>['tables'];
  readonly rows: RowLoader<Definition>;
  /** Whether a person's rows are hidden from the caller. `rows` and enforcement leave them out. */
  readonly isHidden: (person: PersonKey) => boolean;
}

export type RegistryContext<Definition extends RegistryDefinition = RegistryDefinition> = RequestContext<
  RegistryStore<Definition>
>;

/** The rows of one person in a table: from (inclusive) and to (exclusive). */
export interface Slice<OneTable extends Table = Table> {
  readonly table: OneTable;
  readonly person: PersonKey;
  readonly from: number;
  readonly to: number;
}

/**
 * Loads rows by person for one request. Single loads are batched, and each person is read once. Columns in
 * memory would not need it; a store on another machine does.
 */
export class RowLoader<Definition extends RegistryDefinition> {
  readonly #loaders = new Map<keyof Definition['tables'], DataLoader<PersonKey, Slice>>();

  /** @param isHidden whether the rows of a person are hidden from the caller */
  constructor(
    private readonly tables: Snapshot<Definition>['tables'],
    private readonly isHidden: (person: PersonKey) => boolean,
  ) {}

  rows<Name extends keyof Definition['tables'] & string>(
    name: Name,
    person: PersonKey,
  ): Promise<Slice<Snapshot<Definition>['tables'][Name]>> {
    return this.#loader(name).load(person) as Promise<Slice<Snapshot<Definition>['tables'][Name]>>;
  }

  #loader(name: keyof Definition['tables'] & string): DataLoader<PersonKey, Slice> {
    let loader = this.#loaders.get(name);
    if (!loader) {
      const table = this.tables[name] as Table;
      loader = new DataLoader((persons) =>
        Promise.resolve(
          persons.map((person) => {
            const [from, to] = this.isHidden(person) ? [0, 0] : rowRangeOf(table, person);
            return { table, person, from, to };
          }),
        ),
      );
      this.#loaders.set(name, loader);
    }
    return loader;
  }
}

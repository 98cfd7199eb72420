import type { PersonKey } from '../../../schema/keys.js';
import type { Table } from '../columns/table.js';
import type { RegistryStore } from '../subgraph/registryContext.js';
import type { Factor, Whose } from './factor.js';
import type { FactorSource } from './factorSource.js';
import type { Household } from './household.js';
import { RowReader } from './rowReader.js';
import type { Statistic } from './statistic.js';
import { coordinatesOf, formulaOf, idOf, labelOf, monthsOf } from './statisticWords.js';

/** What is reckoned of the rows of whom. */
export type RowCatalogue = Readonly<Record<Whose, readonly Statistic[]>>;

const PARTS: readonly Whose[] = ['child', 'parents', 'siblings'];

/** Factors that are statistics of rows, each with the statistic in its place. */
export interface RowFactors extends FactorSource<RegistryStore> {
  readonly statistics: readonly Statistic[];
}

/** The factors of a registry that are statistics of its rows. */
export function rowFactors(registry: string, catalogue: RowCatalogue): RowFactors {
  const statistics = PARTS.flatMap((whose) => catalogue[whose]);
  const factors = PARTS.flatMap((whose) =>
    catalogue[whose].map((statistic): Factor => ({
      id: `${registry}.${whose}.${idOf(statistic)}`,
      whose,
      label: labelOf(whose, statistic),
      formula: formulaOf(statistic),
      months: monthsOf(statistic),
      reads: coordinatesOf(statistic),
    })),
  );
  return {
    factors,
    statistics,
    reader: ({ tables }, before) => {
      const rows = tables as Readonly<Record<string, Table>>;
      let at = 0;
      const parts = PARTS.map((whose) => {
        const part = { whose, at, reader: new RowReader(catalogue[whose], rows, before) };
        at += catalogue[whose].length;
        return part;
      });
      return {
        read: (household, known, into) => {
          for (const part of parts) {
            const persons = personsOf(household, part.whose);
            if (persons.every(known)) part.reader.read(persons, into, part.at);
            else into.fill(Number.NaN, part.at, part.at + catalogue[part.whose].length);
          }
        },
      };
    },
  };
}

function personsOf({ child, parents, siblings }: Household, whose: Whose): readonly PersonKey[] {
  return whose === 'child' ? [child] : whose === 'parents' ? parents : siblings;
}

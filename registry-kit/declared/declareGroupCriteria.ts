import type { Criteria } from '../criteria/criterion.js';
import { type RowArgument, rowsCriterion, serviceArgument } from '../criteria/rowsCriterion.js';
import type { RegistryStore } from '../subgraph/registryContext.js';
import { capital, type Declaration, type DeclaredColumn, type DeclaredTable } from './declaration.js';

/**
 * Makes the criteria for groups: one for each table, over its dates and the columns with a `filter`. That of
 * rows of a record has the name of the registry before the field, because all registries share the names.
 */
export function declareGroupCriteria({ name: registry, tables }: Declaration): Criteria<RegistryStore> {
  return Object.fromEntries(
    tables.map((table) => {
      const { name, type, field, of, description, columns } = table;
      const own = columns.flatMap((column) =>
        column.filter === undefined ? [] : [[column.filter, argumentOf(type, column)] as const],
      );
      const hasEnd = name === 'contacts' || columns.some((column) => column.name === 'end');
      return [
        of === undefined ? field : `${registry}${capital(field)}`,
        rowsCriterion({
          description,
          table: name,
          rows: wayTo(table, tables),
          startedAt: { column: 'start', coordinate: `${type}.startedAt` },
          ...(hasEnd && { endedAt: { column: 'end', coordinate: `${type}.endedAt` } }),
          ongoing: name !== 'contacts',
          arguments: {
            ...(name === 'contacts' && { services: serviceArgument(type) }),
            ...Object.fromEntries(own),
          },
        }),
      ];
    }),
  );
}

/** The fields on the way from a person to the rows of a table. All of them reveal that a row exists. */
export function wayTo({ field, of }: DeclaredTable, tables: readonly DeclaredTable[]): readonly string[] {
  const owner = tables.find(({ name }) => name === of);
  return owner ? [...wayTo(owner, tables), `${owner.type}.${field}`] : [`Person.${field}`];
}

function argumentOf(type: string, column: DeclaredColumn): RowArgument {
  const { name, field, kind, list, isIcd10, description = field } = column;
  return {
    kind: kind === 'number' ? 'range' : isIcd10 ? 'diagnoses' : 'codes',
    column: name,
    coordinate: `${type}.${field}`,
    ...(list !== undefined && !isIcd10 && { list }),
    description: kind === 'number' ? description : `Any of these codes. ${description}`,
  };
}

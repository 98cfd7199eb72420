import { stringify } from 'yaml';
import { capital, fieldOf } from '../declared/declaration.js';
import type { ProposedColumn, ProposedTable } from './proposeTable.js';

/** The texts of a proposed folder, by file name. */
export type ProposedFiles = Readonly<Record<string, string>>;

/** A code that fewer rows have is not written: it could tell of somebody. */
export const LEAST_ROWS = 5;

/** What a writer has to replace. */
export const TO_DO = 'TODO';

/** Columns that every contact has, so that registry.yaml does not list them. */
const OF_CONTACTS = ['id', 'start', 'end', 'service', 'unit', 'professional'];

/** Writes registry.yaml, mapping.yaml, codes.yaml, policy.yaml and policy.test.yaml. */
export function writeProposal(
  registry: string,
  format: Readonly<Record<string, string>>,
  tables: readonly ProposedTable[],
  schemas: string,
): ProposedFiles {
  const header = (schema: string, comment: string) =>
    `# yaml-language-server: $schema=${schemas}/${schema}.schema.json\n# ${comment}\n`;
  return {
    'registry.yaml': `${header('registry', 'What the registry keeps and shows. Proposed from an export: read every line.')}${declaration(registry, tables)}`,
    'mapping.yaml': `${header('mapping', 'Where that stands in the export. What is not named here is never read.')}${mapping(registry, format, tables)}`,
    'codes.yaml': `${header('codes', `Code lists. Each code is its own label until you write one; codes of fewer than ${LEAST_ROWS} rows are left out.`)}${codes(tables)}`,
    'policy.yaml': `${header('policy', 'Who may see what. There is no grant, so nobody sees anything.')}${policy(registry, tables)}`,
    'policy.test.yaml': `${header('policy-test', 'What the owner expects. Write the cases before the grants.')}${policyTest(registry, tables)}`,
  };
}

/** A text as YAML writes it in one line, also within braces. */
function scalar(text: string): string {
  return /[[\]{},]/.test(text) ? `'${text.replaceAll("'", "''")}'` : stringify(text, { lineWidth: 0 }).trim();
}

function flow(entries: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(entries).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}: ${value}`],
  );
  return `{ ${given.join(', ')} }`;
}

function typeOf(registry: string, { name }: ProposedTable): string {
  const row = name === 'contacts' ? 'contact' : name.replace(/ies$/, 'y').replace(/([^s])s$/, '$1');
  return `${capital(registry)}${capital(row)}`;
}

function parentOf({ columns }: ProposedTable): string | undefined {
  return columns.some(({ name }) => name === 'parent') ? 'contacts' : undefined;
}

/** The columns of a table that registry.yaml lists. */
function declared({ name, columns }: ProposedTable): readonly ProposedColumn[] {
  const implied = name === 'contacts' ? OF_CONTACTS : ['start', 'parent'];
  return columns.filter((column) => !implied.includes(column.name));
}

function declaration(registry: string, tables: readonly ProposedTable[]): string {
  const written = tables.map((table) => {
    const columns = declared(table).map(
      ({ name, kind, list, optional, profile }) =>
        `      ${name}: ${flow({
          kind,
          list,
          filter: kind === 'code' && name !== 'unit' ? (list ?? name) : kind === 'number' ? name : undefined,
          optional: optional ? 'true' : undefined,
          description: profile && scalar(`${TO_DO}: ${profile.name}.`),
        })}`,
    );
    const of = parentOf(table);
    return [
      `  ${table.name}:`,
      `    description: '${TO_DO}: what a row of ${table.source} is.'`,
      ...(table.name === 'contacts' ? [] : [`    type: ${typeOf(registry, table)}`]),
      ...(of === undefined ? [] : [`    of: ${of}`]),
      ...(columns.length === 0 ? [] : ['    columns:', ...columns]),
    ].join('\n');
  });
  return `registry: ${registry}\ntables:\n${written.join('\n')}\n`;
}

function mapping(
  registry: string,
  format: Readonly<Record<string, string>>,
  tables: readonly ProposedTable[],
): string {
  const [contacts] = tables;
  const scheme = contacts!.subject.kind === 'identity' ? 'hetu' : `local:${registry}-person`;
  const formats = flow(Object.fromEntries(Object.entries(format).map(([key, text]) => [key, scalar(text)])));
  const care = careRelationships(contacts!);
  const absent = [...(care ? [] : ['careRelationships']), 'objections'];
  return [
    `registry: ${registry}`,
    `scheme: ${scheme}`,
    `format: ${formats}`,
    `# ${TO_DO}: ask the owner where objections are kept. Absent means that nobody can have objected.`,
    `absent: [${absent.join(', ')}]`,
    'tables:',
    ...tables.map((table) => tableMapping(table)),
    ...(care ? [care] : []),
    '',
  ].join('\n');
}

function tableMapping({ name, source, sourceKind, subject, columns }: ProposedTable): string {
  const has = (column: string) => columns.some((one) => one.name === column);
  return [
    `  ${name}:`,
    `    ${sourceKind}: ${scalar(source)}`,
    `    subject: ${scalar(subject.name)}`,
    ...(has('id') ? ['    unique: id'] : []),
    ...(has('end') ? ['    interval: [start, end]'] : []),
    '    columns:',
    ...columns.map((column) => `      ${column.name}: ${columnMapping(column)}`),
  ].join('\n');
}

function columnMapping({ from, profile }: ProposedColumn): string {
  if (typeof from !== 'string') return `{ from: [${from.map(scalar).join(', ')}] }`;
  const { dates, decimal } = profile!;
  if (dates !== undefined && dates !== 'iso') return flow({ from: scalar(from), dates: scalar(dates) });
  if (decimal !== undefined) return flow({ from: scalar(from), decimal: `'${decimal}'` });
  return scalar(from);
}

/** Everybody who met the person may have a care relationship; the owner decides how long it lasts. */
function careRelationships({ source, sourceKind, subject, columns }: ProposedTable): string | undefined {
  const find = (name: string) => columns.find((column) => column.name === name);
  const [employee, unit, start] = [find('professional'), find('unit'), find('start')!];
  if (!employee && !unit) return undefined;
  return [
    `  # ${TO_DO}: taken from the contacts, and without an end. Ask the owner who has a care relationship, and for how long.`,
    '  careRelationships:',
    `    ${sourceKind}: ${scalar(source)}`,
    `    subject: ${scalar(subject.name)}`,
    '    columns:',
    ...(employee ? [`      employee: ${columnMapping(employee)}`] : []),
    ...(unit ? [`      unit: ${columnMapping(unit)}`] : []),
    `      start: ${columnMapping(start)}`,
  ].join('\n');
}

function codes(tables: readonly ProposedTable[]): string {
  const lists = new Map<string, Set<string>>([['services', new Set()]]);
  for (const { list, profile } of tables.flatMap(({ columns }) => columns)) {
    if (list === undefined || !profile) continue;
    const known = lists.get(list) ?? new Set();
    for (const [code, rows] of profile.counts) if (rows >= LEAST_ROWS) known.add(code);
    lists.set(list, known);
  }
  const written = [...lists].map(([list, known]) => {
    const labels = [...known].sort().map((code) => {
      const label = `'${code.replaceAll("'", "''")}'`;
      return `  ${label}: { fi: ${label}, en: ${label}, sv: ${label} }`;
    });
    return labels.length === 0 ? `${list}: {}` : [`${list}:`, ...labels].join('\n');
  });
  return `${written.join('\n')}\n`;
}

/** The fields of a table in the graph. */
function fieldsOf({ name, columns }: ProposedTable): readonly string[] {
  const always = name === 'contacts' ? ['startedAt', 'endedAt', 'service', 'unit'] : ['startedAt'];
  const own = columns.flatMap(({ name: column }) =>
    ['parent', 'start', 'id', 'professional'].includes(column) ? [] : [fieldOf(column)],
  );
  return [...new Set([...always, ...own])];
}

const DATES: ReadonlySet<string> = new Set(['day', 'partial-day']);

function policy(registry: string, tables: readonly ProposedTable[]): string {
  const label = scalar(`${TO_DO} ${registry}`);
  const lists = tables.map((table) => {
    const [owner, field] = listOf(registry, table);
    return `  ${owner}.${field}: { category: service-use, special: true }`;
  });
  const fields = tables.flatMap((table) =>
    fieldsOf(table).map((field) => {
      const isDate = table.columns.some(({ name, kind }) => DATES.has(kind) && fieldOf(name) === field);
      const category = field === 'unit' ? 'place' : 'service-use';
      const quasi = isDate || field === 'endedAt' ? 'year' : field === 'service' ? undefined : 'withhold';
      return `  ${typeOf(registry, table)}.${field}: ${flow({ category, special: 'true', quasi })}`;
    }),
  );
  return [
    `registry: ${registry}`,
    `owner: { en: ${label}, fi: ${label}, sv: ${label} }`,
    '',
    `# ${TO_DO}: correct the categories. A quasi-identifier (quasi) may identify a person together with others.`,
    'fields:',
    ...lists,
    ...fields,
    '',
    'grants: []',
    '',
  ].join('\n');
}

function listOf(registry: string, table: ProposedTable): readonly [owner: string, field: string] {
  if (table.name === 'contacts') return ['Person', `${registry}Contacts`];
  return parentOf(table) === undefined ? ['Person', table.name] : [`${capital(registry)}Contact`, table.name];
}

function policyTest(registry: string, tables: readonly ProposedTable[]): string {
  const patterns = tables.map((table) => {
    const fields = fieldsOf(table);
    const names = fields.length === 1 ? fields[0]! : `{${fields.join(',')}}`;
    return `      ${typeOf(registry, table)}.${names}: deny`;
  });
  return [
    `registry: ${registry}`,
    'cases:',
    '  - name: nobody sees anything until the owner grants it',
    '    as: clinician',
    '    for: care',
    '    when: [care-relationship, not-objected]',
    '    show:',
    `      Person.${registry}Contacts: deny`,
    ...patterns,
    '',
  ].join('\n');
}

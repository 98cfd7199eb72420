import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PolkuError } from '../lib/errors.js';
import { formatProblems } from '../policies/engine/parse/problems.js';
import { readCodeLists } from '../registry-kit/codes/codeLists.js';
import type { ColumnDefinition } from '../registry-kit/columns/tableDefinition.js';
import { type Declaration, readDeclaration } from '../registry-kit/declared/declaration.js';
import { declareRegistry } from '../registry-kit/declared/declareRegistry.js';
import { absentIn } from '../registry-kit/extraction/mapping/mapping.js';
import { readMapping } from '../registry-kit/extraction/mapping/readMapping.js';
import { type JoinedRegistries, joinRegistries } from '../registry-kit/joinedRegistries.js';
import { TO_DO } from '../registry-kit/proposal/proposedFiles.js';
import { readRegularFile } from '../lib/regularFile.js';
import { policiesFolder } from './options.js';

/** What a registry lacks, in sentences, and what may be right as it is. */
export interface RegistryCheck {
  readonly missing: readonly string[];
  readonly notes: readonly string[];
}

const FILES = ['mapping.yaml', 'codes.yaml', 'policy.yaml', 'policy.test.yaml'];

/**
 * Checks the folder of a registry together with the other registries of the city.
 * @param others the registries of the configuration
 * @throws PolkuError REGISTRY_INVALID if registry.yaml declares no registry
 */
export async function checkRegistry(folder: string, others: JoinedRegistries): Promise<RegistryCheck> {
  const declaration = await readDeclaration(folder);
  declareRegistry(declaration);
  // Before anything loads the list of registries.
  joinRegistries({ ...others, folders: new Map([...others.folders, [declaration.name, folder]]) });
  const missing: string[] = [];
  const notes: string[] = [];
  for (const file of FILES)
    if (!existsSync(join(folder, file)))
      missing.push(`${file} is missing.${file === 'policy.yaml' ? ' Without it everything is denied.' : ''}`);
  for (const file of ['registry.yaml', ...FILES].filter((name) => existsSync(join(folder, name)))) {
    const open = (await readRegularFile(join(folder, file))).split(TO_DO).length - 1;
    if (open > 0) missing.push(`${file} says ${TO_DO} in ${open} ${open === 1 ? 'place' : 'places'}.`);
  }
  await collect(missing, async () => {
    const mapping = await readMapping(declaration.definition);
    notes.push(...mapping.notices, ...absentIn(mapping).map((name) => `The export has no ${name}.`));
  });
  await collect(missing, () => checkCodes(declaration, missing));
  if (existsSync(join(folder, 'policy.yaml')))
    await collect(missing, () => checkPolicy(declaration, folder, missing, notes));
  return { missing, notes };
}

/** Does a check, and reports its error as something that is missing. */
async function collect(missing: string[], check: () => Promise<void>): Promise<void> {
  try {
    await check();
  } catch (cause) {
    if (!(cause instanceof PolkuError)) throw cause;
    missing.push(cause.message);
  }
}

async function checkCodes({ name, definition }: Declaration, missing: string[]): Promise<void> {
  const lists = await readCodeLists(name);
  const columns = Object.values(definition.tables).flatMap(
    ({ columns: all }) => Object.values(all) as ColumnDefinition[],
  );
  const named = new Set(columns.flatMap((column) => (column.kind === 'code' && column.list) || []));
  for (const list of named)
    if (!lists.get(list)?.size)
      missing.push(`codes.yaml has no codes of the list "${list}", so every row with one would be rejected.`);
  for (const [list, codes] of lists) {
    const bare = [...codes].filter(([code, { fi, en, sv }]) => [fi, en, sv].every((label) => label === code));
    if (bare.length > 0)
      missing.push(`${bare.length} of the ${codes.size} codes of "${list}" in codes.yaml have no label.`);
  }
}

async function checkPolicy(
  { name, tables }: Declaration,
  folder: string,
  missing: string[],
  notes: string[],
): Promise<void> {
  const { compileFolder, loadTests } = await import('./runtime/openPolicy.js');
  const { committedApi } = await import('./runtime/loadOperations.js');
  const { operationReader } = await import('../gateway/operation/readOperation.js');
  const { runPolicyTests } = await import('../policies/engine/test/runPolicyTests.js');
  const api = await composed(committedApi);
  const folders = new Map([[name, folder]]);
  const { policy, problems } = await compileFolder(policiesFolder);
  const own = problems.filter(({ file }) => file === `${name}.yaml`);
  if (own.length > 0) missing.push(formatProblems(own, undefined, folders).trimEnd());
  if (!policy) {
    if (own.length === 0) missing.push(formatProblems(problems, policiesFolder).trimEnd());
    return;
  }
  const { owner, grants } = policy.model.registries.get(name)!;
  const languages = ['en', 'fi', 'sv'] as const;
  if (languages.some((language) => owner[language].trim() === ''))
    missing.push('policy.yaml does not name the owner in every language.');
  const granted = new Set(
    grants.flatMap(({ show, derive }) => [
      ...show.keys(),
      ...[...derive.values()].flatMap((fields) => [...fields]),
    ]),
  );
  for (const { name: table, type } of tables)
    if (![...granted].some((coordinate) => coordinate.startsWith(`${type}.`)))
      missing.push(
        `No grant of policy.yaml opens a field of ${type}, so nobody can reach the table "${table}".`,
      );
  const files = (await loadTests(policiesFolder)).filter(({ file }) => file === `${name}.test.yaml`);
  const tested = runPolicyTests(policy, files, operationReader(api));
  if (tested.problems.length > 0) missing.push(formatProblems(tested.problems, undefined, folders).trimEnd());
  const failed = tested.report.results.filter(({ failures }) => failures.length > 0);
  for (const { name: test, failures } of failed)
    missing.push(`The case "${test}" fails: ${failures.join(' ')}`);
  for (const { id, covered } of tested.report.coverage)
    if (id.startsWith(`${name}/`) && !covered) missing.push(`No case of policy.test.yaml covers ${id}.`);
  notes.push(
    `${tested.report.results.length - failed.length} of ${tested.report.results.length} policy tests pass.`,
  );
}

/** Composition quotes names of types and fields only. */
async function composed<Api>(compose: () => Promise<Api>): Promise<Api> {
  try {
    return await compose();
  } catch (cause) {
    throw new PolkuError(
      'REGISTRY_INVALID',
      `The registry does not fit together with the others: ${(cause as Error).message}`,
    );
  }
}

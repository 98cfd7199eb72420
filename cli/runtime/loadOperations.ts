import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Supergraph } from '@apollo/federation-internals';
import { GraphQLError, type GraphQLSchema, parse, validate } from 'graphql';
import { composeContracts } from '../../federation/supergraph/supergraph.js';
import { shippedSupergraph } from '../../gateway/registries/cityTypes.js';
import { PolkuError } from '../../lib/errors.js';
import { NotRegularFileError, readRegularFile } from '../../lib/regularFile.js';
import type { StoredOperation } from '../../policies/engine/compare/operationImpact.js';
import { parseFile } from '../../policies/engine/parse/parsePolicy.js';
import { fileSchemas } from '../../policies/engine/parse/policyFiles.js';
import { collectProblems, formatProblems, type Problem } from '../../policies/engine/parse/problems.js';
import { committedSdl } from './openPolicy.js';

/**
 * The stored operations of every app: `<folder>/<app>/*.graphql`, with an app.yaml that has the app's roles
 * and purpose. It skips hidden files and folders, which editors and file systems write.
 * @throws PolkuError POLICY_INVALID if a folder or a file cannot be read, or there is no operation
 */
export async function loadOperations(folder: string): Promise<StoredOperation[]> {
  const names = await namesIn(folder);
  const apps = await Promise.all(names.map((name) => isFolder(join(folder, name))));
  const astray = names.find((name, index) => !apps[index] && name.endsWith('.graphql'));
  if (astray !== undefined)
    throw invalid(
      `${join(folder, astray)} belongs to no app.`,
      'Put it into the folder of the app that sends it.',
    );
  const loaded = await Promise.all(
    names.filter((_, index) => apps[index]).map((app) => loadApp(folder, app)),
  );
  const operations = loaded.flat();
  if (operations.length > 0) return operations;
  throw invalid(
    `There is no stored operation in "${folder}".`,
    'Give a folder that holds a folder for each app.',
  );
}

async function loadApp(folder: string, app: string): Promise<StoredOperation[]> {
  const files = (await namesIn(join(folder, app))).filter((name) => name.endsWith('.graphql'));
  const { roles, purpose, recipient, permit } = await readApp(join(folder, app), `${app}/app.yaml`);
  return Promise.all(
    files.map(async (file) => ({
      app,
      file,
      text: await readText(join(folder, app, file)),
      roles,
      purpose,
      ...(recipient !== undefined && { recipient }),
      ...(permit !== undefined && { permit }),
    })),
  );
}

async function readApp(folder: string, file: string) {
  const text = await readText(join(folder, 'app.yaml'), ' It has the roles and the purpose of the app.');
  const { result, problems } = collectProblems((found) => parseFile({ file, text }, fileSchemas.app, found));
  if (result) return result.content;
  throw invalid(`${file} is not of the expected form:\n${formatProblems(problems)}`);
}

async function readText(path: string, remark = ''): Promise<string> {
  try {
    return await readRegularFile(path);
  } catch (cause) {
    const why = cause instanceof NotRegularFileError ? `is a ${cause.kind}, not a file` : 'cannot be read';
    throw invalid(`${path} ${why}.${remark}`, '', cause);
  }
}

/** Whether a path is a folder or a link to one. A link that leads nowhere is reported as an error. */
async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (cause) {
    throw invalid(`${path} cannot be read.`, '', cause);
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).filter((name) => !name.startsWith('.')).sort();
  } catch (cause) {
    throw invalid(
      `The folder "${folder}" cannot be read.`,
      'Give one that holds a folder for each app.',
      cause,
    );
  }
}

function invalid(message: string, fix = '', cause?: unknown): PolkuError {
  return new PolkuError('POLICY_INVALID', fix === '' ? message : `${message} ${fix}`, {}, { cause });
}

/** The API schema of all joined registries: everything that a client could ask for if policies allowed it. */
export async function committedApi(): Promise<GraphQLSchema> {
  return Supergraph.build(await committedSupergraph())
    .apiSchema()
    .toGraphQLJSSchema();
}

/** The supergraph of all joined registries. */
export async function committedSupergraph(): Promise<string> {
  return composeContracts(await committedSdl(), shippedSupergraph());
}

/**
 * Checks stored operations against the schema of all joined registries. Policy is not asked: it may change.
 * @returns every fault with its place, sorted
 */
export function checkOperations(
  operations: readonly StoredOperation[],
  api: GraphQLSchema,
): readonly Problem[] {
  return collectProblems((problems) => {
    for (const { app, file, text } of operations)
      for (const { message, locations } of operationFaults(text, api)) {
        const { line, column } = locations?.[0] ?? { line: 1, column: 1 };
        problems.error({ file: `${app}/${file}`, line, column }, message);
      }
  }).problems;
}

function operationFaults(text: string, api: GraphQLSchema): readonly GraphQLError[] {
  try {
    return validate(api, parse(text));
  } catch (error) {
    // A text that nests too deep exhausts the stack.
    return [error instanceof GraphQLError ? error : new GraphQLError('The text nests too deep.')];
  }
}

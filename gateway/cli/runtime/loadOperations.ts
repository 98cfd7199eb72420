import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StoredOperation } from '../../../policies/engine/compare/operationImpact.js';
import { parseFile } from '../../../policies/engine/parse/parsePolicy.js';
import { fileSchemas } from '../../../policies/engine/parse/policyFiles.js';
import { collectProblems } from '../../../policies/engine/parse/problems.js';
import { formatProblems } from '../../../policies/engine/report/formatProblems.js';
import { PolkuError } from '../../../schema/polkuError.js';

/**
 * The stored operations of every app: `<folder>/<app>/*.graphql`, with an app.yaml that says as whom and for what it asks.
 * @throws PolkuError POLICY_INVALID where a folder or an app.yaml cannot be read
 */
export async function loadOperations(folder: string): Promise<StoredOperation[]> {
  const apps = (await listed(folder)).filter((entry) => entry.isDirectory()).map(({ name }) => name);
  return (await Promise.all(apps.sort().map((app) => loadApp(folder, app)))).flat();
}

async function loadApp(folder: string, app: string): Promise<StoredOperation[]> {
  const files = (await listed(join(folder, app)))
    .map(({ name }) => name)
    .filter((name) => name.endsWith('.graphql'));
  const { roles, purpose, recipient, permit } = await readApp(join(folder, app), `${app}/app.yaml`);
  return Promise.all(
    files.sort().map(async (file) => ({
      app,
      file,
      text: await readFile(join(folder, app, file), 'utf8'),
      roles,
      purpose,
      ...(recipient !== undefined && { recipient }),
      ...(permit !== undefined && { permit }),
    })),
  );
}

async function readApp(folder: string, file: string) {
  const text = await readFile(join(folder, 'app.yaml'), 'utf8').catch((cause: unknown) => {
    throw new PolkuError(
      'POLICY_INVALID',
      `${file} cannot be read. It says as whom and for what the app asks.`,
      { file },
      { cause },
    );
  });
  const { result, problems } = collectProblems((found) => parseFile({ file, text }, fileSchemas.app, found));
  if (result) return result.content;
  throw new PolkuError('POLICY_INVALID', `${file} is not of the expected form:\n${formatProblems(problems)}`);
}

async function listed(folder: string) {
  return readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    throw new PolkuError(
      'POLICY_INVALID',
      `The folder "${folder}" cannot be read. Give one that holds a folder for each app.`,
      { folder },
      { cause },
    );
  });
}

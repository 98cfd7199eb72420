import { join } from 'node:path';
import type { GraphQLSchema } from 'graphql';
import { StoredOperations } from '../../gateway/operation/storedOperations.js';
import { PolkuError } from '../../lib/errors.js';
import type { Log } from '../../lib/log.js';
import type { StoredOperation } from '../../policies/engine/compare/operationImpact.js';
import { formatProblems } from '../../policies/engine/parse/problems.js';
import type { Configuration } from '../configuration/configuration.js';
import { describeFault, policiesFolder } from '../options.js';
import { checkOperations, loadOperations } from './loadOperations.js';

/** How often the folder is read. */
const EVERY_MS = 1_000;

/** The stored operations that a gateway serves; they follow the folder until `close`. */
export interface OpenOperations {
  readonly operations: StoredOperations;
  close(): Promise<void>;
}

/** The folder of a configuration's stored operations. */
export function operationsFolder({ gateway, policies }: Configuration): string {
  return gateway.operations.folder ?? join(policies.folder ?? policiesFolder, 'operations');
}

/**
 * Opens the stored operations of a configuration; no file is read where the mode of everybody is `off`. A
 * change of the folder is in force within two seconds, and a change with a fault changes nothing.
 * @throws PolkuError POLICY_INVALID with every fault and its place
 */
export async function openOperations(
  configuration: Configuration,
  api: GraphQLSchema,
  log: Log,
): Promise<OpenOperations> {
  const { mode, recipients } = configuration.gateway.operations;
  const isOff = [mode, ...Object.values(recipients)].every((one) => one === 'off');
  if (isOff) return { operations: new StoredOperations(), close: async () => {} };
  const folder = operationsFolder(configuration);
  const first = await loadOperations(folder);
  requireValid(first, folder, api);
  const operations = new StoredOperations({ mode, recipients }, first);
  let inForce = JSON.stringify(first);
  /** The content that was found to have a fault, and what was reported of it. Nothing is checked twice. */
  let [faulty, reported] = ['', ''];

  async function look(): Promise<void> {
    let text = '';
    try {
      const found = await loadOperations(folder);
      text = JSON.stringify(found);
      if (text === faulty) return;
      if (text !== inForce) {
        requireValid(found, folder, api);
        inForce = text;
        operations.replace(found);
        log.write('operations-changed', `${found.length} stored operations are served.`);
      }
      [faulty, reported] = ['', ''];
    } catch (error) {
      faulty = text;
      const fault = describeFault(error);
      if (fault !== reported) log.fault('operations-rejected', error);
      reported = fault;
    }
  }

  let looking = Promise.resolve();
  let timer: NodeJS.Timeout;
  const schedule = (): void => {
    timer = setTimeout(() => {
      looking = look().finally(schedule);
    }, EVERY_MS).unref();
  };
  schedule();
  return {
    operations,
    async close() {
      clearTimeout(timer);
      await looking;
      clearTimeout(timer);
    },
  };
}

/** @throws PolkuError POLICY_INVALID with every fault and its place */
function requireValid(operations: readonly StoredOperation[], folder: string, api: GraphQLSchema): void {
  const problems = checkOperations(operations, api);
  if (problems.length === 0) return;
  throw new PolkuError(
    'POLICY_INVALID',
    `The stored operations in ${folder} have faults:\n${formatProblems(problems, folder)}`,
  );
}

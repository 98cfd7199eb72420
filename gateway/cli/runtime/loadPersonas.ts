import { readFile } from 'node:fs/promises';
import { parseFile } from '../../../policies/engine/parse/parsePolicy.js';
import { fileSchemas } from '../../../policies/engine/parse/policyFiles.js';
import { collectProblems } from '../../../policies/engine/parse/problems.js';
import { formatProblems } from '../../../policies/engine/report/formatProblems.js';
import { PolkuError } from '../../../schema/polkuError.js';
import { type Persona, personas } from '../../identity/personas.js';

/**
 * Polku's personas and those of a file, which replace their namesakes.
 * @throws PolkuError USAGE where the file cannot be read or is not of its form
 */
export async function loadPersonas(file: string | undefined): Promise<readonly Persona[]> {
  if (file === undefined) return personas;
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new PolkuError('USAGE', `The personas in ${file} cannot be read.`, { file }, { cause });
  });
  const { result, problems } = collectProblems((found) =>
    parseFile({ file, text }, fileSchemas.personas, found),
  );
  if (!result) {
    throw new PolkuError('USAGE', `The personas are not of the expected form:\n${formatProblems(problems)}`);
  }
  return [
    ...new Map([...personas, ...result.content.personas].map((persona) => [persona.id, persona])).values(),
  ];
}

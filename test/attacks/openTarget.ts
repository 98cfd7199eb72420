import { readFile } from 'node:fs/promises';
import { devTokens, type Tokens } from './requester.js';
import { type RegistryPort, Target } from './target.js';

interface TokensFile {
  readonly tokens?: Tokens;
  readonly registries?: readonly RegistryPort[];
}

/**
 * A live gateway with tokens of its users.
 * @param file JSON, see TokensFile; without it the gateway must run with `--dev`
 */
export async function openTarget(url: URL, file?: string): Promise<Target> {
  const given = file === undefined ? {} : (JSON.parse(await readFile(file, 'utf8')) as TokensFile);
  const tokens = given.tokens ?? (await devTokens(url));
  if (tokens) return new Target(url, tokens, given.registries);
  throw new Error('The gateway does not run with --dev; give tokens by --tokens FILE (see --help).');
}

import { randomBytes } from 'node:crypto';
import { link, mkdir, open, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { PolkuError } from './errors.js';

const SECRET_BYTES = 32;
const GROUP_AND_OTHERS = 0o077;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/**
 * Reads a file that only its owner can access.
 * @throws PolkuError SECRET_INVALID
 */
export async function readPrivateFile(file: string): Promise<string> {
  let handle;
  try {
    handle = await open(file, 'r');
  } catch (cause) {
    throw new PolkuError('SECRET_INVALID', `The secret file ${file} cannot be read.`, { file }, { cause });
  }
  try {
    const { mode } = await handle.stat();
    if (mode & GROUP_AND_OTHERS) {
      const found = (mode & 0o777).toString(8);
      throw new PolkuError(
        'SECRET_INVALID',
        `The secret file ${file} can be read or written by others (mode ${found}); run: chmod 600 ${file}`,
        { file },
      );
    }
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}

/**
 * Creates a file that only its owner can access. It creates the file atomically, and the file is on disk when
 * this resolves.
 * @throws EEXIST if the file exists
 */
export async function createPrivateFile(file: string, content: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    await writeFile(draft, content, { mode: 0o600, flag: 'wx', flush: true });
    await link(draft, file);
  } finally {
    await rm(draft, { force: true });
  }
}

/** Generates a secret in the form of its file: base64 of random bytes. */
export function newSecret(): string {
  return `${randomBytes(SECRET_BYTES).toString('base64')}\n`;
}

/**
 * Parses the versions of a secret, newest first. Each version is a line of base64 with at least 32 bytes.
 * @param source names the file or variable in error messages
 * @throws PolkuError SECRET_INVALID, without the text
 */
export function decodeSecret(text: string, source: string): readonly Buffer[] {
  const lines = text.split('\n').map((line) => line.trim());
  const versions = lines
    .filter((line) => line !== '')
    .map((line) => ({ line, bytes: Buffer.from(line, 'base64') }));
  const bad = versions.findIndex(({ line, bytes }) => !BASE64.test(line) || bytes.length < SECRET_BYTES);
  if (versions.length > 0 && bad === -1) return versions.map(({ bytes }) => bytes);
  throw new PolkuError(
    'SECRET_INVALID',
    `${source} must hold base64 of at least ${SECRET_BYTES} random bytes, a version on each line, the newest first` +
      (bad === -1 ? '; it is empty.' : `; line ${bad + 1} does not.`),
  );
}

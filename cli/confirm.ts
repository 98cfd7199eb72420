import { createInterface } from 'node:readline/promises';
import { PolkuError } from '../lib/errors.js';

/**
 * Asks on the terminal before something is signed.
 * @param expected what the person types to agree
 * @throws PolkuError USAGE if the person does not agree, or there is nobody to ask
 */
export async function confirmSigning(question: string, expected: string): Promise<void> {
  if (!process.stdin.isTTY)
    throw new PolkuError(
      'USAGE',
      'Nothing is signed, because nobody can be asked: this is no terminal. Read the text above, and add --yes.',
    );
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const answer = await lines.question(`${question} (${expected}): `);
    if (answer.trim() !== expected) throw new PolkuError('USAGE', 'Nothing is signed.');
  } finally {
    lines.close();
  }
}

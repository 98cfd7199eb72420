/**
 * @property extraction/silent-sources
 */
import { describe, expect, it } from '@jest/globals';
import { describeFault } from '../../../cli/options.js';
import { withMemoryDatabase } from '../../../lib/duckdb.js';
import { PolkuError } from '../../../lib/errors.js';

const CODE = '131052-9982';

describe('the printed text of an error', () => {
  it('X01: is the place of the throw, without what a database quotes', async () => {
    const quoting = withMemoryDatabase((connection) =>
      connection.run(`SELECT 'Meikäläinen ${CODE}'::INTEGER /* Korhonen */`),
    );
    const fault = await quoting.catch((error: Error) => error);
    expect((fault as Error).message).toContain(CODE);
    expect(describeFault(fault)).toMatch(/^Error at /);
    expect(describeFault(fault)).not.toMatch(/131052|Meik|Korhonen|LINE/);
  });

  it('X01: omits lines of a message that look like a stack frame', () => {
    const fault = new Error(`row\n    at ${CODE} (row:1:1)\n    at Korhonen`);
    expect(describeFault(fault)).toMatch(/^Error at .*describeFault\.test/);
  });

  it('X01: names no place when the message was changed after the error was thrown', () => {
    const fault = new Error(`before\n    at ${CODE} (row:1:1)`);
    // Engines write the stack when it is first read.
    expect(fault.stack).toContain('before');
    fault.message = 'after';
    expect(describeFault(fault)).toBe('Error at an unknown place');
  });

  it('X01: omits a name that holds more than the class of the error', () => {
    const fault = new Error('x');
    fault.name = `Korhonen ${CODE}`;
    expect(describeFault(fault)).toMatch(/^Error at /);
  });

  it('X01: has no identity code in a message of Polku, such as the name of a folder', () => {
    const fault = new PolkuError('STORAGE_FAILED', `Could not write to /data/child_code=${CODE}/x.`);
    expect(describeFault(fault)).toBe(
      'STORAGE_FAILED: Could not write to /data/child_code=(identity code)/x.',
    );
  });
});

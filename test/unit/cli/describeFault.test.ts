import { describe, expect, it } from '@jest/globals';
import { describeFault } from '../../../cli/options.js';
import { withMemoryDatabase } from '../../../lib/duckdb.js';
import { PolkuError } from '../../../lib/errors.js';

const CODE = '131052-9982';

describe('what is printed of an error', () => {
  it('X01: is where it was thrown, and nothing of what a database quotes', async () => {
    const quoting = withMemoryDatabase((connection) =>
      connection.run(`SELECT 'Meikäläinen ${CODE}'::INTEGER /* Korhonen */`),
    );
    const fault = await quoting.catch((error: Error) => error);
    expect((fault as Error).message).toContain(CODE);
    expect(describeFault(fault)).toMatch(/^Error at /);
    expect(describeFault(fault)).not.toMatch(/131052|Meik|Korhonen|LINE/);
  });

  it('X01: is no line of a message that looks like a frame', () => {
    const fault = new Error(`row\n    at ${CODE} (row:1:1)\n    at Korhonen`);
    expect(describeFault(fault)).toMatch(/^Error at .*describeFault\.test/);
  });

  it('X01: names no place where the message was changed after the error was thrown', () => {
    const fault = new Error(`before\n    at ${CODE} (row:1:1)`);
    // Engines write the stack when it is first read.
    expect(fault.stack).toContain('before');
    fault.message = 'after';
    expect(describeFault(fault)).toBe('Error at an unknown place');
  });

  it('X01: is not a name that holds more than the class of the error', () => {
    const fault = new Error('x');
    fault.name = `Korhonen ${CODE}`;
    expect(describeFault(fault)).toMatch(/^Error at /);
  });

  it("X01: has no identity code in a message of Polku's own, such as the name of a folder", () => {
    const fault = new PolkuError('STORAGE_FAILED', `Could not write to /data/child_code=${CODE}/x.`);
    expect(describeFault(fault)).toBe(
      'STORAGE_FAILED: Could not write to /data/child_code=(identity code)/x.',
    );
  });
});

import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, it } from '@jest/globals';

/**
 * Tests that need a program of the machine, such as `promtool`. Where it is not installed they are skipped
 * and say so; in CI a missing program is a failure.
 */
export function describeWithProgram(program: string, name: string, tests: () => void): void {
  if (isInstalled(program)) return describe(name, tests);
  if (process.env['CI']) {
    describe(name, () => {
      it(`needs ${program}`, () => {
        throw new Error(`${program} is not installed; .ci/run must install it.`);
      });
    });
    return;
  }
  describe.skip(`${name} (skipped: ${program} is not installed)`, tests);
}

function isInstalled(program: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe } from '@jest/globals';

/**
 * For tests that need something of the machine, such as a browser. Without it they are skipped and say so; in
 * CI that is a failure.
 * @param lack what is missing, and how to get it
 */
export function describeWhere(isThere: boolean, lack: string): typeof describe | typeof describe.skip {
  if (isThere) return describe;
  if (process.env['CI']) throw new Error(lack);
  console.warn(`${lack} The tests that need it are skipped.`);
  return describe.skip;
}

/** Whether a program is on the path. */
export function isInstalled(program: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

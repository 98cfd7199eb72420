import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { buildSchema } from 'graphql';
import { configurationWith } from '../../../cli/configuration/readConfiguration.js';
import { openOperations } from '../../../cli/runtime/openOperations.js';
import { operationHash } from '../../../gateway/operation/storedOperations.js';
import type { Caller } from '../../../schema/tokens/callerClaims.js';
import { TestLog } from '../../city/testLog.js';
import { until } from '../../city/until.js';

const api = buildSchema('type Query { a: Int b: Int }');
const caller = { recipient: 'x' } as Caller;

describe('stored operations of a folder', () => {
  let folder: string;
  let log: TestLog;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'polku-operations-'));
    log = new TestLog();
    await mkdir(join(folder, 'app'));
    await writeFile(join(folder, 'app', 'app.yaml'), 'label: App\nroles: [clinician]\npurpose: care\n');
    await writeFile(join(folder, 'app', 'one.graphql'), '{ a }');
  });
  afterEach(() => rm(folder, { recursive: true }));
  const write = (text: string) => writeFile(join(folder, 'app', 'one.graphql'), text);
  const open = (mode: string, recipients: object = {}) =>
    openOperations(
      configurationWith({
        'gateway.operations.folder': folder,
        'gateway.operations.mode': mode,
        'gateway.operations.recipients': recipients,
      }),
      api,
      log,
    );

  it('follow the folder; a change with a fault is reported once, with its place, and changes nothing', async () => {
    const { operations, close } = await open('accept');
    const serves = (text: string): boolean => {
      try {
        return operations.textOf({ text: undefined, hash: operationHash(text) }, caller) === text;
      } catch {
        return false;
      }
    };
    expect(serves('{ a }')).toBe(true);
    await write('{\n  a\n  c\n}');
    await until(() => log.lines.length > 0);
    expect(log.lines[0]).toContain(`${folder}/app/one.graphql:3:3: error: Cannot query field "c"`);
    expect(serves('{ a }')).toBe(true);
    await write('{ a b }');
    await until(() => serves('{ a b }'));
    expect(serves('{ a }')).toBe(false);
    expect(log.lines).toHaveLength(2);
    await close();
  });

  it.each([
    ['a text that is not GraphQL', '{\n a {', 'one.graphql:2:5: error: Syntax Error'],
    ['a field that does not exist', '{ a\n  c }', 'one.graphql:2:3: error: Cannot query field "c"'],
    ['a text that nests too deep', '{a'.repeat(100_000), 'one.graphql:1:1: error'],
  ])('are not opened with %s', async (_, text, fault) => {
    await write(text);
    await expect(open('off', { x: 'require' })).rejects.toMatchObject({
      code: 'POLICY_INVALID',
      message: expect.stringContaining(fault),
    });
  });

  it('are not read where they are off', async () => {
    await write('{');
    await (await open('off')).close();
  });

  it('are not opened where there is none, though they are required', async () => {
    await rm(join(folder, 'app', 'one.graphql'));
    await expect(open('require')).rejects.toThrow('There is no stored operation');
  });
});

import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readGatewayKeys, Secrets } from '../../../cli/runtime/secrets.js';

const [one, two] = [Buffer.alloc(32, 1), Buffer.alloc(40, 2)];
const refused = expect.objectContaining({ code: 'SECRET_INVALID' });

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polku-secrets-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('a secret', () => {
  it('is made once, for its owner only, and read back', async () => {
    const secrets = new Secrets(join(folder, 'secrets'), {});
    const made = await secrets.linkage();
    expect(made).toHaveLength(32);
    expect((await stat(join(folder, 'secrets', 'linkage'))).mode & 0o777).toBe(0o600);
    expect(await secrets.linkage()).toEqual(made);
    expect(await secrets.domain()).not.toEqual([made]);
  });

  it('is the same for two processes that start at once', async () => {
    const made = await Promise.all([1, 2, 3].map(() => new Secrets(folder, {}).linkage()));
    expect(new Set(made.map(String)).size).toBe(1);
  });

  it('comes from the environment when it is set there, and then no file is made', async () => {
    const environment = {
      POLKU_DOMAIN_SECRET: `${two.toString('base64')}\n${one.toString('base64')}`,
      POLKU_LINKAGE_SECRET: one.toString('base64'),
    };
    const secrets = new Secrets(folder, environment);
    expect(await secrets.domain()).toEqual([two, one]);
    expect(await secrets.linkage()).toEqual(one);
    expect(await readdir(folder)).toEqual([]);
  });

  it('has versions, one a line, the newest first', async () => {
    await writeFile(join(folder, 'domain'), `${two.toString('base64')}\n\n${one.toString('base64')}\n`, {
      mode: 0o600,
    });
    expect(await new Secrets(folder, {}).domain()).toEqual([two, one]);
  });

  it.each([0o640, 0o604, 0o660])('is refused from a file of mode %o', async (mode) => {
    const file = join(folder, 'domain');
    await writeFile(file, one.toString('base64'));
    await chmod(file, mode);
    await expect(new Secrets(folder, {}).domain()).rejects.toMatchObject({
      code: 'SECRET_INVALID',
      message: expect.stringContaining('chmod 600'),
    });
  });

  it.each([
    ['too short', Buffer.alloc(31, 1).toString('base64')],
    ['not base64', `${'ä'.repeat(50)}`],
    ['empty', '\n'],
    ['good and bad', `${one.toString('base64')}\nshort`],
  ])('is refused when it is %s, without quoting it', async (_, text) => {
    await writeFile(join(folder, 'domain'), text, { mode: 0o600 });
    const fromFile = new Secrets(folder, {}).domain();
    await expect(fromFile).rejects.toEqual(refused);
    await expect(new Secrets(folder, { POLKU_DOMAIN_SECRET: text }).domain()).rejects.toEqual(refused);
    const { message } = (await fromFile.catch((error: unknown) => error)) as Error;
    if (text.trim()) expect(message).not.toContain(text.trim());
  });
});

describe('the key of the gateway', () => {
  it('is made once, with its public half in another file for the registries', async () => {
    const secrets = new Secrets(folder, {});
    const key = await secrets.gatewayKey();
    expect(key.asymmetricKeyType).toBe('ed25519');
    expect((await secrets.gatewayKey()).equals(key)).toBe(true);
    const [shared] = await readGatewayKeys(join(folder, 'gateway.key.pub'));
    expect(shared!.asymmetricKeyType).toBe('ed25519');
    expect(await readFile(join(folder, 'gateway.key.pub'), 'utf8')).not.toContain('PRIVATE');
  });

  it('is refused when it is damaged', async () => {
    await writeFile(join(folder, 'gateway.key'), 'damaged', { mode: 0o600 });
    await expect(new Secrets(folder, {}).gatewayKey()).rejects.toEqual(refused);
    await expect(readGatewayKeys(join(folder, 'none'))).rejects.toEqual(refused);
  });
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadPersonas } from '../../../cli/runtime/identity.js';
import { personas } from '../../../gateway/identity/personas.js';

describe('personas of --dev', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'polku-personas-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function load(text: string) {
    const file = join(folder, 'personas.yaml');
    await writeFile(file, text);
    return loadPersonas(file);
  }

  const words = '{ en: Nurse, fi: Hoitaja, sv: Skötare }';
  const nurse = (id: string) =>
    `{ id: ${id}, label: ${words}, explanation: ${words}, recipient: clinic, roles: [clinician], purposes: [care], employee: N-1 }`;

  it('are those that come with Polku, and those of an additional file', async () => {
    expect(await loadPersonas(undefined)).toBe(personas);
    const loaded = await load(`personas: [${nurse('nurse')}]`);
    expect(loaded.slice(0, -1)).toEqual(personas);
    expect(loaded.at(-1)).toMatchObject({ id: 'nurse', employee: 'N-1' });
  });

  it('are replaced by personas of the same name', async () => {
    const loaded = await load(`personas: [${nurse('doctor')}]`);
    expect(loaded).toHaveLength(personas.length);
    expect(loaded.filter(({ id }) => id === 'doctor')).toEqual([
      expect.objectContaining({ label: { en: 'Nurse', fi: 'Hoitaja', sv: 'Skötare' } }),
    ]);
  });

  it('have faults reported with their place', async () => {
    await expect(load('personas:\n  - { id: nurse, rolls: [clinician] }')).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringMatching(/personas\.yaml:2:18: error: "rolls" is not known .*\n.*"roles"/),
    });
  });
});

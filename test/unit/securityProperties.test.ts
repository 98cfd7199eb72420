import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { packageRoot } from '../../lib/packageRoot.js';
import { propertiesPage, securityProperties } from '../cases/properties.mjs';

const root = packageRoot();

describe('docs/security-properties.md', () => {
  it('matches what tests declare (npm run properties)', async () => {
    const committed = await readFile(join(root, 'docs', 'security-properties.md'), 'utf8');
    expect(committed).toBe(await propertiesPage(root));
  });

  it('names places that exist, for every property', async () => {
    const properties = [...(await securityProperties(root)).values()];
    const missing = properties.flatMap(({ key, enforcedBy }) =>
      enforcedBy.length === 0
        ? [key]
        : enforcedBy.filter((path) => !path.includes('*') && !existsSync(join(root, path))),
    );
    expect(missing).toEqual([]);
    expect(properties.length).toBeGreaterThan(90);
  });
});

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { generatedFiles } from '../../cli/generatedFiles.js';
import { errorTable } from '../../lib/errors.js';
import { packageRoot } from '../../lib/packageRoot.js';

describe('generated files', () => {
  it('match what the code generates (npm run generate)', async () => {
    const files = await generatedFiles();
    expect(files.size).toBeGreaterThan(9);
    for (const [path, text] of files) {
      const committed = await readFile(join(packageRoot(), path), 'utf8').catch(() => 'missing');
      expect({ path, text: committed }).toEqual({ path, text });
    }
    const committed = await readdir(join(packageRoot(), 'schema', 'subgraphs'));
    expect(committed.filter((file) => !files.has(`schema/subgraphs/${file}`))).toEqual([]);
  });
});

/** Codes that Apollo Server itself gives. */
const APOLLO_CODES = ['PERSISTED_QUERY_NOT_SUPPORTED'];

async function codesIn(...folders: readonly string[]): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (const folder of folders) {
    for (const entry of await readdir(join(packageRoot(), folder), {
      recursive: true,
      withFileTypes: true,
    })) {
      if (!entry.isFile() || entry.name === 'errors.ts') continue;
      const text = await readFile(join(entry.parentPath, entry.name), 'utf8');
      for (const [code] of text.matchAll(/\b[A-Z]+(?:_[A-Z]+)*\b/g)) if (code in errorTable) found.add(code);
    }
  }
  return found;
}

describe('the table of errors', () => {
  it('has no code that is never given', async () => {
    const given = await codesIn(
      'approvals',
      'cli',
      'disclosure-control',
      'federation',
      'gateway',
      'lib',
      'linkage',
      'policies',
      'registry-kit',
      'risk-model',
      'schema/tokens',
      'subgraphs',
    );
    const idle = Object.keys(errorTable).filter((code) => !given.has(code) && !APOLLO_CODES.includes(code));
    expect(idle).toEqual([]);
  });

  it('has no code without another test', async () => {
    const held = await codesIn(
      'test/unit/approvals',
      'test/unit/cli',
      'test/unit/disclosure-control',
      'test/unit/federation',
      'test/unit/gateway',
      'test/unit/lib',
      'test/unit/linkage',
      'test/unit/registry-kit',
      'test/unit/risk-model',
      'test/unit/schema',
      'test/spec',
      'test/integration',
    );
    expect(Object.keys(errorTable).filter((code) => !held.has(code))).toEqual([]);
  });
});

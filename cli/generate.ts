import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../lib/packageRoot.js';
import { generatedFiles } from './generatedFiles.js';

// `npm run generate`: writes the committed files that follow from the code. A test fails when one is stale.
for (const [path, text] of await generatedFiles()) {
  const file = join(packageRoot(), path);
  await mkdir(join(file, '..'), { recursive: true });
  await writeFile(file, text);
  console.log(path);
}

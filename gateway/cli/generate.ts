import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../../schema/packageRoot.js';
import { generatedFiles } from './generatedFiles.js';

// `npm run generate`: writes what is derived from the code and committed beside it. A test fails when it is stale.
for (const [path, text] of await generatedFiles()) {
  const file = join(packageRoot(), path);
  await mkdir(join(file, '..'), { recursive: true });
  await writeFile(file, text);
  console.log(path);
}

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PolkuError } from '../lib/errors.js';
import { packageRoot } from '../lib/packageRoot.js';
import { leftOut } from '../subgraphs/registries.js';
import { generatedFiles } from './generatedFiles.js';

// `npm run generate`: writes the committed files that follow from the code. A test fails when one is stale.
if (leftOut.size > 0)
  throw new PolkuError('USAGE', 'The committed files cover all registries: unset POLKU_WITHOUT.');
for (const [path, text] of await generatedFiles()) {
  const file = join(packageRoot(), path);
  await mkdir(join(file, '..'), { recursive: true });
  await writeFile(file, text);
  console.log(path);
}

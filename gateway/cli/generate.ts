import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../../schema/packageRoot.js';
import { PolkuError } from '../../schema/polkuError.js';
import { leftOut } from '../../subgraphs/registries.js';
import { generatedFiles } from './generatedFiles.js';

// `npm run generate`: writes what is derived from the code and committed beside it. A test fails when it is stale.
if (leftOut.size > 0)
  throw new PolkuError('USAGE', 'What is committed is of all registries: unset POLKU_WITHOUT.');
for (const [path, text] of await generatedFiles()) {
  const file = join(packageRoot(), path);
  await mkdir(join(file, '..'), { recursive: true });
  await writeFile(file, text);
  console.log(path);
}

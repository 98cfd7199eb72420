import { createHash } from 'node:crypto';
import { openRegularFile } from '../../../schema/regularFile.js';

/** SHA-256 of a regular file's content, in hexadecimal. */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  const handle = await openRegularFile(path);
  for await (const bytes of handle.createReadStream()) hash.update(bytes as Buffer);
  return hash.digest('hex');
}

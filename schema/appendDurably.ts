import { writeSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';

/**
 * Appends to a file that was opened for it, and resolves when the bytes are on disk. They are handed over without waiting, for
 * that takes the kernel less than it takes to ask another thread to do it; what waits is the disk.
 * @throws what the file system throws; then some of the bytes may be in the file
 */
export async function appendDurably(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) written += writeSync(file.fd, bytes, written);
  await file.datasync();
}

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs';

const TAG_BYTES = 16;

/** The place of a block in the spill. */
export interface SpilledBlock {
  readonly number: number;
  readonly offset: number;
  readonly bytes: number;
  readonly tag: Buffer;
}

/**
 * A file for rows that do not fit into memory, encrypted block by block (AES-256-GCM). Only this process has
 * the key, so a killed extraction leaves only noise. Rows in it hold no code, but they hold a key and the
 * number of the row in the export. Together with the export these would show whose key it is.
 */
export class EncryptedSpill {
  private readonly key = randomBytes(32);
  private descriptor: number | undefined;
  private blocks = 0;
  private end = 0;

  /** The file is created with the first block. */
  constructor(private readonly path: string) {}

  write(plain: Uint8Array): SpilledBlock {
    this.descriptor ??= openSync(this.path, 'wx+', 0o600);
    const number = this.blocks++;
    const cipher = createCipheriv('aes-256-gcm', this.key, nonceOf(number), { authTagLength: TAG_BYTES });
    const encrypted = cipher.update(plain);
    cipher.final();
    const block = { number, offset: this.end, bytes: plain.length, tag: cipher.getAuthTag() };
    for (let at = 0; at < encrypted.length;) {
      at += writeSync(this.descriptor, encrypted, at, encrypted.length - at, this.end + at);
    }
    this.end += encrypted.length;
    return block;
  }

  /** Throws if the file has changed since it was written. */
  read({ number, offset, bytes, tag }: SpilledBlock): Buffer {
    const encrypted = Buffer.allocUnsafe(bytes);
    readSync(this.descriptor!, encrypted, 0, bytes, offset);
    const decipher = createDecipheriv('aes-256-gcm', this.key, nonceOf(number), { authTagLength: TAG_BYTES });
    decipher.setAuthTag(tag);
    const plain = decipher.update(encrypted);
    decipher.final();
    return plain;
  }

  remove(): void {
    if (this.descriptor === undefined) return;
    closeSync(this.descriptor);
    this.descriptor = undefined;
    rmSync(this.path, { force: true });
  }
}

/** Each block is encrypted once under its number, so no nonce is used twice with a key. */
function nonceOf(block: number): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeUIntBE(block, 6, 6);
  return nonce;
}

import { createHash } from 'node:crypto';

/** The fingerprint of a source that is hashed while it is read; see Source. */
export class ReadFingerprint {
  /** What was opened, in this order, with its hash once all its rows were read. */
  private readonly opened: { readonly name: string; sha256?: string }[] = [];

  /** @returns a function that takes the SHA-256 of what was opened, once it is read to its end */
  open(name: string): (sha256: string) => void {
    const part: { readonly name: string; sha256?: string } = { name };
    this.opened.push(part);
    return (sha256) => {
      part.sha256 = sha256;
    };
  }

  /** SHA-256 over names and contents, in hexadecimal; undefined until everything was read. */
  get value(): string | undefined {
    const hash = createHash('sha256');
    for (const { name, sha256 } of this.opened) {
      if (sha256 === undefined) return undefined;
      hash.update(`${name}\0${sha256}\0`);
    }
    return this.opened.length === 0 ? undefined : hash.digest('hex');
  }
}

/**
 * A text apart from the chunk of the file that it was cut from, which JavaScript engines keep in memory as long as any
 * longer slice of it: for texts that are remembered.
 */
export function ownCopy(text: string): string {
  return Buffer.from(text).toString();
}

/** Gives the user a file to save. It never leaves the browser. */
export function saveFile(name: string, content: Blob): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The browser has begun to read it when this runs.
  setTimeout(() => URL.revokeObjectURL(address), 1_000);
}

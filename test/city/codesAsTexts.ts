/** A reviver of JSON: each coding that was asked for its code alone becomes a text, `{ code }` -> code. */
export function codesAsTexts(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Object.keys(value).join() !== 'code') return value;
  return (value as { readonly code: unknown }).code;
}

/** What GraphQL over HTTP is answered as; the first one where a client has no preference. */
const mediaTypes = ['application/json', 'application/graphql-response+json'] as const;

export type MediaType = (typeof mediaTypes)[number];

interface MediaRange {
  readonly name: string;
  readonly quality: number;
}

/** The type that a client likes best of those it accepts, the one it names first of two (RFC 9110 §12.5.1); undefined where it accepts none. */
export function acceptedType(accept = '*/*'): MediaType | undefined {
  const ranges = accept.split(',').map(readRange);
  let best: { readonly type: MediaType; readonly quality: number; readonly at: number } | undefined;
  for (const type of mediaTypes) {
    const at = mostSpecific(ranges, type);
    const quality = ranges[at]?.quality ?? 0;
    if (quality === 0) continue;
    if (!best || quality > best.quality || (quality === best.quality && at < best.at))
      best = { type, quality, at };
  }
  return best?.type;
}

function readRange(text: string): MediaRange {
  const [name, ...parameters] = text.toLowerCase().split(';');
  const quality = parameters.map((parameter) => /^\s*q=([01](?:\.\d{0,3})?)\s*$/.exec(parameter)?.[1]);
  return { name: name!.trim(), quality: Number(quality.find((value) => value !== undefined) ?? 1) };
}

/** Where the range stands that says most of a type; -1 where none takes it in. */
function mostSpecific(ranges: readonly MediaRange[], type: MediaType): number {
  for (const name of [type, 'application/*', '*/*']) {
    const at = ranges.findIndex((range) => range.name === name);
    if (at >= 0) return at;
  }
  return -1;
}

const UUID_WITHOUT_HYPHENS = /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/;
const NUMBER = /^0*(\d+?)(?:[.,]0+)?$/;

/**
 * An id without what systems add to it or drop from it: a type or system before it (`Encounter/`, `urn:uuid:`), brackets and
 * quotes, capitals, the hyphens of a UUID, leading zeros, decimals (`1001.0`). Two ids of one loose form are probably one.
 */
export function looseId(id: string): string {
  const bare = id
    .toLowerCase()
    .replaceAll(/[\s{}()[\]"']/g, '')
    .replace(/^.*[/|#:]/, '');
  const uuid = UUID_WITHOUT_HYPHENS.exec(bare);
  return uuid ? uuid.slice(1).join('-') : bare.replace(NUMBER, '$1');
}

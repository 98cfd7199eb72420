import { didYouMean } from '../parse/didYouMean.js';
import type { RolesFile } from '../parse/policyFiles.js';
import type { Parsed } from '../parse/parsePolicy.js';
import type { Problems } from '../parse/problems.js';
import type { Purpose, Role } from '../policyModel.js';

/** @param purposes undefined where they could not be read; then they are not checked */
export function compileRoles(
  { source, content }: Parsed<RolesFile>,
  purposes: ReadonlyMap<string, Purpose> | undefined,
  problems: Problems,
): ReadonlyMap<string, Role> {
  const entries = Object.entries(content.roles);
  for (const [id, role] of purposes ? entries : []) {
    role.purposes.forEach((name, index) => {
      const purpose = purposes!.get(name);
      const place = source.place(['roles', id, 'purposes', index]);
      if (!purpose) {
        problems.error(place, `There is no purpose "${name}".`, didYouMean(name, purposes!.keys()));
      } else if (purpose.forbidden) {
        problems.error(place, `"${name}" is forbidden (${purpose.basis.join(', ')}).`, 'Take it away.');
      }
    });
    const held = role.purposes.map((name) => purposes!.get(name));
    const primary = held.find((purpose) => purpose?.use === 'primary');
    const secondary = held.find((purpose) => purpose?.use === 'secondary');
    if (primary && secondary) {
      problems.error(
        source.keyPlace(['roles', id]),
        `"${id}" holds a primary purpose ("${primary.id}") and a secondary one ("${secondary.id}").`,
        'Make two roles of it: whoever deals with a person must not study everybody in the same role.',
      );
    }
  }
  return new Map(
    entries.map(([id, { label, purposes: names }]) => [id, { id, label, purposes: new Set(names) }]),
  );
}

import type { Permission } from '../decision.js';
import type { Policy } from '../decide/policy.js';
import type { Classification } from '../policyModel.js';

/** What one role may see in one cell. */
export interface RoleAccess {
  readonly role: string;
  readonly permissions: readonly Permission[];
}

/** A field, or a field as a derived type may take it, over all purposes. */
export interface MatrixRow {
  readonly registry: string;
  readonly owner: string;
  readonly coordinate: string;
  /** undefined: whether it is shown. */
  readonly derivedType: string | undefined;
  readonly classification: Classification | undefined;
  /** Purpose -> the roles that are given something. */
  readonly cells: ReadonlyMap<string, readonly RoleAccess[]>;
}

export interface Matrix {
  readonly revision: string;
  /** Purposes that some role may be used for. */
  readonly purposes: readonly string[];
  readonly rows: readonly MatrixRow[];
}

export interface MatrixOptions {
  /** Only this role; undefined: every role by itself. */
  readonly role?: string;
  readonly at?: Date;
}

/** Fields by purposes: what every role, taken alone, may see and what derived types may take of it. */
export function matrixRows(policy: Policy, { role, at = new Date() }: MatrixOptions): Matrix {
  const roles = [...policy.roles.values()].filter(({ id }) => role === undefined || id === role);
  const columns = [...policy.purposes.keys()].flatMap((purpose) => {
    const holders = roles.filter(({ purposes }) => purposes.has(purpose));
    const decisions = holders.map(({ id }) => ({
      id,
      decision: policy.decide({ roles: [id], purpose }, at),
    }));
    return decisions.length > 0 ? [{ purpose, decisions }] : [];
  });
  const fields = policy.coordinates().filter(({ coordinate }) => !coordinate.includes('('));
  const rows = fields.flatMap((field): MatrixRow[] => {
    const takers = [...policy.model.derived]
      .filter(([, uses]) => uses.has(field.coordinate))
      .map(([type]) => type);
    return [undefined, ...takers].map((derivedType) => ({
      ...field,
      derivedType,
      cells: new Map(
        columns.map(({ purpose, decisions }) => {
          const access = decisions.map(({ id, decision }): RoleAccess => {
            const permissions =
              derivedType === undefined
                ? decision.show(field.coordinate)
                : decision.take(derivedType, field.coordinate);
            return { role: id, permissions };
          });
          return [purpose, access.filter(({ permissions }) => permissions.length > 0)];
        }),
      ),
    }));
  });
  const registries = [...policy.model.registries.keys()];
  const ordered = rows.toSorted((a, b) => registries.indexOf(a.registry) - registries.indexOf(b.registry));
  return { revision: policy.revision, purposes: columns.map(({ purpose }) => purpose), rows: ordered };
}

/** In a list of families by unit: the unit is in none, so it counts as a family of its own. */
export const NO_FAMILY = 0xffff_ffff;

/** Units sorted by family, so that one pass over any set of them meets each family in one run. */
export function familyOrder(familyOf: Uint32Array): Uint32Array {
  const order = Uint32Array.from(familyOf, (_, unit) => unit);
  return order.sort((a, b) => familyOf[a]! - familyOf[b]! || a - b);
}

/** Orders registries for extraction: population first, for it makes persons known; the others as they come. */
export function extractionOrder<Registry extends { readonly name: string }>(
  registries: readonly Registry[],
): readonly Registry[] {
  return [...registries].sort((a, b) => Number(b.name === 'population') - Number(a.name === 'population'));
}

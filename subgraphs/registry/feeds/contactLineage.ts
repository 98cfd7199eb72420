/** The lineage of a feed of contacts: a step of a path repeats a contact's service and dates, and its unit where shown. */
export function contactLineage(contactType: string): string {
  const coordinates = (...fields: string[]) => fields.map((field) => `"${contactType}.${field}"`).join(', ');
  return `@lineage(exposes: [${coordinates('service', 'startedAt')}], optional: [${coordinates('endedAt', 'unit')}])`;
}

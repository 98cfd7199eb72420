/** A configuration has no secrets, but an address may have been given with a password. */
export function withoutPasswords(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_key, one: unknown) =>
    typeof one === 'string' ? one.replace(/^(\w+:\/\/[^/@:]*):[^/@]*@/, '$1:***@') : one,
  );
}

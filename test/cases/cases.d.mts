/** What holds, by the id of the case. */
export declare const cases: Readonly<Record<string, string>>;

/** The tests that name a case, by id. */
export declare function testsByCase(
  root: string,
): Promise<ReadonlyMap<string, readonly { readonly file: string; readonly title: string }[]>>;

/** The text of docs/cases.md. */
export declare function casesPage(root: string): Promise<string>;

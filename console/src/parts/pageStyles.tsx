/** The stylesheet of a page, which is loaded with the page. Until it is there, the page is not shown. */
export function PageStyles({ address }: { readonly address: string }) {
  // Scripts and stylesheets lie in one folder.
  return <link rel="stylesheet" href={new URL(address, import.meta.url).href} precedence="page" />;
}

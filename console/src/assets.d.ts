/** Imports that the build script resolves and TypeScript does not. */
declare module '*.css';

declare module '*.graphql' {
  const text: string;
  export = text;
}

/** The address of a stylesheet that is loaded only when it is needed. */
declare module '*.css?stylesheet' {
  const address: string;
  export = address;
}

/** The address of a worker's script, relative to the script that imports it. */
declare module '*?worker' {
  const address: string;
  export = address;
}

// Builds the console into console/dist: one page, its scripts, styles, workers and fonts.
// The page loads nothing from elsewhere.
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { build } from 'esbuild';

const room = dirname(fileURLToPath(import.meta.url));
const dist = join(room, 'dist');

const shared = {
  bundle: true,
  minify: true,
  target: 'es2022',
  legalComments: 'linked',
  logLevel: 'warning',
  define: { 'process.env.NODE_ENV': '"production"' },
};

/** `import url from './x.js?worker'`: the address of a separate script that a Worker can start. */
const workers = {
  name: 'workers',
  setup({ onResolve, onLoad, resolve }) {
    onResolve({ filter: /\?worker$/ }, async ({ path, ...at }) => {
      const found = await resolve(path.replace('?worker', ''), { kind: at.kind, resolveDir: at.resolveDir });
      return { ...found, namespace: 'worker' };
    });
    onLoad({ filter: /.*/, namespace: 'worker' }, async ({ path }) => {
      const { outputFiles } = await build({
        ...shared,
        entryPoints: [path],
        format: 'iife',
        write: false,
        legalComments: 'none',
      });
      return { contents: outputFiles[0].contents, loader: 'file' };
    });
  },
};

/** `import address from './x.css?stylesheet'`: a stylesheet of its own, for `<link rel="stylesheet">`. */
const stylesheets = {
  name: 'stylesheets',
  setup({ onResolve, onLoad, resolve }) {
    onResolve({ filter: /\.css\?stylesheet$/ }, async ({ path, ...at }) => {
      const found = await resolve(path.replace('?stylesheet', ''), {
        kind: at.kind,
        resolveDir: at.resolveDir,
      });
      return { ...found, namespace: 'stylesheet' };
    });
    onLoad({ filter: /.*/, namespace: 'stylesheet' }, async ({ path }) => {
      const { outputFiles } = await build({
        ...shared,
        entryPoints: [path],
        write: false,
        legalComments: 'none',
        loader: { '.ttf': 'dataurl' },
        plugins: [monacoStyles],
      });
      return { contents: outputFiles[0].contents, loader: 'file' };
    });
  },
};

/** React Aria has texts of its own in 30 languages. The console needs three. */
const ownLanguages = {
  name: 'own-languages',
  setup({ onLoad }) {
    const locale = /[\\/]react-(?:aria|stately)[\\/].*[\\/]intl[\\/].*[\\/][a-z]{2}-[A-Z]{2}\.mjs$/;
    onLoad({ filter: locale }, ({ path }) =>
      /(?:en-US|fi-FI|sv-SE)\.mjs$/.test(path) ? undefined : { contents: 'export default {};' },
    );
  },
};

/** The stylesheet of GraphiQL already contains that of Monaco, so every rule would come twice. */
const monacoStyles = {
  name: 'monaco-styles',
  setup({ onLoad }) {
    onLoad({ filter: /monaco-editor[\\/]esm[\\/].*\.css$/ }, () => ({ contents: '', loader: 'css' }));
  },
};

await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });
const { metafile } = await build({
  ...shared,
  entryPoints: [join(room, 'src/main.tsx')],
  outdir: join(dist, 'assets'),
  format: 'esm',
  splitting: true,
  metafile: true,
  jsx: 'automatic',
  entryNames: '[name]-[hash]',
  chunkNames: '[name]-[hash]',
  assetNames: '[name]-[hash]',
  loader: { '.graphql': 'text', '.svg': 'dataurl' },
  plugins: [workers, stylesheets, ownLanguages, monacoStyles],
});

const outputs = Object.entries(metafile.outputs);
const [script, { cssBundle: style }] = outputs.find(([, { entryPoint }]) =>
  entryPoint?.endsWith('src/main.tsx'),
);
// The stylesheet of the entry contains those of the parts that load later.
const isOfPart = ([file, { inputs }]) =>
  file.endsWith('.css') &&
  file !== style &&
  !Object.keys(inputs).some((path) => path.startsWith('stylesheet:'));
await Promise.all(outputs.filter(isOfPart).map(([file]) => rm(file)));

const page = await readFile(join(room, 'src/index.html'), 'utf8');
const address = (file) => relative(dist, file).replaceAll('\\', '/');
const head = `<link rel="stylesheet" href="${address(style)}" />
    <script type="module" src="${address(script)}"></script>`;
const index = join(dist, 'index.html');
const html = page.replace('<!-- assets -->', head);

const LARGE = 250_000;

/** Writes a file's compressed forms next to it, so that no request waits for compression. */
async function compress(file, content) {
  // The highest quality takes ten times as long, so the large parts of the editor do without it.
  const level = content.length < LARGE ? constants.BROTLI_MAX_QUALITY : 9;
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: level } };
  await Promise.all([
    promisify(gzip)(content, { level: 9 }).then((bytes) => writeFile(`${file}.gz`, bytes)),
    promisify(brotliCompress)(content, quality).then((bytes) => writeFile(`${file}.br`, bytes)),
  ]);
}

const assets = (await readdir(join(dist, 'assets')))
  .filter((name) => /\.(js|css)$/.test(name))
  .map((name) => join(dist, 'assets', name));
await Promise.all([
  ...assets.map(async (file) => compress(file, await readFile(file))),
  compress(index, html),
]);
// Written last: a build that broke off has no page, and is made again (deploy/prepare.mjs).
await writeFile(index, html);

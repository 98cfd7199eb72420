// The folder list is the architecture (docs/architecture.md): imports run one way, and this file keeps it.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import importX from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

const message = 'imports run one way: see docs/architecture.md';
const zone = (target, from, ...except) => ({ target, from, except, message });

/** What registries are made with; every other folder below subgraphs/ is a registry or a derived subgraph. */
const shared = ['registry', 'storage', 'charts', 'linkage', 'synthetic'];
const neighbours = readdirSync(join(import.meta.dirname, 'subgraphs'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !shared.includes(entry.name))
  .map(({ name }) => name);

/** What each folder may not reach. */
const zones = [
  ...['policies', 'subgraphs', 'gateway', 'console'].map((above) => zone('./schema', `./${above}`)),
  ...['subgraphs', 'gateway', 'console'].map((above) => zone('./policies', `./${above}`)),
  ...['gateway', 'console'].map((above) => zone('./subgraphs', `./${above}`)),
  // The composition root puts everything together; the rest of the gateway knows no subgraph.
  zone(['./gateway/*.ts', './gateway/!(cli)/**'], ['./subgraphs', './gateway/cli', './console']),
  ...['schema', 'policies', 'subgraphs', 'gateway'].map((other) => zone('./console', `./${other}`)),
  // The synthetic city is test material: only the command line that offers it may reach it.
  zone('./subgraphs/!(synthetic)/**', './subgraphs/synthetic'),
  // Registries are neighbours, not parts of each other, and what they share knows none of them.
  ...neighbours.map((name) => zone(`./subgraphs/!(${name})/**`, `./subgraphs/${name}`)),
  // Linkage is a trust zone: it is asked while rows are extracted, and by nobody who serves them.
  zone(
    [`./subgraphs/!(linkage|registry)/**`, './subgraphs/registry/!(extraction)/**'],
    './subgraphs/linkage',
  ),
];

/** DuckDB reads files by these; see subgraphs/storage/parquetSource.ts. */
const readers =
  '/(read_parquet|parquet_scan|parquet_schema|parquet_(?:file_)?metadata|FROM\\s+.[^\\s]*\\.parquet)/i';
const parquetMessage =
  'Parquet is read by parquetRows of subgraphs/storage/parquetSource.ts, where Hive partitions are not looked for.';

export default tseslint.config(
  { ignores: ['dist', 'data', 'console/dist', '**/*.mjs'] },
  ...tseslint.configs.recommended,
  {
    plugins: { 'import-x': importX },
    settings: { 'import-x/resolver': { typescript: true } },
    rules: {
      'import-x/no-restricted-paths': ['error', { zones }],
      'import-x/no-cycle': 'error',
      'import-x/no-default-export': 'error',
      'no-console': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-restricted-syntax': [
        'error',
        { selector: `TemplateElement[value.raw=${readers}]`, message: parquetMessage },
        { selector: `Literal[value=${readers}]`, message: parquetMessage },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
    },
  },
  {
    files: ['gateway/cli/**', 'gateway/bare/main.ts', 'bench/**', 'test/**'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['subgraphs/storage/parquetSource.ts', 'test/unit/parquetReads.test.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    files: ['*.config.js'],
    rules: { 'import-x/no-default-export': 'off', 'no-restricted-syntax': 'off' },
  },
);

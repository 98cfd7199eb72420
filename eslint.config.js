// The folder list is the architecture (docs/architecture.md): imports run one way, and this file keeps it.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import importX from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';
import { plainWords } from './deploy/plainWords.mjs';
import { translatedTexts } from './deploy/translatedTexts.mjs';

const message = 'imports run one way: see docs/architecture.md';
const zone = (target, from, ...except) => ({ target, from, except, message });

/** Which folders each folder may import; a folder that is not named here may import all. */
const arrows = {
  lib: [],
  schema: ['lib'],
  policies: ['lib', 'schema'],
  approvals: ['lib', 'schema', 'policies'],
  linkage: ['lib', 'schema'],
  'registry-kit': ['lib', 'schema', 'policies', 'linkage'],
  'disclosure-control': ['lib', 'schema', 'policies', 'registry-kit'],
  'risk-model': ['lib', 'schema', 'approvals', 'registry-kit'],
  subgraphs: ['lib', 'schema', 'policies', 'linkage', 'registry-kit', 'disclosure-control', 'risk-model'],
  federation: ['lib'],
  gateway: ['lib', 'schema', 'policies', 'approvals', 'federation'],
  'synthetic-city': ['lib', 'schema'],
  // The composition root puts everything together.
  cli: [
    'lib',
    'schema',
    'policies',
    'approvals',
    'linkage',
    'registry-kit',
    'disclosure-control',
    'risk-model',
    'subgraphs',
    'federation',
    'gateway',
    'synthetic-city',
  ],
  console: [],
  examples: [],
};

const folders = readdirSync(import.meta.dirname, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !/^(\.|node_modules$|dist$|data$)/.test(entry.name))
  .map(({ name }) => name);
const neighbours = readdirSync(join(import.meta.dirname, 'subgraphs'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

/** What each folder may not reach. */
const zones = [
  ...Object.entries(arrows).flatMap(([folder, allowed]) =>
    folders
      .filter((other) => other !== folder && !allowed.includes(other))
      .map((other) => zone(`./${folder}`, `./${other}`)),
  ),
  // Subgraphs are neighbours, not parts of each other.
  ...neighbours.map((name) => zone(`./subgraphs/!(${name})/**`, `./subgraphs/${name}`)),
  // The kit of approvals does not know its users, and they do not know each other.
  zone(['./approvals/*.ts', './risk-model'], './approvals/policy-revisions'),
  // Linkage is a trust zone: it is asked while rows are extracted, and by nobody who serves them.
  zone(['./subgraphs/!(linkage)/**', './registry-kit/!(extraction)/**'], './linkage'),
];

/** DuckDB reads files by these; see lib/duckdb.ts. */
const readers =
  '/(read_parquet|parquet_scan|parquet_schema|parquet_(?:file_)?metadata|FROM\\s+.[^\\s]*\\.parquet)/i';
const parquetMessage =
  'Parquet is read by parquetRows of lib/duckdb.ts, where Hive partitions are not looked for.';

export default tseslint.config(
  { ignores: ['dist', 'data', 'console/dist', '**/*.mjs'] },
  ...tseslint.configs.recommended,
  {
    plugins: {
      'import-x': importX,
      polku: { rules: { 'plain-words': plainWords, 'translated-texts': translatedTexts } },
    },
    settings: { 'import-x/resolver': { typescript: true } },
    rules: {
      'import-x/no-restricted-paths': ['error', { zones }],
      'import-x/no-cycle': 'error',
      'import-x/no-default-export': 'error',
      'no-console': 'error',
      'polku/plain-words': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-restricted-syntax': [
        'error',
        { selector: `TemplateElement[value.raw=${readers}]`, message: parquetMessage },
        { selector: `Literal[value=${readers}]`, message: parquetMessage },
        {
          selector: ':matches(SpreadElement, JSXSpreadAttribute) > ObjectExpression',
          message: 'Write the properties themselves.',
        },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
    },
  },
  {
    files: ['console/src/**/*.tsx'],
    ignores: ['console/src/{access,explorer,refusals}/**'],
    rules: {
      'polku/translated-texts': 'error',
      'no-restricted-imports': [
        'error',
        {
          name: 'react-aria-components',
          message: 'Import from react-aria-components/<Component>: the first page stays light.',
        },
      ],
    },
  },
  {
    files: ['cli/**', 'federation/bare/main.ts', 'bench/**', 'examples/**', 'test/**'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['lib/duckdb.ts', 'test/unit/parquetReads.test.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    files: ['*.config.js'],
    rules: { 'import-x/no-default-export': 'off', 'no-restricted-syntax': 'off' },
  },
);

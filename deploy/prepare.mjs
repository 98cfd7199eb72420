// Runs before the npm scripts that need it: installs what is missing and builds what has changed, with Node alone.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Polku needs Node 20.19 or newer; this is ${process.version}.`);
  process.exit(1);
}

const modified = (path) => (existsSync(path) ? statSync(path).mtimeMs : 0);

/** When a file below a path that counts was last changed. */
function newest(path, counts = () => true) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return counts(path) ? stat.mtimeMs : 0;
  return Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name), counts)));
}

function run(what, command, ...args) {
  console.log(`${what} ...`);
  const { status, signal } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0) {
    console.error(`${what} failed${signal ? ` (${signal})` : ''}: ${command} ${args.join(' ')}`);
    process.exit(status ?? 1);
  }
}

// npm writes this file last, so an install that broke off is seen as missing.
const installed = join(root, 'node_modules', '.package-lock.json');
if (modified(installed) < modified(join(root, 'package-lock.json'))) {
  run('Installing dependencies', 'npm', 'ci', '--no-fund', '--no-audit', '--loglevel=error');
}

const sources = [
  'approvals',
  'cli',
  'disclosure-control',
  'federation',
  'gateway',
  'lib',
  'linkage',
  'policies',
  'registry-kit',
  'risk-model',
  'schema',
  'subgraphs',
  'synthetic-city',
  'tsconfig.json',
  'tsconfig.build.json',
  'package-lock.json',
];
// Written here, after all else, so that a build that broke off is seen as missing.
const built = join(root, 'dist', '.built');
// Policies, mappings and schemas lie beside the code and are read as they are.
const compiled = (path) => /\.(?:ts|json)$/.test(path) && !path.endsWith('.schema.json');
if (Math.max(...sources.map((path) => newest(join(root, path), compiled))) > modified(built)) {
  run(
    'Building Polku',
    'node',
    join('node_modules', 'typescript', 'bin', 'tsc'),
    '-p',
    'tsconfig.build.json',
  );
  writeFileSync(built, '');
}

const page = join(root, 'console', 'dist', 'index.html');
if (
  Math.max(newest(join(root, 'console', 'src')), modified(join(root, 'console', 'build.mjs'))) >
  modified(page)
) {
  run('Building the console', 'node', join('console', 'build.mjs'));
}

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import { bannedWord } from '../../deploy/plainWords.mjs';
import { packageRoot } from '../../lib/packageRoot.js';

const root = packageRoot();
const OUTSIDE = new Set(['node_modules', 'dist', 'data', 'coverage']);

function filesBelow(folder: string, counts: (path: string) => boolean): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory())
      return OUTSIDE.has(entry.name) || entry.name.startsWith('.') ? [] : filesBelow(path, counts);
    return counts(path) ? [path] : [];
  });
}

const isSource = (path: string) => /\.tsx?$/.test(path) && !/(^|\/)(test|bench)\//.test(relative(root, path));
const sources = filesBelow(root, isSource).map((path) => ({
  path: relative(root, path).replaceAll('\\', '/'),
  file: ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.ES2022, true),
}));

/** The files that each file imports, types included. */
const imports = new Map(
  sources.map(({ path, file }) => [
    path,
    file.statements.flatMap((statement) => {
      if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) return [];
      const specifier = statement.moduleSpecifier;
      if (!specifier || !ts.isStringLiteral(specifier) || !specifier.text.startsWith('.')) return [];
      const base = join(dirname(path), specifier.text).replaceAll('\\', '/').replace(/\.js$/, '');
      return [`${base}.ts`, `${base}.tsx`].filter((candidate) => existsSync(join(root, candidate)));
    }),
  ]),
);

/** The way from a file back to itself; undefined where there is none. */
function cycleOf(start: string): string[] | undefined {
  const cameFrom = new Map<string, string>();
  const waiting = [start];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop())
    for (const next of imports.get(path) ?? []) {
      if (next === start) {
        const way = [start];
        for (let step: string | undefined = path; step !== undefined; step = cameFrom.get(step))
          way.unshift(step);
        return way;
      }
      if (cameFrom.has(next)) continue;
      cameFrom.set(next, path);
      waiting.push(next);
    }
  return undefined;
}

function exportedNames({ statements }: ts.SourceFile): string[] {
  return statements.flatMap((statement) => {
    const modifiers = ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : undefined;
    if (!modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) return [];
    if (ts.isVariableStatement(statement))
      return statement.declarationList.declarations.map(({ name }) => name.getText());
    const { name } = statement as ts.Statement & { name?: ts.Identifier };
    return name ? [name.text] : [];
  });
}

describe('the source files', () => {
  it('do not import each other in a circle, types included', () => {
    expect(sources.map(({ path }) => cycleOf(path)).filter((cycle) => cycle !== undefined)).toEqual([]);
  });

  it('export no name twice', () => {
    const owners = new Map<string, string[]>();
    for (const { path, file } of sources)
      for (const name of new Set(exportedNames(file))) owners.set(name, [...(owners.get(name) ?? []), path]);
    expect([...owners].filter(([, paths]) => paths.length > 1)).toEqual([]);
  });

  it('stand in top folders that have a README each', () => {
    const tops = new Set(
      sources.filter(({ path }) => path.includes('/')).map(({ path }) => path.split('/')[0]!),
    );
    expect([...tops].filter((top) => !existsSync(join(root, top, 'README.md')))).toEqual([]);
  });
});

/** The targets of a document's links to files, from the root. Code has no links. */
function linksOf(path: string): string[] {
  const text = readFileSync(join(root, path), 'utf8').replaceAll(/`[^`]*`/g, '');
  const links = text.matchAll(/\]\(([^)\s#:]+)(?:#[^)]*)?\)/g);
  return [...links].map(([, target]) => join(dirname(path), target!));
}

const documents = filesBelow(root, (path) => /\.(md|graphql)$/.test(path)).map((path) =>
  relative(root, path),
);

describe('documents', () => {
  it.each(documents.filter((path) => path.endsWith('.md')))('%s links to files that exist', (path) => {
    expect(linksOf(path).filter((target) => !existsSync(join(root, target)))).toEqual([]);
  });

  it('name in the glossary files that exist', () => {
    const rows = readFileSync(join(root, 'GLOSSARY.md'), 'utf8').split('\n');
    const missing = rows.flatMap((row) => {
      const named = [...(row.split('|')[3] ?? '').matchAll(/`([^`]+)`/g)].map(([, path]) => path!);
      const folder = dirname(named[0] ?? '');
      return named.filter((path) => ![path, join(folder, path)].some((at) => existsSync(join(root, at))));
    });
    expect(missing).toEqual([]);
  });

  it.each(documents)('%s uses plain words', (path) => {
    const lines = readFileSync(join(root, path), 'utf8').split('\n');
    const found = lines.flatMap((line, index) => {
      const word = bannedWord(line);
      return word ? [`${index + 1}: ${word}`] : [];
    });
    expect(found).toEqual([]);
  });
});

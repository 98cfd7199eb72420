import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import { languages } from '../../../console/src/texts/languages.js';
import { packageRoot } from '../../../lib/packageRoot.js';

const sources = join(packageRoot(), 'console/src');
/** Folders with texts. Each is a namespace of i18next. */
const folders = readdirSync(sources).filter((folder) => existsSync(join(sources, folder, 'texts/en.json')));

type Texts = { readonly [key: string]: string | Texts };

/** `page.people` -> its text. */
function flatten(texts: Texts, prefix = ''): [string, string][] {
  return Object.entries(texts).flatMap(([key, value]) =>
    typeof value === 'string' ? [[`${prefix}${key}`, value]] : flatten(value, `${prefix}${key}.`),
  );
}

const textsOf = (folder: string, language: string): ReadonlyMap<string, string> =>
  new Map(
    flatten(JSON.parse(readFileSync(join(sources, folder, `texts/${language}.json`), 'utf8')) as Texts),
  );

/** i18next selects one of the plural forms of a key by number: `person_one`, `person_other`. */
const withoutPlural = (key: string) => key.replace(/_(zero|one|two|few|many|other)$/, '');

/** The parts of a text that code fills in. */
const placeholders = (text: string) => [...text.matchAll(/\{\{\s*(\w+)/g)].map(([, name]) => name!).sort();

interface UsedKey {
  readonly folder: string;
  /** For a template, what stands before its first expression. */
  readonly key: string;
  readonly isPrefix: boolean;
  readonly place: string;
}

/** The keys in calls of `t` in a folder. */
function usedKeys(folder: string): UsedKey[] {
  const files = readdirSync(join(sources, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.tsx?$/.test(path))
    .map((path) => join(sources, folder, path));
  return files.flatMap((path) => {
    const file = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.ES2022, true);
    const found: UsedKey[] = [];
    const add = (node: ts.Node): void => {
      const text = ts.isTemplateExpression(node)
        ? node.head.text
        : ts.isStringLiteralLike(node)
          ? node.text
          : undefined;
      if (ts.isConditionalExpression(node)) return [node.whenTrue, node.whenFalse].forEach(add);
      if (text === undefined) return;
      const [first = '', rest] = text.split(':');
      const { line } = file.getLineAndCharacterOfPosition(node.getStart());
      found.push({
        folder: rest === undefined ? folder : first,
        key: rest ?? first,
        isPrefix: ts.isTemplateExpression(node),
        place: `${relative(sources, path)}:${line + 1}`,
      });
    };
    const visit = (node: ts.Node): void => {
      if (ts.isCallExpression(node) && node.expression.getText() === 't' && node.arguments[0])
        add(node.arguments[0]);
      if (ts.isJsxAttribute(node) && node.name.getText() === 'i18nKey' && node.initializer)
        add(node.initializer);
      ts.forEachChild(node, visit);
    };
    visit(file);
    return found;
  });
}

const used = readdirSync(sources, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .flatMap(({ name }) => usedKeys(name));

describe.each(folders)('the texts of console/src/%s', (folder) => {
  const english = textsOf(folder, 'en');

  it.each(languages)('are all there in %s, with the same parts to fill in', (language) => {
    const texts = textsOf(folder, language);
    const keysOf = (some: ReadonlyMap<string, string>) =>
      [...new Set([...some.keys()].map(withoutPlural))].sort();
    expect(keysOf(texts)).toEqual(keysOf(english));
    const different = [...texts].filter(([key, text]) => {
      const model = english.get(key) ?? english.get(`${withoutPlural(key)}_other`) ?? '';
      return text.trim() === '' || String(placeholders(text)) !== String(placeholders(model));
    });
    expect(different.filter(([key]) => !/_(zero|one)$/.test(key))).toEqual([]);
  });

  it('are all shown somewhere', () => {
    const shown = used.filter((use) => use.folder === folder);
    const idle = [...english.keys()]
      .map(withoutPlural)
      .filter((key) => !shown.some((use) => (use.isPrefix ? key.startsWith(use.key) : key === use.key)));
    expect(idle).toEqual([]);
  });
});

it('shows only texts that there are', () => {
  const known = new Map(
    folders.map((folder) => [folder, [...textsOf(folder, 'en').keys()].map(withoutPlural)]),
  );
  const missing = used.filter(({ folder, key, isPrefix }) => {
    const keys = known.get(folder) ?? [];
    return !(isPrefix ? keys.some((text) => text.startsWith(key)) : keys.includes(key));
  });
  expect(missing.map(({ place, key }) => `${place} ${key}`)).toEqual([]);
});

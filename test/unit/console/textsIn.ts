import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInstance, type TFunction } from 'i18next';
import type { TextLanguage } from '../../../console/src/texts/languages.js';
import { packageRoot } from '../../../lib/packageRoot.js';

/** The texts of a folder of the console in one language, as its pages get them. */
export function textsIn<Folder extends string>(folder: Folder, language: TextLanguage): TFunction<Folder> {
  const path = join(packageRoot(), 'console/src', folder, `texts/${language}.json`);
  const texts = createInstance();
  void texts.init({
    lng: language,
    ns: [folder],
    defaultNS: folder,
    initAsync: false,
    interpolation: { escapeValue: false },
    resources: { [language]: { [folder]: JSON.parse(readFileSync(path, 'utf8')) as object } },
  });
  return texts.getFixedT(language, folder) as unknown as TFunction<Folder>;
}

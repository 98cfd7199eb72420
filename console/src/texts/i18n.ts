import { createInstance, type i18n, type ReadCallback } from 'i18next';
import { initReactI18next } from 'react-i18next';
import { firstLanguage } from './languages.js';

/** Texts by key, possibly nested: console/src/<folder>/texts/<language>.json. */
interface TextFile {
  readonly default: Readonly<Record<string, unknown>>;
}

/** Fetches the texts of a folder when a page first needs them. The build finds the files by this pattern. */
const textFiles = {
  type: 'backend' as const,
  init(): void {},
  read(language: string, folder: string, done: ReadCallback): void {
    import(`../${folder}/texts/${language}.json`).then(
      (file: TextFile) => done(null, file.default),
      (reason: unknown) => done(reason instanceof Error ? reason : new Error(String(reason)), false),
    );
  },
};

/**
 * The texts of the console. A folder of `console/src` is a namespace; a component that needs its texts waits
 * for them in the nearest Suspense.
 */
export async function startTexts(): Promise<i18n> {
  const texts = createInstance();
  await texts
    .use(textFiles)
    .use(initReactI18next)
    .init({
      lng: firstLanguage(),
      fallbackLng: false,
      ns: ['frame', 'parts', 'session'],
      defaultNS: 'frame',
      // React escapes what it shows.
      interpolation: { escapeValue: false },
      returnNull: false,
    });
  return texts;
}

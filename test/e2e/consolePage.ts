import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect } from '@jest/globals';
import type * as axeCore from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { personas } from '../../gateway/identity/personas.js';

export type ConsoleLanguage = 'fi' | 'sv' | 'en';

/** Widths of a telephone, a tablet and a desktop, in CSS pixels. */
export const sizes = {
  telephone: { width: 390, height: 844 },
  tablet: { width: 768, height: 1024 },
  desktop: { width: 1280, height: 900 },
} as const;

const locales = { fi: 'fi-FI', sv: 'sv-FI', en: 'en-GB' } as const;

interface VisitOptions {
  readonly language: ConsoleLanguage;
  readonly size?: keyof typeof sizes;
  readonly colorScheme?: 'light' | 'dark';
  /** The page to open, such as `people`; default: the first that is open to the user. */
  readonly path?: string;
}

/** A user's visit to the console, and everything in it that must not be. */
export interface Visit {
  readonly page: Page;
  /** Errors of the browser, of its content security policy, and answers of 404 and 5xx. */
  readonly complaints: readonly string[];
  readonly outsideRequests: readonly string[];
}

/** Opens the console in a browser of its own language, with nothing stored. */
export async function visitConsole(browser: Browser, url: string, options: VisitOptions): Promise<Visit> {
  const { language, size = 'desktop', colorScheme = 'light', path = '' } = options;
  const context = await browser.newContext({
    viewport: sizes[size],
    locale: locales[language],
    timezoneId: 'Europe/Helsinki',
    colorScheme,
    reducedMotion: 'reduce',
    acceptDownloads: true,
  });
  const page = await context.newPage();
  const { origin } = new URL(url);
  const complaints: string[] = [];
  const outsideRequests: string[] = [];
  page.on('request', (request) => {
    const { protocol, origin: asked } = new URL(request.url());
    if (!['data:', 'blob:'].includes(protocol) && asked !== origin) outsideRequests.push(request.url());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    // Chromium logs every answer of 400 and above; a refusal is one of them.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      complaints.push(message.text());
  });
  page.on('response', (response) => {
    if (response.status() === 404 || response.status() >= 500)
      complaints.push(`${response.status()} ${response.url()}`);
  });
  await page.goto(`${origin}/#/${path}`);
  return { page, complaints, outsideRequests };
}

/** Chooses an option of a labelled choice, as a user with a pointer does. */
export async function choose(page: Page, label: string, option: string): Promise<void> {
  await page.getByRole('button', { name: label }).click();
  await page.getByRole('option', { name: option, exact: true }).click();
}

const youAre = { fi: 'Olet', sv: 'Du är', en: 'You are' } as const;

/** Acts as a persona of `--dev`, by its id. */
export async function actAs(page: Page, persona: string, language: ConsoleLanguage): Promise<void> {
  const { label } = personas.find(({ id }) => id === persona)!;
  await choose(page, youAre[language], label[language]);
  // Until then the page of the persona before is there.
  const chosen = page.getByRole('button', { name: youAre[language] }).filter({ hasText: label[language] });
  await chosen.waitFor();
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const standards = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/**
 * Holds the page as it is now to WCAG 2.2 AA, as far as axe-core can tell.
 * @param leaveOut selectors of parts that others made
 */
export async function expectAccessible(page: Page, leaveOut: readonly string[] = []): Promise<void> {
  // A string, because the content security policy forbids a script element.
  await page.evaluate(axe);
  const found = await page.evaluate(
    async ({ rules, exclude }) => {
      const { axe: checker } = window as unknown as { axe: typeof axeCore };
      const context = { include: [['html']], exclude: exclude.map((selector) => [selector]) };
      const results = await checker.run(context, { runOnly: rules, resultTypes: ['violations'] });
      // What each element is and where, but not its text, which may be of a person. Ids alone say little.
      return results.violations.flatMap(({ id, nodes }) =>
        nodes.map(({ target, any, all, none }) => {
          const element = document.querySelector(String(target.at(-1)));
          const { x, y, width, height } = element?.getBoundingClientRect() ?? new DOMRect();
          const classes = [element, element?.parentElement, element?.parentElement?.parentElement]
            .map((one) => (one ? `${one.localName}.${[...one.classList].join('.')}` : '?'))
            .join(' < ');
          const reasons = [...any, ...all, ...none].map(({ message }) => message).join('; ');
          const box = [x, y, width, height].map((length) => Math.round(length)).join(' ');
          return `${id}: ${String(target)} (${classes}; at ${box}): ${reasons}`;
        }),
      );
    },
    { rules: standards, exclude: leaveOut },
  );
  expect(found).toEqual([]);
}

/**
 * Holds that the browser keeps nothing of a person in its storage, the address, the title and the history.
 * @param secrets texts that only the page may show, such as ids of people
 */
export async function expectNothingKept(
  { page, complaints, outsideRequests }: Visit,
  secrets: readonly string[] = [],
): Promise<void> {
  const kept = await page.evaluate(async () => ({
    stored: [...Object.entries(localStorage), ...Object.entries(sessionStorage)],
    databases: (await indexedDB.databases()).map(({ name }) => name ?? ''),
    cookies: document.cookie,
    address: location.href,
    title: document.title,
    state: JSON.stringify(history.state),
  }));
  expect(kept.databases).toEqual([]);
  expect(kept.cookies).toBe('');
  const texts = JSON.stringify([kept, complaints]);
  expect(secrets.filter((secret) => texts.includes(secret))).toEqual([]);
  expect(texts).not.toMatch(/\d{6}[-+A-FU-Y]\d{3}[0-9A-Z]/);
  expect(complaints).toEqual([]);
  expect(outsideRequests).toEqual([]);
}

/** How many times a user presses the tab key from the top of the page until the focus is in its content. */
export async function tabStopsToContent(page: Page): Promise<number> {
  await page.evaluate(() => {
    (document.activeElement as HTMLElement | null)?.blur();
    document.body.tabIndex = -1;
    document.body.focus();
  });
  for (let stops = 1; stops <= 40; stops++) {
    await page.keyboard.press('Tab');
    if (await page.evaluate(() => document.activeElement?.closest('#main') !== null)) return stops;
  }
  throw new Error('The tab key does not reach the content.');
}

import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { describeWhere } from '../programs.js';

/** Usual paths of a browser; CHROMIUM names another. */
const places = [
  process.env['CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** undefined when no browser is installed. */
const browserPath = places.find((place) => place !== undefined && existsSync(place));

export const describeInBrowser = describeWhere(
  browserPath !== undefined,
  'No browser was found: install Chromium, or name one in CHROMIUM.',
);

export async function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: browserPath!,
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
}

/** A page of the console, and its unwanted requests and errors. */
export interface WatchedPage {
  readonly page: Page;
  readonly outsideRequests: readonly string[];
  readonly complaints: readonly string[];
}

/**
 * Opens the console, and records every request and every error of the browser, also of the content security
 * policy.
 */
export async function openConsole(
  browser: Browser,
  url: string,
  size: { width: number; height: number },
  colorScheme: 'light' | 'dark',
): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: size, colorScheme, reducedMotion: 'reduce' });
  const page = await context.newPage();
  const { origin } = new URL(url);
  const outsideRequests: string[] = [];
  const complaints: string[] = [];
  page.on('request', (request) => {
    const { protocol, origin: asked } = new URL(request.url());
    if (protocol !== 'data:' && asked !== origin) outsideRequests.push(request.url());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    // Chromium logs every answer of 400 and above; a refusal is one of them.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
      complaints.push(message.text());
    }
  });
  page.on('response', (response) => {
    if (response.status() === 404 || response.status() >= 500) {
      complaints.push(`${response.status()} ${response.url()}`);
    }
  });
  await page.goto(`${origin}/#/`);
  return { page, outsideRequests, complaints };
}

import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
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

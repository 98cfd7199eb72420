import { isIdentityCodeNumber } from '../../../../schema/identityCodeText.js';

/** The sign before the decimals, where a mapping declares it. */
export type DecimalSign = '.' | ',';

const PLAIN = /^-?(?:\d+(?:\.\d+)?|\.\d+)$/;

/** Digits in groups of three, with one separator: a blank (also no-break, thin or narrow), or the other of the two signs. */
const DECLARED: Readonly<Record<DecimalSign, RegExp>> = {
  ',': /^-?(?:\d+|\d{1,3}([ .\u00a0\u2007\u2009\u202f])\d{3}(?:\1\d{3})*)?(?:,\d+)?$/,
  '.': /^-?(?:\d+|\d{1,3}([ ,\u00a0\u2007\u2009\u202f])\d{3}(?:\1\d{3})*)?(?:\.\d+)?$/,
};

/**
 * Reads a number as a source writes it; undefined if it is none. Without a declared sign it is a plain decimal: no exponent, no
 * hexadecimal, no separators. What an identity code becomes without its sign is no number.
 */
export function parseNumber(text: string, decimal: DecimalSign | undefined): number | undefined {
  const plain = decimal === undefined ? text : plainDecimal(text, decimal);
  if (plain === undefined || !PLAIN.test(plain) || isIdentityCodeNumber(plain)) return undefined;
  const number = Number(plain);
  // No minus zero.
  return Number.isFinite(number) ? number + 0 : undefined;
}

function plainDecimal(text: string, decimal: DecimalSign): string | undefined {
  if (!DECLARED[decimal].test(text)) return undefined;
  const [whole = '', decimals] = text.split(decimal);
  const digits = whole.replaceAll(/[^-\d]/g, '');
  return decimals === undefined ? digits : `${digits}.${decimals}`;
}

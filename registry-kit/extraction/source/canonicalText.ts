/**
 * Above these limits several whole numbers have one representation as FLOAT or DOUBLE, so an id has lost
 * digits.
 */
export const EXACT_FLOAT = 2 ** 24;
export const EXACT_DOUBLE = 2 ** 53;

/**
 * 101.0 -> 101, as whole numbers are written. A number that has lost digits is written with an exponent, so
 * that it is not accepted as an id.
 * @param exact the limit of the number's type
 */
export function writeFloat(value: number, exact: number): string {
  if (Number.isNaN(value)) return '';
  if (Number.isInteger(value) && Math.abs(value) >= exact) return value.toExponential();
  const text = String(value);
  return text.includes('e') ? withoutTrailingZeros(value.toFixed(20)) : text;
}

/** 101.00 -> 101, 412.50 -> 412.5 */
export function withoutTrailingZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** 2012-05-14 22:30:00.500 -> 2012-05-14T22:30:00.5 */
export function writeTime(text: string): string {
  return withoutTrailingZeros(text).replace(' ', 'T');
}

const MIDNIGHT = /T00:00:00$/;

/**
 * Writes a time without a zone.
 * @param hasZone whether the mapping declares its zone; then midnight is a time, otherwise a day
 */
export function localTime(hasZone: boolean): (text: string) => string {
  return (text) => {
    const time = writeTime(text);
    return hasZone ? time : time.replace(MIDNIGHT, '');
  };
}

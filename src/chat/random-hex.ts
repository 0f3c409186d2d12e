/** Makes random lower-case hex digits, an even number of them. */
export function randomHex(digitCount: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(digitCount / 2));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

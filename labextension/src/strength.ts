import { TranslationBundle } from '@jupyterlab/translation';

/** A shorter value is never redacted, and up to the other one only as a whole word. */
export const SHORTEST = 4;
export const SHORTEST_FULL = 8;

/**
 * What there is to say of a value while it is typed: how long it is, and whether it is weak.
 *
 * The value stays in the browser until it is stored, so this knows what follows from its length
 * alone; the server says the rest once it has it.
 */
export function describeValue(text: string, trans: TranslationBundle): string {
  if (!text) {
    return '';
  }
  const { length } = [...text.trim()];
  const parts = [trans._n('%1 character', '%1 characters', length)];
  const lines = text.replace(/\n$/, '').split('\n').length;
  if (lines > 1) {
    parts.push(trans.__('%1 lines', lines));
  }
  if (text !== text.trim()) {
    parts.push(trans.__('spaces or line breaks around them are stored too'));
  }
  const size = parts.join(', ');
  const weakness = weaknessOf(length, trans);
  return weakness ? `${size}. ${weakness}` : `${size}.`;
}

/** Whether a value of this length is redacted everywhere. */
export function isWeak(text: string): boolean {
  return text !== '' && [...text.trim()].length < SHORTEST_FULL;
}

function weaknessOf(length: number, trans: TranslationBundle): string {
  if (length < SHORTEST) {
    return trans.__('Fewer than %1 are never redacted in outputs.', SHORTEST);
  }
  if (length < SHORTEST_FULL) {
    return trans.__(
      'Fewer than %1 are redacted only as a whole word.',
      SHORTEST_FULL
    );
  }
  return '';
}

/** How many characters are generated: 190 random bits. */
const GENERATED_LENGTH = 32;
const ALPHABET =
  'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** A random value that every system takes for a password: letters, digits, “-” and “_”. */
export function generateValue(): string {
  const random = crypto.getRandomValues(new Uint8Array(GENERATED_LENGTH));
  return Array.from(random, byte => ALPHABET[byte % ALPHABET.length]).join('');
}

const NAMED: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/* Control characters, DEL and C1; line and paragraph separator; marks that reorder text; halves of a surrogate pair. */
const UNSAFE =
  // oxlint-disable-next-line no-control-regex
  /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\p{Surrogate}]/gu;

/**
 * Text from elsewhere (a key, a label, a tool's output) in a form that is safe in one line of a log or on a terminal:
 * newline, carriage return and tab become `\n`, `\r`, `\t`; other control characters, line separators, bidirectional
 * controls and lone surrogates become `\xNN` or `\uNNNN`. Backslashes stay, so escaping twice changes nothing.
 */
export function escapeText(text: string): string {
  return text.replace(UNSAFE, (character) => NAMED[character] ?? numbered(character.charCodeAt(0)));
}

/** The same for JSON, in which a character of a text may be written by its number. */
export function escapeJson(json: string): string {
  return json.replace(UNSAFE, (character) =>
    character === '\n' ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function numbered(code: number): string {
  const hex = code.toString(16);
  return code < 0x100 ? `\\x${hex.padStart(2, '0')}` : `\\u${hex.padStart(4, '0')}`;
}

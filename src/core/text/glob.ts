/** What one place of a pattern asks for: any text, or one character that passes. */
type Token = '*' | ((character: string) => boolean);

/** Whether a name matches a shell-like pattern: `*`, `?`, `[abc]`, `[!abc]`, `[a-z]`; all else stands for itself. */
export function matchesGlob(name: string, glob: string): boolean {
  const tokens = tokensOf(glob);
  // Only the last `*` is ever tried again, so the time is at most the product of the lengths; a regular expression's is not.
  let star = -1;
  let retry = 0;
  let place = 0;
  for (let index = 0; index < name.length;) {
    const token = tokens[place];
    if (token === '*') {
      star = place++;
      retry = index;
    } else if (token?.(name.charAt(index))) {
      place += 1;
      index += 1;
    } else if (star >= 0) {
      place = star + 1;
      index = ++retry;
    } else {
      return false;
    }
  }
  return tokens.slice(place).every((token) => token === '*');
}

/** Whether a text has wildcards at all. */
export function hasWildcards(text: string): boolean {
  return /[*?[]/.test(text);
}

/** Whether a pattern can be understood: a range like `[z-a]` can't. */
export function isGlob(glob: string): boolean {
  try {
    tokensOf(glob);
    return true;
  } catch {
    return false;
  }
}

function tokensOf(glob: string): readonly Token[] {
  const tokens: Token[] = [];
  const last = glob.lastIndexOf(']');
  for (let index = 0; index < glob.length; index += 1) {
    const character = glob.charAt(index);
    const begin = /^\[[!^][^\]]/.test(glob.slice(index, index + 3)) ? index + 2 : index + 1;
    const end = character === '[' && begin < last ? glob.indexOf(']', begin) : -1;
    if (end > begin) {
      const set = glob.slice(begin, end).replaceAll(/[\\^]/g, String.raw`\$&`);
      const one = new RegExp(`^[${begin === index + 2 ? '^' : ''}${set}]$`, 's');
      tokens.push((candidate) => one.test(candidate));
      index = end;
    } else if (character === '*') {
      tokens.push('*');
    } else {
      tokens.push(character === '?' ? () => true : (candidate) => candidate === character);
    }
  }
  return tokens;
}

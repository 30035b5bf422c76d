/** Whether a name fits a shell-like pattern: `*`, `?`, `[abc]`, `[!abc]`, `[a-z]`; all else stands for itself. */
export function matchesGlob(name: string, glob: string): boolean {
  return expressionFor(glob).test(name);
}

/** Whether a pattern can be understood: a range like `[z-a]` can't. */
export function isGlob(glob: string): boolean {
  try {
    expressionFor(glob);
    return true;
  } catch {
    return false;
  }
}

function expressionFor(glob: string): RegExp {
  const pattern = glob.replaceAll(
    /\[([!^]?)([^\]]+)\]|[\s\S]/g,
    (part, not: string | undefined, set: string | undefined) => {
      if (set !== undefined) return `[${not ? '^' : ''}${set.replaceAll(/[\\^\]]/g, String.raw`\$&`)}]`;
      if (part === '*') return '.*';
      return part === '?' ? '.' : part.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);
    },
  );
  return new RegExp(`^(?:${pattern})$`, 's');
}

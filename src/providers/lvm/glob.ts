/** Whether a name fits a shell-like pattern: `*`, `?`, `[abc]`, `[!abc]`; all else stands for itself. */
export function matchesGlob(name: string, glob: string): boolean {
  const pattern = glob.replaceAll(
    /\[(!?)([^\]]+)\]|[\s\S]/g,
    (part, not: string | undefined, set: string | undefined) => {
      if (set !== undefined) return `[${not ? '^' : ''}${set.replaceAll(/[\\^\]]/g, String.raw`\$&`)}]`;
      if (part === '*') return '.*';
      return part === '?' ? '.' : part.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);
    },
  );
  return new RegExp(`^(?:${pattern})$`, 's').test(name);
}

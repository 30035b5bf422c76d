/** How many letters must be put in, left out, changed or swapped with their neighbour to get from `a` to `b`. */
export function distance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  const cell = (i: number, j: number): number => rows[i]?.[j] ?? Infinity;
  for (let i = 1; i <= a.length; i += 1) {
    rows[i] = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = cell(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? cell(i - 2, j - 2) + 1 : Infinity;
      rows[i]?.push(Math.min(cell(i - 1, j) + 1, cell(i, j - 1) + 1, change, swapped));
    }
  }
  return cell(a.length, b.length);
}

/** The names that somebody may have meant, what is most like `name` first. */
export function nearest(name: string, names: readonly string[], most = 6): readonly string[] {
  const far = new Map(names.map((one) => [one, distance(name.toLowerCase(), one.toLowerCase())]));
  return names.toSorted((a, b) => (far.get(a) ?? 0) - (far.get(b) ?? 0)).slice(0, most);
}

/** `items` in order, as a new array. (Node 18, where the hooks must run too, has no `toSorted`.) */
export function sorted<T>(items: readonly T[], compare?: (a: T, b: T) => number): T[] {
  // oxlint-disable-next-line unicorn/no-array-sort
  return [...items].sort(compare);
}

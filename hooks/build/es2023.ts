/** The array methods of ES2023, which Node.js 18 lacks and the sources may use. Put in front of every executable. */
const methods = {
  toReversed<T>(this: readonly T[]): T[] {
    return [...this].reverse();
  },
  toSorted<T>(this: readonly T[], compare?: (a: T, b: T) => number): T[] {
    return [...this].sort(compare);
  },
  toSpliced<T>(this: readonly T[], ...change: [start: number, deleteCount: number, ...items: T[]]): T[] {
    const copy = [...this];
    copy.splice(...change);
    return copy;
  },
};

for (const [name, value] of Object.entries(methods)) {
  if (!(name in Array.prototype)) {
    Object.defineProperty(Array.prototype, name, { value, writable: true, configurable: true });
  }
}

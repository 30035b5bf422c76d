/** Why something is not read where `trust` is hostile, and what to do instead. `what`: which only the kernel … */
export function onlyByKernel(what: string): string {
  return `${what}, and trust: hostile forbids that; save it from inside the guest, or set trust: guest`;
}

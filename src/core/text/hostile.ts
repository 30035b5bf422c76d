/** Why something is not read where `trust` is hostile, and what to do instead. `what`: which only the kernel … */
export function onlyByKernel(what: string): string {
  return `${what}, and that is not wanted (trust: hostile); save it from within the guest, or set trust: guest`;
}

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;
/** On the process, because the two bundles of a hook (see hooks/build/build.ts) each have their own copy of this file. */
const STOPPED_BY = Symbol.for('holdstill.stoppedBy');
const shared = globalThis as { [STOPPED_BY]?: NodeJS.Signals };

/** From here on a signal does not end us but is answered between two steps, by undoing what was done. */
export function listenForSignals(): void {
  for (const signal of SIGNALS) {
    if (process.listenerCount(signal) === 0) process.on(signal, () => (shared[STOPPED_BY] ??= signal));
  }
}

/** The signal that asked us to stop, if one did. */
export function stopSignal(): NodeJS.Signals | undefined {
  return shared[STOPPED_BY];
}

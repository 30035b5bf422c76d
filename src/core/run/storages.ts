import type { Journal } from '../journal/journal.ts';
import type { CommandPair } from '../ports/devices.ts';
import type { Log } from '../ports/machine.ts';
import type { Provider } from '../ports/provider.ts';
import { withHint } from '../model/fault.ts';
import type { Needs } from '../model/needs.ts';
import type { Health, LeftOut, Origin, PlannedSnapshot, Resolved, RunNames } from '../model/snapshot.ts';
import type { Facts, NotedStep } from '../model/step.ts';
import type { Size, Source } from '../model/task.ts';

/*
 * The parts of a task may be of several storages. Here, and nowhere else, each provider is asked of its own, of all that
 * is its own at once; what comes back is in the order of the parts.
 */

type Providers = readonly Provider[];

/** What sources stand for; `unclaimed`: the first that no storage takes. Throws `origin.*`. */
export async function resolveAll(
  sources: readonly Source[],
  providers: Providers,
): Promise<Resolved & { readonly unclaimed: Source | undefined }> {
  const origins: Origin[] = [];
  const leftOut: LeftOut[] = [];
  for (const source of sources) {
    const resolved = await resolveOne(source, providers);
    if (resolved === undefined) return { origins, leftOut, unclaimed: source };
    origins.push(...resolved.origins);
    leftOut.push(...resolved.leftOut);
  }
  return { origins, leftOut, unclaimed: undefined };
}

async function resolveOne(source: Source, providers: Providers): Promise<Resolved | undefined> {
  for (const provider of providers) {
    const resolved = await provider.resolve(source);
    if (resolved !== undefined) return resolved;
  }
  return undefined;
}

/** Throws what `Provider.plan` throws. */
export async function planAll(
  origins: readonly Origin[],
  size: Size,
  names: RunNames,
  providers: Providers,
): Promise<readonly PlannedSnapshot[]> {
  return inOrder(
    origins,
    ({ provider }) => provider,
    providers,
    async (provider, own) => {
      const planned = await provider.plan(own, size, names);
      const undoable = new Set(provider.handlers.map(({ kind }) => kind));
      for (const { steps } of planned) {
        const strange = steps.find(({ kind }) => !undoable.has(kind));
        if (strange) throw new Error(`the provider ${provider.kind} could not undo a step '${strange.kind}'`);
      }
      return planned;
    },
  );
}

/**
 * Takes snapshots, and returns the facts of their last steps. Each step is noted before it is carried out, and what became
 * known by it before the next is tried. `held` is for the last of all: see `Provider.take`. Throws what that throws.
 */
export function takeAll(
  planned: readonly PlannedSnapshot[],
  providers: Providers,
  journal: Pick<Journal, 'note' | 'learn'>,
  held?: () => Promise<void>,
): Promise<readonly Facts[]> {
  const lastProvider = grouped(planned, providerOf, providers).at(-1)?.provider;
  return inOrder(planned, providerOf, providers, async (provider, own) => {
    let last: readonly Facts[] = [];
    for (const { kind } of provider.handlers) {
      const due = own.flatMap((snapshot) =>
        snapshot.steps.flatMap((step) => (step.kind === kind ? [{ snapshot, step }] : [])),
      );
      if (due.length === 0) continue;
      const noted = journal.note(due.map(({ step }) => step));
      const facts = await provider.take(
        due.flatMap(({ snapshot }, index) => (noted[index] ? [{ snapshot, noted: noted[index] }] : [])),
        provider === lastProvider && kind === provider.kind ? held : undefined,
      );
      journal.learn(noted, complete(facts, due, provider));
      if (kind === provider.kind) last = facts;
    }
    return last;
  });
}

/** The snapshots among the steps of a journal. */
export function snapshotsAmong(steps: readonly NotedStep[], providers: Providers): readonly NotedStep[] {
  return steps.filter(({ step }) => providers.some(({ kind }) => kind === step.kind));
}

/** How snapshots are; `unknown` where that can't be looked at. */
export function healthOfAll(
  snapshots: readonly NotedStep[],
  providers: Providers,
  log: Log,
): Promise<readonly Health[]> {
  return inOrder(snapshots, kindOf, providers, async (provider, own) => {
    try {
      return complete(await provider.health(own), own, provider);
    } catch (error) {
      log.error({ err: error, kind: provider.kind }, 'the snapshots could not be checked');
      return own.map(({ step }): Health => {
        const reason = `${step['label']}: its snapshot could not be checked: ${withHint(error)}`;
        return { kind: 'unknown', reason, fill: undefined, bytes: 0 };
      });
    }
  });
}

/** What is to be noted of snapshots whose mounts stand: see `Provider.stamp`. */
export function stampsFor(
  snapshots: readonly NotedStep[],
  quiet: boolean,
  providers: Providers,
): { readonly steps: readonly NotedStep[]; readonly facts: readonly Facts[] } {
  const stamped = providers.flatMap((provider) => {
    const own = snapshots.filter(({ step }) => step.kind === provider.kind);
    const facts = own.length > 0 ? (provider.stamp?.(own, quiet) ?? []) : [];
    return facts.flatMap((fact, index) => (own[index] ? [{ step: own[index], fact }] : []));
  });
  return { steps: stamped.map(({ step }) => step), facts: stamped.map(({ fact }) => fact) };
}

/** What taking and removing them needs of the machine. */
export function needsOfAll(planned: readonly PlannedSnapshot[], providers: Providers): Needs {
  const needs = grouped(planned, providerOf, providers).flatMap(({ provider, own }) => provider.needs?.(own) ?? []);
  return {
    programs: [...new Set(needs.flatMap(({ programs }) => programs))],
    modules: [...new Set(needs.flatMap(({ modules }) => modules))],
  };
}

/** The commands that take and remove them, for people. */
export function commandsForAll(planned: readonly PlannedSnapshot[], providers: Providers): readonly CommandPair[] {
  return grouped(planned, providerOf, providers).flatMap(({ provider, own }) => provider.commands?.(own) ?? []);
}

function providerOf({ origin }: PlannedSnapshot): string {
  return origin.provider;
}

function kindOf({ step }: NotedStep): string {
  return step.kind;
}

/** Asks each provider of its own, one after the other. */
async function inOrder<T, R>(
  items: readonly T[],
  kind: (item: T) => string,
  providers: Providers,
  ask: (provider: Provider, own: readonly T[]) => Promise<readonly R[]>,
): Promise<readonly R[]> {
  const answers: { readonly place: number; readonly answer: R }[] = [];
  const placed = items.map((item, place) => ({ item, place }));
  for (const { provider, own } of grouped(placed, ({ item }) => kind(item), providers)) {
    const found = await ask(
      provider,
      own.map(({ item }) => item),
    );
    answers.push(...complete(found, own, provider).map((answer, index) => ({ place: own[index]?.place ?? 0, answer })));
  }
  return answers.toSorted((a, b) => a.place - b.place).map(({ answer }) => answer);
}

function complete<R>(answers: readonly R[], { length }: readonly unknown[], { kind }: Provider): readonly R[] {
  if (answers.length === length) return answers;
  throw new Error(`the provider ${kind} has answered ${answers.length} of ${length} questions`);
}

/** By provider, in the order in which they come. */
function grouped<T>(
  items: readonly T[],
  kind: (item: T) => string,
  providers: Providers,
): readonly { readonly provider: Provider; readonly own: readonly T[] }[] {
  return [...new Set(items.map(kind))].map((one) => {
    const provider = providers.find((other) => other.kind === one);
    if (!provider) throw new Error(`no provider for what is of kind '${one}'`);
    return { provider, own: items.filter((item) => kind(item) === one) };
  });
}

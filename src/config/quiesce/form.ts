import type { Quiesce } from '../../core/model/quiesce.ts';
import { listed } from '../messages.ts';
import { either, list, map, text, whole, type Form } from '../forms.ts';
import { allMeans } from './means.ts';

type Word = string | Readonly<Record<string, unknown>>;
type Written = Word | readonly Word[];

const KEYS = allMeans.map(({ key }) => key);
const EXAMPLE = '{command: {rest: [/usr/local/sbin/app-rest], thaw: [/usr/local/sbin/app-thaw]}}';
const EXPECTED = `must be one of ${listed(KEYS, 'or')}, a map of one of them, for example ${EXAMPLE}, or a list of these`;

function wordProblem(word: string): string | undefined {
  const entry = allMeans.find(({ key }) => key === word);
  if (!entry) return EXPECTED;
  return entry.alone === undefined ? `needs its settings, for example ${EXAMPLE}` : undefined;
}

const word = () => text(EXPECTED, wordProblem);
const settings = () =>
  map(Object.fromEntries(allMeans.map(({ key, form }) => [key, form.optional()])), EXPECTED).refine(
    (value) => Object.keys(value).length === 1,
    { when: ({ value }) => typeof value === 'object', error: `must have exactly one of ${listed(KEYS, 'and')}` },
  );

function orderProblems(written: readonly Word[]): readonly { readonly at: readonly number[]; readonly what: string }[] {
  const keys = written.map((one) => (typeof one === 'string' ? one : Object.keys(one)[0]));
  return keys.flatMap((key, index) => {
    const { before = [] } = allMeans.find((entry) => entry.key === key) ?? {};
    const earlier = before.find((other) => keys.indexOf(other) !== -1 && keys.indexOf(other) < index);
    return earlier === undefined
      ? []
      : [{ at: [index], what: `must stand before ${earlier}, for what stands still does not answer` }];
  });
}

/** What a task may say of how it is brought to rest. */
export const QuiesceForm: Form<Written> = either(
  EXPECTED,
  word(),
  settings(),
  whole(list(either(EXPECTED, word(), settings()), EXPECTED), orderProblems),
);

/** The means in what was found right. */
export function meansFrom(written: Written | undefined): readonly Quiesce[] {
  if (written === undefined) return [];
  return (isList(written) ? written : [written]).map((one) => {
    const [key, value] = typeof one === 'string' ? [one, undefined] : (Object.entries(one)[0] ?? []);
    const entry = allMeans.find((other) => other.key === key);
    if (!entry) throw new Error(`quiesce ${key} was not checked`);
    return entry.from(value ?? entry.alone);
  });
}

function isList(written: Written): written is readonly Word[] {
  return Array.isArray(written);
}

/** Means for people. */
export function describeMeans(made: Quiesce): string {
  const entry = allMeans.find(({ key }) => key === made.kind);
  if (!entry) throw new Error(`no entry for quiesce ${made.kind}`);
  return entry.describe(made);
}

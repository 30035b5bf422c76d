import { mapOf, type Path, type Plain, type SourceFile } from './data.ts';
import type { Issue } from './forms.ts';
import { unknownTopKey } from './toplevel.ts';
import { keysAt } from './schema.ts';
import { problemAt, unknownKey, whatItIs } from './messages.ts';

/**
 * One line a problem: `FILE:LINE:COLUMN: PATH: what it is and what is expected`. `base` is the path in `file` of the value
 * that the issues are about.
 */
export function explain(file: SourceFile, issues: readonly Issue[], base: Path = []): readonly string[] {
  const found = issues
    .flatMap((issue) => problems(file, issue, [...base, ...issue.path]))
    .map(({ path, what, text }) => ({ ...file.position(path, what), path, text }));
  const inOrder = found.toSorted((a, b) => a.line - b.line || a.column - b.column);
  return inOrder.map(({ path, text, ...position }) => problemAt(file, path, text, position));
}

interface Problem {
  readonly path: Path;
  readonly what: 'key' | 'value';
  readonly text: string;
}

function problems(file: SourceFile, issue: Issue, path: Path): readonly Problem[] {
  const value = valueAt(file.value, path);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: [...path, key],
      what: 'key',
      text: path.length === 0 ? unknownTopKey(file, key) : unknownKey(key, keysAt(path)),
    }));
  }
  if (issue.code === 'invalid_key') return [{ path, what: 'key', text: issue.issues[0]?.message ?? issue.message }];
  if (issue.code === 'invalid_union') {
    const form = issue.errors.find((inner) => !inner.some(isOfAnotherType));
    if (form) return form.flatMap((inner) => problems(file, inner, [...path, ...inner.path]));
  }
  if (value === undefined) return [{ path, what: 'value', text: `missing; it ${issue.message}` }];
  const ofKey = issue.code === 'custom' && typeof value === 'object';
  return [
    {
      path,
      what: ofKey ? 'key' : 'value',
      text: ofKey ? issue.message : `is ${whatItIs(value)}, ${joined(issue.message)}`,
    },
  ];
}

/* "is X, must be Y", but "is X, which is ambiguous". */
function joined(message: string): string {
  return message.startsWith('must ') ? message : `which ${message}`;
}

/** The value itself, and not what is in it, is none that the form can have. */
function isOfAnotherType({ path, code }: Issue): boolean {
  return path.length === 0 && code === 'invalid_type';
}

function valueAt(value: Plain, path: Path): Plain | undefined {
  return path.reduce<Plain | undefined>(
    (inner, key) => (Array.isArray(inner) ? (inner as readonly Plain[])[Number(key)] : mapOf(inner)[String(key)]),
    value,
  );
}

import * as z from 'zod';
import { listed } from './messages.ts';

/**
 * The forms that values of the configuration may have, each with what is said of a wrong one. The one door to zod, which is
 * slow to load: nothing that a hook does for the tasks of others may come here.
 */
export type Form<Value = unknown> = z.ZodType<Value>;
export type Issue = z.core.$ZodIssue;
export type JsonSchema = z.core.JSONSchema.BaseSchema;

/** Says what is wrong with a value of the right type; undefined: nothing. */
type Check<Value> = (value: Value) => string | undefined;

interface Wrong {
  readonly at?: readonly (string | number)[];
  readonly what: string;
}

/** `expected` is said of a value of another type. */
export function text(expected: string, check: Check<string>) {
  return z.string({ error: expected }).check((context) => complain(context, check(context.value)));
}

/** Text, or a number without a unit. */
export function quantity(expected: string, check: Check<string | number>) {
  return z
    .union([z.string(), z.number()], { error: expected })
    .check((context) => complain(context, check(context.value)));
}

export function list<Item extends Form>(item: Item, expected: string) {
  return z.array(item, { error: expected });
}

export function onOff() {
  return z.boolean({ error: 'must be true or false' });
}

export function oneOf<const Value extends string>(values: readonly Value[]) {
  return z.enum(values, { error: `must be ${listed(values, 'or')}` });
}

/** This number and no other. */
export function exactly<const Value extends number>(value: Value, expected: string) {
  return z.literal(value, { error: expected });
}

/** A map with these keys and no others. */
export function map<const Shape extends Readonly<Record<string, Form>>>(shape: Shape, expected = 'must be a map') {
  return z.strictObject(shape, { error: expected });
}

/** What is wrong with a map as a whole, or with what is at a path in it. */
export function whole<Value extends Form>(form: Value, check: (value: z.output<Value>) => readonly Wrong[]) {
  return form.check((context) => {
    for (const { at = [], what } of check(context.value)) {
      context.issues.push({ code: 'custom', message: what, input: context.value, path: [...at] });
    }
  });
}

/** A map with free keys. */
export function record<Value extends Form>(key: Check<string>, value: Value, expected: string) {
  return z.record(text('', key), value, { error: expected });
}

/** One of several forms of different types; `expected` is said of a value of none of these. */
export function either<const Forms extends readonly Form[]>(expected: string, ...forms: Forms) {
  return z.union(forms, { error: expected });
}

/** The JSON Schema (draft 2020-12) of what is written. */
export function jsonSchemaOf(form: Form): JsonSchema {
  return z.toJSONSchema(form, { io: 'input' });
}

function complain(context: z.core.ParsePayload, problem: string | undefined): void {
  if (problem !== undefined) context.issues.push({ code: 'custom', message: problem, input: context.value });
}

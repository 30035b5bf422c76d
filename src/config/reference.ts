import type { JsonSchema } from './forms.ts';
import { jsonSchema, mapIn, recordOf } from './schema.ts';

/** The reference of the configuration for docs/configuration.md: a Markdown table with a row a key, made from the schema. */
export function configReference(): string {
  const rows = keys(jsonSchema(), '').map((cells) => `| ${cells.map(cell).join(' | ')} |`);
  return ['| key | values | default | what it does |', '|---|---|---|---|', ...rows].join('\n');
}

type Row = readonly [key: string, values: string, fallback: string, what: string];

function keys(schema: JsonSchema, prefix: string): readonly Row[] {
  const required = schema.required ?? [];
  return Object.entries(schema.properties ?? {}).flatMap(([key, property]) => {
    if (typeof property === 'boolean') return [];
    const path = `${prefix}${key}`;
    const row: Row = [
      code(path),
      values(property),
      fallback(property, required.includes(key)),
      property.description ?? '',
    ];
    return [row, ...keys(mapIn(property), `${path}.`), ...keys(recordOf(property), `${path}.NAME.`)];
  });
}

function values(schema: JsonSchema): string {
  if (schema.const !== undefined) return code(schema.const);
  if (schema.enum !== undefined) return schema.enum.map(code).join(', ');
  if (schema.type === 'boolean') return '`true`, `false`';
  const examples = schema.examples ?? schema.anyOf?.flatMap((form) => form.examples ?? []);
  if (Array.isArray(examples)) return examples.map(code).join(', ');
  return typeof schema.additionalProperties === 'object' ? 'names with a path or a map' : 'a map';
}

function fallback(schema: JsonSchema, required: boolean): string {
  if (required) return 'required';
  return schema.default === undefined || schema.type === 'object' ? '' : code(schema.default);
}

function code(value: unknown): string {
  const flow = Array.isArray(value)
    ? `[${value.map((item) => (/^[*&!]/.test(String(item)) ? `'${item}'` : item)).join(', ')}]`
    : value;
  return `\`${String(flow)}\``;
}

/* A bar would end the cell, in code as well. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

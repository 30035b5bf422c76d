import { describe, expect, test } from 'vitest';
import type { Reply } from '../../src/core/model/reply.ts';
import { Fault } from '../../src/core/model/fault.ts';
import { jsonError, jsonReplies, jsonReply, jsonText } from '../../src/report/json.ts';

const fault = new Fault('config.invalid', 'the configuration has 2 problems', {
  hint: 'correct it',
  detail: ['a', 'b'],
});

describe('an error for machines', () => {
  test('has a code, a message and what to do', () => {
    const error = { code: 'config.invalid', message: fault.message, hint: 'correct it', detail: ['a', 'b'] };
    expect(JSON.parse(jsonText(jsonError(fault)))).toEqual({ schema: 1, error });
  });

  test('that is a bug says so', () => {
    expect(JSON.parse(jsonText(jsonError(new TypeError('x'))))).toEqual({
      schema: 1,
      error: { code: 'bug', message: 'x' },
    });
  });
});

test('a reply says what came of it, and has the lines of the job log', () => {
  const replies: readonly Reply[] = [
    { kind: 'opened', paths: [{ source: 'vg/a', path: '/m' }], lines: ['x'] },
    { kind: 'closed', verdict: { kind: 'bad', reasons: ['y'] }, leftovers: ['z'], lines: [] },
    { kind: 'nothing', lines: [] },
    { kind: 'failed', fault, leftovers: ['z'], lines: ['x'] },
  ];
  const told = replies.map((reply) => JSON.parse(jsonText(jsonReply(reply))) as object);
  expect(told).toEqual([
    { schema: 1, result: 'opened', paths: [{ source: 'vg/a', path: '/m' }], log: ['x'] },
    { schema: 1, result: 'closed', verdict: { kind: 'bad', reasons: ['y'] }, leftovers: ['z'], log: [] },
    { schema: 1, result: 'nothing', log: [] },
    {
      schema: 1,
      result: 'failed',
      error: expect.objectContaining({ code: 'config.invalid' }) as object,
      leftovers: ['z'],
      log: ['x'],
    },
  ]);
  expect(JSON.parse(jsonText(jsonReplies(replies)))).toEqual({
    schema: 1,
    replies: told.map((one) => ({ ...one, schema: undefined })),
  });
});

test('no character of a text reaches a terminal as it is, and all come back', () => {
  const text = 'a"\\\n\u001b[31m\u007f\u009b\u2028\u202e\ud800é☃';
  const json = jsonText({ text });
  expect(json.replaceAll('\n', '')).toMatch(/^[^\p{Cc}\p{Surrogate}\u2028\u202e]*$/u);
  expect(JSON.parse(json)).toEqual({ text });
});

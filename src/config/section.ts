import type { Contract } from '../core/ports/contract.ts';
import type { Setting } from '../core/model/setting.ts';
import { type Form, map, onOff, oneOf, text } from './forms.ts';
import { PATH_EXPECTED, pathProblem } from './names.ts';

/** The form of a product's section, made of its settings. */
export function sectionForm({ settings, sectionText }: Contract) {
  const shape = Object.entries(settings).flatMap(([name, setting]) => (setting ? [[name, formOf(setting)]] : []));
  return map(Object.fromEntries(shape) as Record<string, Form>)
    .prefault({})
    .describe(sectionText);
}

function formOf(setting: Setting): Form {
  const { text: what } = setting;
  switch (setting.type) {
    case 'switch':
      return onOff().default(setting.default).describe(what);
    case 'one of':
      return oneOf(setting.values).default(setting.default).describe(what);
    case 'word': {
      const { pattern, expected, examples } = setting;
      const form = text(expected, (value) => (pattern.test(value) ? undefined : expected));
      return form.optional().describe(what).meta({ examples });
    }
    case 'script':
      return text(PATH_EXPECTED, pathProblem).optional().describe(what).meta({ examples: setting.examples });
  }
}

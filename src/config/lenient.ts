import type { Setting, Settings, SettingValues } from '../core/model/setting.ts';
import type { Plain } from './data.ts';

/**
 * A product's section as its hooks read it: they must answer whatever is in it, and all that is wrong is reported by who loads a
 * task. What has the wrong type is left out, except for a script.
 */
export function lenientValues(settings: Settings, section: { readonly [key: string]: Plain }): SettingValues {
  const read = Object.entries(settings).flatMap(([name, setting]) => {
    const value = setting && Object.hasOwn(section, name) ? lenientValue(setting, section[name]) : undefined;
    return value === undefined ? [] : [[name, value]];
  });
  return Object.fromEntries(read) as SettingValues;
}

function lenientValue(setting: Setting, value: Plain | undefined): string | boolean | undefined {
  switch (setting.type) {
    case 'switch':
      return typeof value === 'boolean' ? value : undefined;
    case 'one of':
      return setting.values.find((one) => one === value);
    case 'word':
      return typeof value === 'string' ? value : undefined;
    case 'script':
      return typeof value === 'string' ? value : '';
  }
}

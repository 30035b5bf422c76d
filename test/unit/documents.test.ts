import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const documents = [root, join(root, 'docs'), join(root, 'test/lab')]
  .flatMap((directory) => readdirSync(directory).map((name) => join(directory, name)))
  .filter((file) => file.endsWith('.md'))
  .map((file) => ({ file: file.slice(root.length + 1), text: readFileSync(file, 'utf8') }));
const { scripts, engines, devEngines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  readonly scripts: object;
  readonly engines: { readonly node: string };
  readonly devEngines: { readonly runtime: { readonly version: string } };
};

/** Lines of code are no headings, and hold no links. */
const prose = (text: string): string => text.replace(/^(```|~~~)[^]*?^\1$/gm, '').replace(/^ {4}.*$/gm, '');

test('the README can be read in one sitting', () => {
  expect(statSync(join(root, 'README.md')).size).toBeLessThanOrEqual(12_000);
});

test.each(documents)('the links of $file lead somewhere', ({ file, text }) => {
  const links = [...prose(text).matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link = '']) =>
    /^[a-z]+:/.test(link) ? [] : [link],
  );
  const dead = links.filter((link) => {
    const [to = '', anchor] = link.split('#');
    const target = to === '' ? join(root, file) : join(root, dirname(file), to);
    return !existsSync(target) || (anchor !== undefined && !anchorsOf(target).includes(anchor));
  });
  expect(dead).toEqual([]);
});

test.each(documents)('the files that $file names are there', ({ text }) => {
  // Of a file name the first letter is never a sign: `src/providers/*`, but not `src/providers/<kind>`.
  const named = [...text.matchAll(/(?<![\w./~-])(?:src|test|hooks|docs|dist)\/[\w./*{},-]*[\w*}]/g)].map(
    ([name]) => name,
  );
  expect(named.filter((name) => !isThere(name))).toEqual([]);
});

test.each(documents)('the scripts that $file names are those of package.json', ({ text }) => {
  const named = [...text.matchAll(/npm run (?:--silent )?([a-z]+)/g)].map(([, name = '']) => name);
  expect(named.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
});

test.each(documents)('the versions of Node.js that $file asks for are those of package.json', ({ text }) => {
  const asked = [...text.matchAll(/Node\.js (\d[\d.]*)\s+or\s+newer/g)].map(([, version]) => `>=${version}`);
  expect(asked.filter((one) => ![engines.node, devEngines.runtime.version].includes(one))).toEqual([]);
});

/** As GitHub makes them of headings. */
function anchorsOf(file: string): readonly string[] {
  return [...prose(readFileSync(file, 'utf8')).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  );
}

/** What stands in `dist/` is made of `hooks/`, and need not be built. */
function isThere(name: string): boolean {
  if (name.startsWith('dist/THIRD-PARTY')) return true;
  const source = name.replace(/^dist\//, 'hooks/');
  const names = source === name ? [name] : [source, `${source}.ts`];
  return names.some((one) => (/[*{]/.test(one) ? beginsOne(one.replace(/[*{].*/, '')) : existsSync(join(root, one))));
}

function beginsOne(start: string): boolean {
  const directory = join(root, dirname(`${start}x`));
  const begins = start.endsWith('/') ? '' : basename(start);
  return existsSync(directory) && readdirSync(directory).some((name) => name.startsWith(begins));
}

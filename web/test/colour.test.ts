import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { contrast, usableTheme } from '../src/signing/colour';

const css = readFileSync(join(__dirname, '..', 'src', 'style.css'), 'utf8');
const tokens = (block: string) => {
  const found: Record<string, string> = {};
  block.replace(/--([\w-]+): (#[0-9A-Fa-f]{6});/g, (_, name, value) => { found[name] = value; return ''; });
  return found;
};
const light = tokens(css.slice(0, css.indexOf('@media (prefers-color-scheme: dark)')));
const dark = { ...light, ...tokens(css.slice(css.indexOf('@media (prefers-color-scheme: dark)'))) };

const pairs: [string, string][] = [
  ...['ground', 'sheet', 'well'].flatMap((ground) => ['ink', 'ink-quiet', 'blue', 'green', 'ochre', 'cinnabar-text'].map((text): [string, string] => [text, ground])),
  ['on-cinnabar', 'cinnabar'], ['on-cinnabar', 'cinnabar-press'], ['on-blue', 'blue'], ['blue', 'blue-wash'], ['green', 'green-wash'], ['ochre', 'ochre-wash'],
  ['ink', 'green-wash'], ['ink', 'ochre-wash'], ['ink-quiet', 'green-wash'], ['ink-quiet', 'ochre-wash'], ['ink', 'blue-wash'],
];

describe.each([['light', light], ['dark', dark]])('every text pair of the %s theme', (_, theme) => {
  it.each(pairs)('%s_on_%s_passes_AA', (text, ground) => {
    expect(contrast(theme[text], theme[ground])).toBeGreaterThanOrEqual(4.5);
  });
  it.each(['ground', 'sheet'])('the_edges_of_fields_can_be_seen_on_%s', (ground) => {
    expect(contrast(theme.edge, theme[ground])).toBeGreaterThanOrEqual(3);
  });
});

describe('the theme colour of a sender', () => {
  it('is_used_when_it_can_be_read', () => {
    expect(usableTheme('#24476B', '#FFFFFF')).toBe('#24476b');
    expect(usableTheme('#036', '#FFFFFF')).toBe('#003366');
  });
  it.each(['#FFEE88', 'red', 'url(x)', '', undefined])('%s_is_left_alone', (colour) => {
    expect(usableTheme(colour, '#FFFFFF')).toBeNull();
  });
});

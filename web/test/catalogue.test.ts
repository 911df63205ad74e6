import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { chooseLocale, fill } from '../src/i18n';
import en from '../src/locales/en.json';
import zh from '../src/locales/zh-CN.json';

const gaps = (message: string) => (message.match(/\{\w+\}/g) || []).slice().sort();
const catalogues = { zh: zh as Record<string, string>, en: en as Record<string, string> };

function sources(folder: string): string {
  return readdirSync(folder, { withFileTypes: true })
    .map((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return sources(path);
      return /\.(vue|ts)$/.test(entry.name) ? readFileSync(path, 'utf8') : '';
    })
    .join('\n');
}

describe('the catalogues', () => {
  it('have_the_same_keys_in_both_languages', () => {
    expect(Object.keys(catalogues.en).sort()).toEqual(Object.keys(catalogues.zh).sort());
  });

  it('say_something_for_every_key_and_leave_the_same_gaps', () => {
    for (const key of Object.keys(catalogues.zh)) {
      expect(catalogues.zh[key].trim(), key).not.toBe('');
      expect(catalogues.en[key].trim(), key).not.toBe('');
      const [inChinese, inEnglish] = [gaps(catalogues.zh[key]), gaps(catalogues.en[key])];
      expect(inEnglish, key).toEqual(inChinese);
    }
  });

  it('speak_without_exclamation_marks', () => {
    for (const [key, message] of Object.entries({ ...catalogues.zh })) expect(message, key).not.toMatch(/[!！]/);
    for (const [key, message] of Object.entries({ ...catalogues.en })) expect(message, key).not.toMatch(/[!！]/);
  });

  it('hold_nothing_that_no_page_says', () => {
    const code = sources(join(__dirname, '..', 'src'));
    const said = (key: string) => {
      if (code.includes(`'${key}'`)) return true;
      // Keys that are put together: the code then names everything up to the last parts.
      const parts = key.split('.');
      return parts.some((_, i) => i > 0 && new RegExp(`\`${parts.slice(0, i).join('\\.')}\\.\\$\\{`).test(code));
    };
    expect(Object.keys(catalogues.zh).filter((key) => !said(key))).toEqual([]);
  });
});

describe('filling a message', () => {
  it('puts_values_into_their_gaps', () => {
    expect(fill('{n} / {total} 处', { n: 2, total: 5 })).toBe('2 / 5 处');
  });
  it('leaves_a_gap_without_a_value_visible', () => {
    expect(fill('发给 {to}', {})).toBe('发给 {to}');
  });
  it('does_not_fill_what_a_value_brings_along', () => {
    expect(fill('{a} {b}', { a: '{b}', b: 'x' })).toBe('{b} x');
  });
});

describe('the language', () => {
  it.each([
    [undefined, null, 'zh-CN', 'zh-CN'],
    [undefined, null, 'zh-TW', 'zh-CN'],
    [undefined, null, 'en-GB', 'en'],
    [undefined, null, 'fr', 'en'],
    [undefined, null, '', 'zh-CN'],
    ['cn', null, 'en-US', 'zh-CN'],
    ['en', null, 'zh-CN', 'en'],
    ['en', 'zh-CN', 'en', 'zh-CN'],
    [undefined, 'nonsense', 'zh-CN', 'zh-CN'],
  ])('wish_%s_stored_%s_browser_%s_gives_%s', (wish, stored, browser, expected) => {
    expect(chooseLocale(wish, stored, browser)).toBe(expected);
  });
});

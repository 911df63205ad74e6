import { ref } from 'vue';
import en from './locales/en.json';
import zh from './locales/zh-CN.json';

export type Locale = 'zh-CN' | 'en';
export type MessageKey = keyof typeof zh;
export type Params = Record<string, string | number>;

const catalogues: Record<Locale, Record<MessageKey, string>> = { 'zh-CN': zh, en };
const kStorageKey = 'signet.lang';

/** Puts the values into a message's `{name}` gaps; a gap without a value stays visible, so that it gets noticed. */
export function fill(message: string, params: Params = {}): string {
  return message.replace(/\{(\w+)\}/g, (gap, name: string) => {
    const value = params[name];
    return value === undefined ? gap : String(value);
  });
}

/** The sender's wish (`cn`, `en`), else the reader's earlier choice, else what the browser prefers. */
export function chooseLocale(wish: string | undefined, stored: string | null, browser: string): Locale {
  if (stored === 'zh-CN' || stored === 'en') return stored;
  if (wish === 'cn' || wish === 'zh-CN') return 'zh-CN';
  if (wish === 'en') return 'en';
  return /^zh\b/i.test(browser) || browser === '' ? 'zh-CN' : 'en';
}

function stored(): string | null {
  try {
    return window.localStorage.getItem(kStorageKey);
  } catch {
    return null; // storage may be denied in a frame or a private window
  }
}

export const locale = ref<Locale>('zh-CN');

function apply(next: Locale): void {
  locale.value = next;
  document.documentElement.lang = next;
}

export function startLocale(wish?: string): void {
  apply(chooseLocale(wish, stored(), navigator.language || ''));
}

export function switchLocale(): void {
  const next: Locale = locale.value === 'en' ? 'zh-CN' : 'en';
  try {
    window.localStorage.setItem(kStorageKey, next);
  } catch {
    // the choice then lasts as long as the page
  }
  apply(next);
}

export function t(key: MessageKey, params?: Params): string {
  return fill(catalogues[locale.value][key], params);
}

/** A list of names the way the language joins them. */
export function joinNames(names: readonly string[]): string {
  return names.join(locale.value === 'en' ? ', ' : '、');
}

import type { FillParam } from '../types';

/** What the reader has entered so far, by parameter. */
export type Draft = Record<string, string>;

/** The server takes pictures up to this many bytes. */
export const pictureLimit = 500 * 1024;

const isOpen = (param: FillParam, draft: Draft) => param.required && !param.readOnly && !(draft[param.name] || '').trim();

/** How many required parameters are still empty. */
export function openCount(params: readonly FillParam[], draft: Draft): number {
  return params.filter((param) => isOpen(param, draft)).length;
}

/** The first of them; nothing when all are there. */
export function firstOpen(params: readonly FillParam[], draft: Draft): string {
  const found = params.filter((param) => isOpen(param, draft))[0];
  return found ? found.name : '';
}

/** What differs from the values the server told. */
export function changedValues(params: readonly FillParam[], draft: Draft): Record<string, string> {
  const values: Record<string, string> = {};
  params.filter((param) => !param.readOnly && (draft[param.name] || '') !== param.value)
    .forEach((param) => { values[param.name] = draft[param.name] || ''; });
  return values;
}

const words = (value: string | undefined) => (value ? value.split(',') : []);

export function checked(value: string | undefined, option: string): boolean {
  return words(value).indexOf(option) >= 0;
}

/** A choice of several, after one option was ticked or cleared: always in the order of the options. */
export function joined(options: readonly string[], value: string | undefined, option: string, on: boolean): string {
  return options.filter((one) => (one === option ? on : checked(value, one))).join(',');
}

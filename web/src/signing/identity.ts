import type { IdentityCheck, IdentityCommand } from '../types';

function narrow(text: string): string {
  return text.replace(/[\uff01-\uff5e]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0)).replace(/\u3000/g, ' ');
}

/** As it is meant, whatever keyboard wrote it: no blanks or dashes, half-width, a capital X. */
export function plainNumber(text: string): string {
  return narrow(text).replace(/[\s\-\u2010-\u2015]/g, '').toUpperCase();
}

const kWeights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/** Whether it can be a Chinese citizen's number by its check digit (GB 11643). For a hint only: other papers have other numbers. */
export function looksLikeIdCard(text: string): boolean {
  const number = plainNumber(text);
  if (!/^\d{17}[\dX]$/.test(number)) return false;
  const sum = kWeights.reduce((total, weight, i) => total + weight * Number(number.charAt(i)), 0);
  return '10X98765432'.charAt(sum % 11) === number.charAt(17);
}

export interface IdentityDraft {
  name: string;
  idCardNo: string;
  bankNo: string;
  bankMobile: string;
}

export type IdentityInput = keyof IdentityDraft;

/** What the sheet asks for, in the order it asks. */
export function inputsOf(check: IdentityCheck): IdentityInput[] {
  const asks = (field: IdentityCheck['fields'][number]) => check.fields.indexOf(field) >= 0;
  const inputs: IdentityInput[] = ['name'];
  if (asks('IDCARDNO')) inputs.push('idCardNo');
  if (asks('BANKNO')) inputs.push('bankNo');
  if (asks('BANKMOBILE')) inputs.push('bankMobile');
  return inputs;
}

/** What is sent: only what was asked for. */
export function identityCommand(check: IdentityCheck, draft: IdentityDraft): IdentityCommand {
  const command: IdentityCommand = { name: draft.name.trim() };
  inputsOf(check).forEach((input) => {
    if (input !== 'name') command[input] = plainNumber(draft[input]);
  });
  return command;
}

export function firstMissing(check: IdentityCheck, draft: IdentityDraft): IdentityInput | null {
  return inputsOf(check).filter((input) => !draft[input].trim())[0] || null;
}

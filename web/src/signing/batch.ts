import { ApiError } from '../api';
import en from '../locales/en.json';
import type { MessageKey } from '../i18n';
import type { BatchResult, WaitingContract } from '../types';
import { explain } from './code';

/** Those that one confirmation can sign together, and those that must be opened one by one. */
export function batchable(contracts: readonly WaitingContract[]): WaitingContract[] {
  return contracts.filter((one) => one.batch);
}

/** A company's seal needs no hand; whatever is not plainly a seal is signed with the person's own signature. */
export function signatureNeeded(chosen: readonly WaitingContract[]): boolean {
  return chosen.some((one) => (one.kind ? one.kind !== 'COMPANY' : !one.companyName));
}

/** Why a contract cannot come along. A reason that is new to this page is told in general words. */
export function reasonKey(contract: Pick<WaitingContract, 'reason'>): MessageKey {
  const key = `batch.reason.${contract.reason}`;
  return key in en ? key as MessageKey : 'batch.reason.OTHER';
}

export function toldError(result: BatchResult): string {
  const error = result.error;
  if (!error) return explain(null);
  if (typeof error === 'string') return explain(new ApiError(error, 0));
  return explain(new ApiError(error.code || '', 0, error.message, error.messageEn));
}

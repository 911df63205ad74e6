import { describe, expect, it } from 'vitest';
import { batchable, reasonKey, signatureNeeded, toldError } from '../src/signing/batch';
import type { WaitingContract } from '../src/types';

const one = (over: Partial<WaitingContract> = {}): WaitingContract => ({ id: '1', subject: '合同', sponsorName: '发起方', batch: true, reason: null, ...over });

describe('contracts that wait', () => {
  it('are_signed_together_only_when_the_server_says_so', () => {
    expect(batchable([one(), one({ id: '2', batch: false, reason: 'AUDIT' })]).map((each) => each.id)).toEqual(['1']);
  });
  it('need_a_signature_unless_all_of_them_are_sealed', () => {
    expect(signatureNeeded([one()])).toBe(true);
    expect(signatureNeeded([one({ companyName: '示例', kind: 'COMPANY' })])).toBe(false);
    expect(signatureNeeded([one({ companyName: '示例', kind: 'OPERATOR' })])).toBe(true);
    expect(signatureNeeded([one({ companyName: '示例' })])).toBe(false);
    expect(signatureNeeded([one({ companyName: '示例' }), one()])).toBe(true);
    expect(signatureNeeded([])).toBe(false);
  });
  it('say_why_they_cannot_come_along_even_for_a_new_reason', () => {
    for (const reason of ['SEVERAL_SEALS', 'NO_PLACES', 'ATTACHMENTS', 'IDENTITY', 'AUDIT', 'OWN_SIGNATURE']) {
      expect(reasonKey({ reason })).toBe(`batch.reason.${reason}`);
    }
    expect(reasonKey({ reason: 'A_NEW_ONE' })).toBe('batch.reason.OTHER');
    expect(reasonKey({ reason: null })).toBe('batch.reason.OTHER');
  });
  it('tell_what_went_wrong_however_the_server_spells_it', () => {
    expect(toldError({ id: '1', signed: false, error: 'INVALID_SEAL_STATUS' })).toBe('这枚印章已停用，请换一枚。');
    expect(toldError({ id: '1', signed: false, error: { code: 'Unheard', message: '说明' } })).toBe('说明');
    expect(toldError({ id: '1', signed: false, error: null })).toBe('没有成功，请稍后再试。');
    expect(toldError({ id: '1', signed: false })).toBe('没有成功，请稍后再试。');
  });
});

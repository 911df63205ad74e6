import { describe, expect, it } from 'vitest';
import { ApiError } from '../src/api';
import { endOf, missingIn, type GrantAnswer, type GrantRequest } from '../src/grant';
import { resolveRoute } from '../src/route';

const request: GrantRequest = {
  company: '甲公司（测试）', name: '韩梅（测试）', contact: '138****0001', contactChannel: 'SMS', deadline: '2027-01-01', deadlineModifiable: false, remark: '',
  personalParties: true, identityFields: [], ways: [{ mode: 'DEFAULT', fields: [] }], paperType: 'IDCARD', correctable: [], triesLeft: 5, callbackPage: '', lang: '', themeColor: '', state: 'ASKED',
};
const answer: Partial<GrantAnswer> = { consent: true, signature: { kind: 'TYPED', text: '韩梅' } };

describe('a grant', () => {
  it('needs_a_signature_and_consent', () => {
    expect(missingIn(request, answer)).toBeNull();
    expect(missingIn(request, { ...answer, signature: undefined })).toBe('grant.needSignature');
    expect(missingIn(request, { ...answer, consent: false })).toBe('grant.needConsent');
  });
  it('needs_what_the_request_leaves_to_the_person', () => {
    expect(missingIn({ ...request, name: '' }, { ...answer, name: ' ' })).toBe('grant.needName');
    expect(missingIn({ ...request, deadlineModifiable: true }, answer)).toBe('grant.needDay');
    expect(missingIn({ ...request, identityFields: ['IDCARDNO'] }, answer)).toBe('grant.needNumber');
    expect(missingIn({ ...request, identityFields: ['BANKNO'] }, { ...answer, bankNo: '6200' })).toBeNull();
  });
  it('needs_the_name_of_a_person_who_may_put_it_right', () => {
    const own: GrantRequest = { ...request, correctable: ['USERNAME'] };
    expect(missingIn(own, { ...answer, name: '' })).toBe('grant.needName');
    expect(missingIn(own, { ...answer, name: '韩梅梅' })).toBeNull();
  });
  it('needs_what_the_chosen_way_asks_for', () => {
    const either: GrantRequest = { ...request, identityFields: ['BANKNO'], ways: [{ mode: 'BANK', fields: ['BANKNO'] }, { mode: 'IVS', fields: ['IDCARDNO'] }] };
    expect(missingIn(either, { ...answer, mode: 'BANK', idCardNo: '1' })).toBe('grant.needNumber');
    expect(missingIn(either, { ...answer, mode: 'IVS', idCardNo: '1' })).toBeNull();
  });
  it('tells_why_a_link_does_not_open', () => {
    expect(endOf(new ApiError('LinkNotFound', 404))).toBe('notFound');
    expect(endOf(new ApiError('LinkExpired', 410))).toBe('linkExpired');
    expect(endOf(new ApiError('Network', 0))).toBe('network');
    expect(endOf(new Error('x'))).toBe('trouble');
  });
  it('opens_by_token_and_by_ticket', () => {
    expect(resolveRoute('/personalsign/auth', '?token=abc')).toEqual({ page: 'grant', key: { token: 'abc' } });
    expect(resolveRoute('/miniapp/personalsign', '?ticket=abc')).toEqual({ page: 'grant', key: { ticket: 'abc' } });
    expect(resolveRoute('/personalsign/auth', '')).toEqual({ page: 'grant', key: null });
  });
});

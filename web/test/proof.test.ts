import { describe, expect, it, vi } from 'vitest';
import { ApiError, wordOf } from '../src/api';
import { createCodeTimer, explain } from '../src/signing/code';
import { passwordHolds, passwordRules, rememberProof, usualProof } from '../src/signing/proof';

describe('a new password', () => {
  it.each([
    ['abcdefg1', true], ['a1', false], ['abcdefgh', false], ['12345678', false], ['密码密码密码密码', false], ['密码密码密码a1', true],
    [`a${'1'.repeat(63)}`, true], [`a${'1'.repeat(64)}`, false], ['', false],
  ])('%s_holds_%s', (password, holds) => {
    expect(passwordHolds(password)).toBe(holds);
  });
  it('counts_characters_and_not_their_halves', () => {
    expect(passwordRules('𠀀𠀀𠀀𠀀').length).toBe(false);
    expect(passwordRules('𠀀𠀀𠀀𠀀𠀀𠀀a1').length).toBe(true);
  });
});

describe('the usual proof', () => {
  it('is_the_code_until_a_password_was_used_or_set', () => {
    const kept: Record<string, string> = {};
    vi.stubGlobal('window', { localStorage: { getItem: (key: string) => kept[key] ?? null, setItem: (key: string, value: string) => { kept[key] = value; } } });
    expect(usualProof()).toBe('code');
    rememberProof('password');
    expect(usualProof()).toBe('password');
    rememberProof('code');
    expect(usualProof()).toBe('code');
    vi.unstubAllGlobals();
  });
  it('is_the_code_where_nothing_can_be_kept', () => {
    vi.stubGlobal('window', { get localStorage(): never { throw new Error('denied'); } });
    expect(() => rememberProof('password')).not.toThrow();
    expect(usualProof()).toBe('code');
    vi.unstubAllGlobals();
  });
});

describe('a refusal that counts', () => {
  it('is_the_same_word_in_either_spelling', () => {
    expect(wordOf('PASSWORD_WRONG')).toBe('PasswordWrong');
    expect(wordOf('PasswordWrong')).toBe('PasswordWrong');
    expect(wordOf('IDENTITY_MISMATCH')).toBe('IdentityMismatch');
    expect(wordOf('')).toBe('');
  });
  it('says_how_often_one_may_still_try', () => {
    expect(explain(new ApiError('PASSWORD_WRONG', 400, '', '', 3))).toContain('3');
    expect(explain(new ApiError('IDENTITY_MISMATCH', 403, '', '', 1))).toContain('1');
    expect(explain(new ApiError('PASSWORD_WRONG', 400))).toBe('签署密码不对。');
  });
  it('never_offers_a_try_that_is_not_there', () => {
    expect(explain(new ApiError('IDENTITY_MISMATCH', 403, '', '', 0))).not.toContain('0');
  });
});

describe('the timer of the next step', () => {
  it('lets_a_new_code_be_asked_for_at_once', async () => {
    const send = vi.fn(async () => ({ contact: '138****0002', resendAfter: 60 }));
    const timer = createCodeTimer(send, () => 0);
    await timer.request();
    await timer.request();
    expect(send).toHaveBeenCalledTimes(1);
    timer.reset();
    expect(timer.state).toMatchObject({ sent: false, left: 0, contact: '', problem: '' });
    await timer.request();
    expect(send).toHaveBeenCalledTimes(2);
    timer.stop();
  });
});

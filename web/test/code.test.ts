import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from '../src/api';
import { t } from '../src/i18n';
import { createCodeTimer, explain } from '../src/signing/code';

beforeEach(() => { vi.useFakeTimers(); });
afterEach(() => { vi.useRealTimers(); });

describe('asking for a code', () => {
  it('counts_down_by_the_clock_and_then_may_be_asked_again', async () => {
    const send = vi.fn(async () => ({ contact: '138****0002', resendAfter: 60 }));
    const timer = createCodeTimer(send, () => Date.now());
    await timer.request();
    expect(timer.state).toMatchObject({ sent: true, left: 60, contact: '138****0002' });
    await timer.request();
    expect(send).toHaveBeenCalledTimes(1);
    vi.setSystemTime(Date.now() + 45_000); // the phone slept: no ticks, but time went by
    vi.advanceTimersByTime(1000);
    expect(timer.state.left).toBe(14);
    vi.advanceTimersByTime(14_000);
    expect(timer.state.left).toBe(0);
    await timer.request();
    expect(send).toHaveBeenCalledTimes(2);
  });
  it('says_why_when_it_is_refused_and_does_not_count', async () => {
    const timer = createCodeTimer(async () => { throw new ApiError('TooFrequent', 429); });
    await timer.request();
    expect(timer.state).toMatchObject({ sent: false, left: 0, busy: false, problem: t('error.TooFrequent') });
  });
  it('does_not_believe_an_endless_wait', async () => {
    const timer = createCodeTimer(async () => ({ contact: 'x', resendAfter: 1e9 }));
    await timer.request();
    expect(timer.state.left).toBeLessThanOrEqual(600);
    timer.stop();
  });
});

describe('an explanation', () => {
  it('is_in_our_words_where_we_have_them', () => {
    expect(explain(new ApiError('CodeWrong', 422, '服务器的话', 'server words'))).toBe(t('error.CodeWrong'));
  });
  it('else_in_the_servers', () => {
    expect(explain(new ApiError('SomethingNew', 422, '服务器的话', 'server words'))).toBe('服务器的话');
  });
  it('and_never_shows_a_bare_code_or_a_bug', () => {
    expect(explain(new ApiError('SomethingNew', 500))).toBe(t('error.unknown'));
    expect(explain(new TypeError('x is undefined'))).toBe(t('error.unknown'));
  });
});

import { afterEach, describe, expect, it, vi } from 'vitest';
import { ApiError, api, downloadAll } from '../src/api';

const answer = (status: number, body: unknown) => new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } });
const paths = (fetch: ReturnType<typeof vi.fn>) => fetch.mock.calls.map((call) => call[0]);

afterEach(() => { vi.unstubAllGlobals(); });

describe('talking to the server', () => {
  it('opens_the_link_again_once_when_the_session_has_ended', async () => {
    const fetch = vi.fn()
      .mockResolvedValueOnce(answer(200, { state: 'CAN_SIGN' }))
      .mockResolvedValueOnce(answer(401, { error: { code: 'LinkNotFound' } }))
      .mockResolvedValueOnce(answer(200, { state: 'CAN_SIGN' }))
      .mockResolvedValueOnce(answer(200, { contact: 'x', resendAfter: 60 }));
    vi.stubGlobal('fetch', fetch);
    await api.open({ token: 'secret' });
    expect(await api.sendCode()).toEqual({ contact: 'x', resendAfter: 60 });
    expect(paths(fetch)).toEqual(['/pages/open', '/pages/code', '/pages/open', '/pages/code']);
  });
  it('names_its_own_page_in_every_call_whatever_another_tab_opens', async () => {
    const fetch = vi.fn(async () => answer(200, { page: 'k 1' }));
    vi.stubGlobal('fetch', fetch);
    await api.open({ token: 'secret' });
    await api.sendCode();
    await api.attach('7', new File(['x'], 'x.pdf'));
    const headers = fetch.mock.calls.map((call) => ((call as unknown[])[1] as RequestInit).headers);
    expect(headers[0]).not.toHaveProperty('X-Signet-Page');
    expect(headers[1]).toEqual({ 'Content-Type': 'application/json', 'X-Signet-Page': 'k 1' });
    expect(headers[2]).toEqual({ 'X-Signet-Page': 'k 1' });
    expect(downloadAll()).toBe('/pages/download?page=k%201');
  });
  it('opens_the_link_again_once_however_many_pictures_failed', async () => {
    const fetch = vi.fn(async () => answer(200, { page: 'k' }));
    vi.stubGlobal('fetch', fetch);
    await api.open({ token: 'secret' });
    await Promise.all([api.reopen(), api.reopen(), api.reopen()]);
    expect(fetch).toHaveBeenCalledTimes(2);
    fetch.mockRejectedValueOnce(new TypeError('Failed to fetch'));
    await api.reopen();
    await api.reopen();
    expect(fetch).toHaveBeenCalledTimes(4);
  });
  it('asks_for_the_same_link_anew_to_see_what_changed', async () => {
    const fetch = vi.fn(async () => answer(200, { page: 'k' }));
    vi.stubGlobal('fetch', fetch);
    await api.open({ ticket: 'secret' });
    await api.refresh();
    const bodies = fetch.mock.calls.map((call) => ((call as unknown[])[1] as RequestInit).body);
    expect(bodies).toEqual(['{"ticket":"secret"}', '{"ticket":"secret"}']);
    fetch.mockRejectedValueOnce(new TypeError('Failed to fetch'));
    await expect(api.open({ token: 'x' })).rejects.toBeInstanceOf(ApiError);
    await expect(api.refresh()).rejects.toMatchObject({ code: 'LinkNotFound' });
    expect(fetch).toHaveBeenCalledTimes(3);
  });
  it('does_not_go_round_in_circles', async () => {
    const fetch = vi.fn(async (path: string) => (path === '/pages/open' ? answer(200, {}) : answer(401, {})));
    vi.stubGlobal('fetch', fetch);
    await api.open({ token: 'secret' });
    await expect(api.sendCode()).rejects.toMatchObject({ status: 401 });
    expect(fetch).toHaveBeenCalledTimes(4);
  });
  it('tells_a_refusal_by_its_code', async () => {
    vi.stubGlobal('fetch', vi.fn(async () => answer(410, { error: { code: 'LinkExpired', message: '过期', messageEn: 'expired' } })));
    const error = await api.open({ token: 'x' }).catch((caught) => caught);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ code: 'LinkExpired', status: 410, message: '过期', messageEn: 'expired' });
  });
  it('says_how_many_tries_are_left_when_the_server_counts', async () => {
    vi.stubGlobal('fetch', vi.fn(async () => answer(400, { error: { code: 'PASSWORD_WRONG', triesLeft: 2 } })));
    await expect(api.sign({ password: 'x', consent: true })).rejects.toMatchObject({ code: 'PasswordWrong', triesLeft: 2 });
    vi.stubGlobal('fetch', vi.fn(async () => answer(400, { error: { code: 'CodeWrong', triesLeft: 'many' } })));
    await expect(api.sendCode()).rejects.toMatchObject({ triesLeft: null });
  });
  it('takes_silence_and_nonsense_for_no_connection', async () => {
    vi.stubGlobal('fetch', vi.fn(async () => { throw new TypeError('Failed to fetch'); }));
    await expect(api.inbox()).rejects.toMatchObject({ code: 'Network', status: 0 });
    vi.stubGlobal('fetch', vi.fn(async () => new Response('<html>', { status: 200 })));
    await expect(api.inbox()).rejects.toMatchObject({ code: 'Network' });
  });
  it('never_puts_an_id_into_a_path_unescaped', async () => {
    const fetch = vi.fn(async () => answer(200, {}));
    vi.stubGlobal('fetch', fetch);
    await api.attach('../open?x=', new File(['x'], 'x.pdf'));
    expect(paths(fetch as never)).toEqual(['/pages/attachments/..%2Fopen%3Fx%3D']);
  });
});

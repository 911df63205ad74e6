import { describe, expect, it, vi } from 'vitest';
import { resolveRoute } from '../src/route';
import { announceSigned, goBack, miniProgram, returnOf, safeAddress } from '../src/signing/jump';

type Host = Parameters<typeof miniProgram>[0];
const host = (over: object): Host => {
  const made: Record<string, unknown> = { location: { assign: vi.fn() }, ...over };
  if (!('parent' in made)) made.parent = made;
  return made as unknown as Host;
};

describe('an address to return to', () => {
  it.each(['https://erp.example/contract?id=1', 'http://10.0.0.8/back', '/inbox', 'myapp://signed'])('%s_is_followed', (address) => {
    expect(safeAddress(address)).toBe(address);
  });
  it.each([
    'javascript:alert(1)', 'JavaScript:alert(1)', ' java\nscript:alert(1)', '\u0001javascript:alert(1)', 'data:text/html,x', 'vbscript:x', 'file:///etc/passwd',
    'blob:https://a/b', '//evil.example/x', '/\\evil.example', '\t//evil.example', 'view-source:https://a', '', undefined,
  ])('%s_is_not', (address) => {
    expect(safeAddress(address)).toBeNull();
  });
});

describe('a mini-program around the page', () => {
  it('is_told_through_the_script_of_the_host_if_there_is_one', () => {
    const program = { postMessage: vi.fn(), navigateBack: vi.fn() };
    const around = host({ wx: { miniProgram: program } });
    announceSigned('35', 'COMPLETE', around);
    expect(program.postMessage).toHaveBeenCalledWith({ data: { event: 'signSuccessCb', contractId: '35', contractStatus: 'COMPLETE' } });
    goBack(returnOf({ mode: 'MINIAPP', hasCb: true }, around), around);
    expect(program.navigateBack).toHaveBeenCalledWith({ delta: 1 });
  });
  it('is_told_through_the_bridge_otherwise', () => {
    const invoke = vi.fn();
    const around = host({ WeixinJSBridge: { invoke }, __wxjs_environment: 'miniprogram' });
    announceSigned('35', 'SIGNING', around);
    expect(invoke.mock.calls[0].slice(0, 2)).toEqual(['invokeMiniProgramAPI', { name: 'postMessage', arg: { event: 'signSuccessCb', contractId: '35', contractStatus: 'SIGNING' } }]);
  });
  it('is_not_imagined_in_wechats_own_browser', () => {
    expect(miniProgram(host({ WeixinJSBridge: { invoke: vi.fn() } }))).toBeNull();
  });
  it('a_page_that_frames_this_one_is_told_too', () => {
    const parent = { postMessage: vi.fn() };
    announceSigned('35', 'COMPLETE', host({ parent }));
    expect(parent.postMessage).toHaveBeenCalledOnce();
  });
});

describe('the way back', () => {
  it('leads_to_the_callback_page_and_by_itself_only_over_http', () => {
    expect(returnOf({ callbackPage: 'https://erp.example/' }, host({}))).toEqual({ kind: 'address', href: 'https://erp.example/', automatic: true });
    expect(returnOf({ callbackPage: 'myapp://x' }, host({}))).toMatchObject({ automatic: false });
  });
  it('does_not_exist_without_a_page_or_to_a_dangerous_one', () => {
    expect(returnOf({}, host({}))).toEqual({ kind: 'none' });
    expect(returnOf({ callbackPage: 'javascript:alert(1)' }, host({}))).toEqual({ kind: 'none' });
  });
});

describe('the paths', () => {
  it('of_a_share_link_carry_contract_and_token', () => {
    expect(resolveRoute('/contract/share/3501/', '?openPageToken=a%2Bb')).toEqual({ page: 'sign', contractId: '3501', key: { token: 'a+b' }, hasCb: false });
  });
  it('of_the_mini_program_carry_a_ticket', () => {
    expect(resolveRoute('/miniapp/doc', '?ticket=t1&hasCb=true')).toEqual({ page: 'sign', contractId: '', key: { ticket: 't1' }, hasCb: true });
  });
  it('without_a_token_open_nothing', () => {
    expect(resolveRoute('/contract/share/3501', '')).toMatchObject({ page: 'sign', key: null });
  });
  it.each([['/', 'welcome'], ['/inbox', 'inbox'], ['/verify/', 'verify'], ['/contract/share', 'unknown'], ['/x', 'unknown']])('%s_is_%s', (path, page) => {
    expect(resolveRoute(path, '').page).toBe(page);
  });
});

import { describe, expect, it, vi } from 'vitest';
import { resolveRoute } from '../src/route';
import { announceSigned, awaitJump, followJump, goBack, jumpOf, jumpPath, miniProgram, returnOf, safeAddress } from '../src/signing/jump';

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

describe('a place to jump to', () => {
  it.each(['/pages/home/index', '/pages/contract?id=1&from=sign', 'plugin://qyssdk-plugin/doc?ticket=t&env=com&hasCb=true'])('may_be_%s', (path) => {
    expect(jumpPath(path)).toBe(path);
  });
  it.each(['pages/home', '//evil.example/x', '/\\evil', '/', 'https://evil.example', 'javascript:alert(1)', 'plugin://', 'plugin://x', '/a b', '/a\u0000', `/${'a'.repeat(2001)}`, '', 7, null, undefined, {}])(
    'is_not_%s', (path) => { expect(jumpPath(path)).toBeNull(); });
});

describe('the answer of a caller with callbacks', () => {
  const parent = { postMessage: vi.fn() };
  const framed = () => {
    const listeners: ((event: unknown) => void)[] = [];
    const around = host({
      parent,
      addEventListener: (_: string, listener: (event: unknown) => void) => { listeners.push(listener); },
      removeEventListener: (_: string, listener: (event: unknown) => void) => { listeners.splice(listeners.indexOf(listener), 1); },
    });
    return { around, listeners, say: (event: unknown) => listeners.slice().forEach((listener) => listener(event)) };
  };

  it('counts_only_from_the_window_that_frames_this_one', () => {
    const { around } = framed();
    const data = { event: 'jumpTo', path: '/pages/done' };
    expect(jumpOf({ data, source: parent as never }, around)).toEqual({ path: '/pages/done' });
    expect(jumpOf({ data, source: {} as never }, around)).toBeNull();
    expect(jumpOf({ data, source: around as never }, around)).toBeNull();
    expect(jumpOf({ data, source: null }, around)).toBeNull();
  });
  it('is_no_answer_to_oneself_without_a_frame', () => {
    const alone = host({});
    expect(jumpOf({ data: { event: 'jumpTo', path: '/pages/done' }, source: alone as never }, alone)).toBeNull();
  });
  it.each([[null], ['jumpTo'], [{}], [{ event: 'signSuccessCb' }]])('is_not_%s', (data) => {
    expect(jumpOf({ data, source: parent as never }, framed().around)).toBeNull();
  });
  it('is_waited_for_once_and_only_with_callbacks', () => {
    const { around, listeners, say } = framed();
    const jumps: unknown[] = [];
    awaitJump({ hasCb: false }, (jump) => jumps.push(jump), around);
    expect(listeners.length).toBe(0);
    awaitJump({ hasCb: true }, (jump) => jumps.push(jump), around);
    say({ data: { event: 'jumpTo', path: '/a/b' }, source: {} });
    say({ data: { event: 'jumpTo', path: 'https://evil.example' }, source: parent });
    say({ data: { event: 'jumpTo', path: '/c' }, source: parent });
    expect(jumps).toEqual([{ path: null }]);
    expect(listeners.length).toBe(0);
  });
  it('is_no_longer_waited_for_when_the_page_is_left', () => {
    const { around, listeners } = framed();
    awaitJump({ hasCb: true }, () => undefined, around)();
    expect(listeners.length).toBe(0);
  });
});

describe('the jump', () => {
  const program = () => ({ postMessage: vi.fn(), navigateBack: vi.fn(), navigateTo: vi.fn(), redirectTo: vi.fn(), reLaunch: vi.fn() });
  const back = { kind: 'miniProgram' } as const;
  const urlOf = (call: ReturnType<typeof vi.fn>) => call.mock.calls[0][0].url;

  it('redirects_to_a_page_of_the_mini_program_and_launches_a_tab_anew', () => {
    const mini = program();
    const around = host({ wx: { miniProgram: mini } });
    followJump({ path: '/pages/done' }, back, around);
    expect(urlOf(mini.redirectTo)).toBe('/pages/done');
    expect(mini.reLaunch).not.toHaveBeenCalled();
    mini.redirectTo.mock.calls[0][0].fail();
    expect(urlOf(mini.reLaunch)).toBe('/pages/done');
    mini.reLaunch.mock.calls[0][0].fail();
    expect(mini.navigateBack).toHaveBeenCalledOnce();
  });
  it('opens_a_plugin_over_the_page', () => {
    const mini = program();
    followJump({ path: 'plugin://qyssdk-plugin/doc?ticket=t' }, back, host({ wx: { miniProgram: mini } }));
    expect(urlOf(mini.navigateTo)).toBe('plugin://qyssdk-plugin/doc?ticket=t');
    expect(mini.redirectTo).not.toHaveBeenCalled();
  });
  it('leads_back_without_a_path', () => {
    const mini = program();
    followJump({ path: null }, back, host({ wx: { miniProgram: mini } }));
    expect(mini.navigateBack).toHaveBeenCalledWith({ delta: 1 });
    expect(mini.redirectTo).not.toHaveBeenCalled();
  });
  it('takes_the_ordinary_way_back_where_there_is_no_mini_program', () => {
    const around = host({});
    followJump({ path: '/pages/done' }, { kind: 'address', href: 'https://erp.example/', automatic: true }, around);
    expect(around!.location.assign).toHaveBeenCalledWith('https://erp.example/');
  });
  it('goes_through_the_bridge_and_hears_its_refusal', () => {
    const invoke = vi.fn((_: string, argument: { name: string }, done?: (answer: unknown) => void) => {
      if (argument.name === 'redirectTo' && done) done({ err_msg: 'invokeMiniProgramAPI:fail can not redirectTo a tabbar page' });
    });
    followJump({ path: '/pages/done' }, back, host({ WeixinJSBridge: { invoke }, __wxjs_environment: 'miniprogram' }));
    expect(invoke.mock.calls.map((call) => call[1])).toEqual([{ name: 'redirectTo', arg: { url: '/pages/done' } }, { name: 'reLaunch', arg: { url: '/pages/done' } }]);
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

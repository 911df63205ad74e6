import type { PageOptions } from '../types';

interface Navigation {
  url: string;
  fail?: (reason?: unknown) => void;
}

interface MiniProgram {
  postMessage(message: { data: unknown }): void;
  navigateBack(options?: { delta: number }): void;
  navigateTo?(to: Navigation): void;
  redirectTo?(to: Navigation): void;
  reLaunch?(to: Navigation): void;
}

interface HostWindow extends Window {
  wx?: { miniProgram?: MiniProgram };
  WeixinJSBridge?: { invoke(name: string, argument: unknown, done?: (answer: unknown) => void): void };
  __wxjs_environment?: string;
}

/** An address that can be followed without running anything: http(s), a path here, or an app's own scheme. */
export function safeAddress(address: string | undefined | null): string | null {
  if (!address) return null;
  // Browsers skip control characters and blanks inside a scheme, so `java\nscript:` must be seen for what it is.
  const bare = address.replace(/[\u0000-\u0020\u007f-\u00a0]+/g, '');
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(bare);
  if (!scheme) return /^\/[^/\\]|^\/$/.test(bare) ? address.trim() : null;
  const forbidden = ['javascript', 'data', 'vbscript', 'file', 'blob', 'filesystem', 'about', 'view-source'];
  return forbidden.indexOf(scheme[1].toLowerCase()) >= 0 ? null : address.trim();
}

/** The mini-program around this web view: WeChat's script if the host put it there, else the bridge that it uses itself. */
export function miniProgram(host: HostWindow = window as HostWindow): MiniProgram | null {
  if (host.wx && host.wx.miniProgram) return host.wx.miniProgram;
  const bridge = host.WeixinJSBridge;
  if (!bridge || host.__wxjs_environment !== 'miniprogram') return null;
  const invoke = (name: string, arg: unknown) => bridge.invoke('invokeMiniProgramAPI', { name, arg });
  const navigation = (name: string) => (to: Navigation) => bridge.invoke('invokeMiniProgramAPI', { name, arg: { url: to.url } }, (answer) => {
    const said = answer && (answer as { err_msg?: unknown }).err_msg;
    if (to.fail && /fail/i.test(String(said || ''))) to.fail(answer);
  });
  return {
    postMessage: (message) => invoke('postMessage', message.data),
    navigateBack: (options) => invoke('navigateBack', { delta: (options && options.delta) || 1 }),
    navigateTo: navigation('navigateTo'),
    redirectTo: navigation('redirectTo'),
    reLaunch: navigation('reLaunch'),
  };
}

/** Tells the caller that the contract was signed: the mini-program, and the page that frames this one, if any. */
export function announceSigned(contractId: string, contractStatus: string, host: HostWindow = window as HostWindow): void {
  const message = { event: 'signSuccessCb', contractId, contractStatus };
  const program = miniProgram(host);
  if (program) program.postMessage({ data: message });
  if (host.parent && host.parent !== host) host.parent.postMessage(message, '*');
}

export type Return =
  | { kind: 'miniProgram' }
  | { kind: 'address'; href: string; automatic: boolean }
  | { kind: 'none' };

/** Where the reader goes afterwards. WeChat delivers messages when the web view closes, so both ways of `hasCb` go back. */
export function returnOf(options: PageOptions, host: HostWindow = window as HostWindow): Return {
  if (options.hideReturn && !options.callbackPage) return { kind: 'none' };
  if (options.mode === 'MINIAPP' && miniProgram(host)) return { kind: 'miniProgram' };
  const href = safeAddress(options.callbackPage);
  if (!href) return { kind: 'none' };
  return { kind: 'address', href, automatic: /^https?:/i.test(href) };
}

export function goBack(destination: Return, host: HostWindow = window as HostWindow): void {
  if (destination.kind === 'miniProgram') {
    const program = miniProgram(host);
    if (program) program.navigateBack({ delta: 1 });
  } else if (destination.kind === 'address') {
    host.location.assign(destination.href);
  }
}

/** What a caller with callbacks answers to `signSuccessCb`: where to go, or `null` for back. */
export interface Jump {
  path: string | null;
}

/** A page of the mini-program by its absolute path, or a page of a plugin; nothing else is a place to jump to. */
export function jumpPath(path: unknown): string | null {
  if (typeof path !== 'string' || path.length > 2000 || /[\u0000-\u0020\u007f\\]/.test(path)) return null;
  return /^\/[^/]/.test(path) || /^plugin:\/\/[^/]+\/./.test(path) ? path : null;
}

/** The answer in a message, if it is one and comes from the window that frames this one: any other window could say the same. */
export function jumpOf(event: Pick<MessageEvent, 'data' | 'source'>, host: HostWindow = window as HostWindow): Jump | null {
  if (!host.parent || host.parent === host || event.source !== host.parent) return null;
  const said = event.data as { event?: unknown; path?: unknown } | null;
  if (!said || typeof said !== 'object' || said.event !== 'jumpTo') return null;
  return { path: jumpPath(said.path) };
}

/** Waits for the answer of a caller that registered callbacks (`hasCb`); the first one counts. Returns how to stop waiting. */
export function awaitJump(options: PageOptions, jump: (answer: Jump) => void, host: HostWindow = window as HostWindow): () => void {
  if (!options.hasCb) return () => undefined;
  const listen = (event: MessageEvent) => {
    const answer = jumpOf(event, host);
    if (!answer) return;
    host.removeEventListener('message', listen);
    jump(answer);
  };
  host.addEventListener('message', listen);
  return () => host.removeEventListener('message', listen);
}

/**
 * Goes where the caller said. Only the mini-program can open its own pages; a page that its tab bar holds refuses to be redirected to and
 * is launched anew. Without a path, or outside of a mini-program, the way back is the ordinary one.
 */
export function followJump(answer: Jump, destination: Return, host: HostWindow = window as HostWindow): void {
  const program = miniProgram(host);
  const url = answer.path;
  if (!url || !program) {
    goBack(destination, host);
    return;
  }
  const back = () => goBack(destination, host);
  if (/^plugin:/.test(url)) {
    if (program.navigateTo) program.navigateTo({ url, fail: back });
    else back();
    return;
  }
  const launch = () => (program.reLaunch ? program.reLaunch({ url, fail: back }) : back());
  if (program.redirectTo) program.redirectTo({ url, fail: launch });
  else launch();
}

/** WeChat's own browser cannot save a file. */
export function insideWeChat(userAgent: string = navigator.userAgent): boolean {
  return /MicroMessenger/i.test(userAgent);
}

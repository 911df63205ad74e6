import type { PageOptions } from '../types';

interface MiniProgram {
  postMessage(message: { data: unknown }): void;
  navigateBack(options?: { delta: number }): void;
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
  return {
    postMessage: (message) => invoke('postMessage', message.data),
    navigateBack: (options) => invoke('navigateBack', { delta: (options && options.delta) || 1 }),
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

/** WeChat's own browser cannot save a file. */
export function insideWeChat(userAgent: string = navigator.userAgent): boolean {
  return /MicroMessenger/i.test(userAgent);
}

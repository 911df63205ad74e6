import type {
  AppointAnswer, AppointChange, BatchCommand, BatchResult, CodeAnswer, IdentityCommand, InboxMessage, JoinAnswer, JoinCommand, OpenAnswer, ShortAnswer, SignAnswer, SignCommand, VerifyAnswer, WaitingContract,
  WelcomeAnswer,
} from './types';

/** `PASSWORD_WRONG` and `PasswordWrong` are one word. */
export function wordOf(code: string): string {
  if (!/^[A-Z0-9]+(_[A-Z0-9]+)+$/.test(code)) return code;
  return code.split('_').map((part) => part.charAt(0) + part.slice(1).toLowerCase()).join('');
}

/** A refusal by the server, or no answer at all (`code` is then `Network`, `status` 0). */
export class ApiError extends Error {
  readonly code: string;
  readonly status: number;
  readonly messageEn: string;
  /** How often the same thing may still be tried, when the server counts. */
  readonly triesLeft: number | null;
  /** Which of the things sent does not fit, when the server says so. */
  readonly field: string;

  constructor(code: string, status: number, message = '', messageEn = '', triesLeft: number | null = null, field = '') {
    super(message || code);
    this.code = wordOf(code);
    this.status = status;
    this.messageEn = messageEn;
    this.triesLeft = triesLeft;
    this.field = field;
    // `instanceof` must hold even where a transpiled class forgets its prototype.
    Object.setPrototypeOf(this, ApiError.prototype);
  }
}

export type OpenKey = { token: string } | { ticket: string };

const kTimeoutMs = 30_000;
const kUploadTimeoutMs = 300_000;

let reopenKey: OpenKey | null = null;
/** Names the opened link to the server: another tab of the same browser may have opened another contract since. */
let pageKey = '';
let reopening: Promise<unknown> | null = null;

function withTimeout<T>(work: Promise<T>, ms: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new ApiError('Network', 0)), ms);
    work.then(
      (value) => { clearTimeout(timer); resolve(value); },
      (error) => { clearTimeout(timer); reject(error); },
    );
  });
}

async function refusal(response: Response): Promise<ApiError> {
  try {
    const body = await response.json();
    const error = body && body.error ? body.error : {};
    const triesLeft = typeof error.triesLeft === 'number' ? error.triesLeft : null;
    return new ApiError(String(error.code || ''), response.status, error.message, error.messageEn, triesLeft, String(error.field || ''));
  } catch {
    return new ApiError('', response.status);
  }
}

async function once<T>(path: string, init: RequestInit, timeoutMs: number): Promise<T> {
  let response: Response;
  try {
    response = await withTimeout(fetch(path, { credentials: 'same-origin', ...init }), timeoutMs);
  } catch {
    throw new ApiError('Network', 0);
  }
  if (!response.ok) throw await refusal(response);
  if (response.status === 204) return {} as T;
  try {
    return await response.json() as T;
  } catch {
    throw new ApiError('Network', 0);
  }
}

async function openOnce(key: OpenKey): Promise<OpenAnswer> {
  const answer = await once<OpenAnswer>('/pages/open', json(key), kTimeoutMs);
  pageKey = answer.page || '';
  return answer;
}

function onThisPage(init: RequestInit): RequestInit {
  return pageKey ? { ...init, headers: { ...init.headers, 'X-Signet-Page': pageKey } } : init;
}

/** The session may have ended while the reader read: open the link again, once, and say the same thing again. */
async function call<T>(path: string, init: RequestInit, timeoutMs = kTimeoutMs): Promise<T> {
  try {
    return await once<T>(path, onThisPage(init), timeoutMs);
  } catch (error) {
    const sessionEnded = error instanceof ApiError && error.status === 401;
    if (!sessionEnded || !reopenKey) throw error;
    await openOnce(reopenKey);
    return once<T>(path, onThisPage(init), timeoutMs);
  }
}

function json(body: unknown): RequestInit {
  return { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
}

function upload(file: File): RequestInit {
  const form = new FormData();
  form.append('file', file, file.name);
  return { method: 'POST', body: form };
}

/** A call of a page that keeps nothing between its calls. */
export function asked<T>(path: string, body: unknown): Promise<T> {
  return once<T>(path, json(body), kTimeoutMs);
}

const id = encodeURIComponent;

export const api = {
  async open(key: OpenKey): Promise<OpenAnswer> {
    reopenKey = null;
    pageKey = '';
    const answer = await openOnce(key);
    reopenKey = key;
    return answer;
  },
  /** For pictures, which cannot say why they failed: the session may have ended. However many ask, the link is opened once. */
  reopen(): Promise<unknown> {
    if (!reopenKey) return Promise.resolve();
    const over = () => { reopening = null; };
    reopening = reopening || openOnce(reopenKey).then(over, over);
    return reopening;
  },
  /** The same link once more: what changed on the server since. */
  refresh(): Promise<OpenAnswer> {
    return reopenKey ? openOnce(reopenKey) : Promise.reject(new ApiError('LinkNotFound', 404));
  },
  sendCode: () => call<CodeAnswer>('/pages/code', json({})),
  prove: (command: IdentityCommand) => call<{ proven: boolean }>('/pages/identity', json(command)),
  /** With a code it takes the place of one that is there. */
  setPassword: (password: string, code?: string) => call<{ set: boolean }>('/pages/password', json({ password, ...(code ? { code } : {}) })),
  waiting: () => call<{ contracts: WaitingContract[] }>('/pages/waiting', { method: 'GET' }),
  sendBatchCode: () => call<CodeAnswer>('/pages/batch/code', json({})),
  openWaiting: (code: string) => call<{ pages: { id: string; pageUrl: string }[] }>('/pages/batch/open', json({ code })),
  signBatch: (command: BatchCommand) => call<{ results: BatchResult[] }>('/pages/batch/sign', json(command), kUploadTimeoutMs),
  sign: (command: SignCommand) => call<SignAnswer>('/pages/sign', json(command), 120_000),
  audit: (command: { pass: boolean; comment: string; code?: string; password?: string }) => call<SignAnswer>('/pages/audit', json(command)),
  fill: (values: Record<string, string>) => call<Partial<SignAnswer>>('/pages/fill', json({ values }), 120_000),
  reject: (reason: string) => call<Partial<SignAnswer>>('/pages/reject', json({ reason })),
  attach: (attachmentId: string, file: File) =>
    call<unknown>(`/pages/attachments/${id(attachmentId)}`, upload(file), kUploadTimeoutMs),
  openJoin: (token: string) => once<JoinAnswer>('/pages/join/open', json({ token }), kTimeoutMs),
  sendJoinCode: (token: string, contact: string) => once<CodeAnswer>('/pages/join/code', json({ token, contact }), kTimeoutMs),
  join: (command: JoinCommand) => once<{ pageUrl: string }>('/pages/join', json(command), kTimeoutMs),
  seen: (documentId: string, pages: number[]) => call<unknown>('/pages/seen', json({ documentId, pages })),
  printed: () => call<unknown>('/pages/printed', json({})),
  recall: (reason: string) => call<OpenAnswer>('/pages/recall', json({ reason })),
  forceEnd: (reason: string) => call<OpenAnswer>('/pages/end', json({ reason })),
  resend: () => call<{ pageUrl: string }>('/pages/resend', json({})),
  async appointOpen(token: string): Promise<AppointAnswer> {
    const answer = await once<AppointAnswer>('/pages/appoint/open', json({ token }), kTimeoutMs);
    pageKey = answer.page;
    return answer;
  },
  appointSave: (change: AppointChange) => call<AppointAnswer>('/pages/appoint/save', json(change)),
  appointSend: () => call<AppointAnswer>('/pages/appoint/send', json({}), 120_000),
  shortOpen: (token: string) => once<ShortAnswer>('/pages/short/open', json({ token }), kTimeoutMs),
  shortCode: (token: string, contact: string) => once<{ resendAfter: number }>('/pages/short/code', json({ token, contact }), kTimeoutMs),
  shortEnter: (token: string, contact: string, code: string) =>
    once<{ pageUrl: string }>('/pages/short/enter', json({ token, contact, code }), kTimeoutMs),
  inbox: () => once<{ messages: InboxMessage[] }>('/pages/inbox', { method: 'GET' }, kTimeoutMs),
  verify: (file: File) => once<VerifyAnswer>('/pages/verify', upload(file), kUploadTimeoutMs),
  welcome: () => once<WelcomeAnswer>('/pages/welcome', { method: 'GET' }, kTimeoutMs),
};

/** `edition` changes with the document, so that a browser never takes an older picture out of its cache. */
export function pagePicture(documentId: string, page: number, width: number, edition: string): string {
  return `/pages/documents/${id(documentId)}/pages/${page}.jpg?w=${width}&e=${id(edition)}`;
}

export function documentDownload(documentId: string): string {
  return `/pages/documents/${id(documentId)}/download`;
}

/** A link carries no header: the page is named in the address. */
export function downloadAll(): string {
  return pageKey ? `/pages/download?page=${id(pageKey)}` : '/pages/download';
}

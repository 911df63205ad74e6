import { ApiError, asked, type OpenKey } from './api';
import type { Signature } from './types';

export type GrantField = 'IDCARDNO' | 'BANKNO' | 'BANKMOBILE';
export type GrantMode = 'DEFAULT' | 'IVS' | 'BANK';

/** What the page of a request says: a company asks to sign silently with this person's signature. */
export interface GrantRequest {
  company: string;
  /** Empty: the person states it. */
  name: string;
  contact: string;
  contactChannel: string;
  /** `yyyy-MM-dd`, the last day. */
  deadline: string;
  deadlineModifiable: boolean;
  remark: string;
  /** Also where the person is a party of his own, not only inside the company's party. */
  personalParties: boolean;
  /** What the first way asks for. */
  identityFields: GrantField[];
  /** Among which ways of showing who he is the person chooses; never empty. */
  ways: { mode: GrantMode; fields: GrantField[] }[];
  paperType: 'IDCARD' | 'PASSPORT' | 'HKMP' | 'MTPS';
  /** What may be stated differently from what the application stated. */
  correctable: ('USERNAME' | GrantField)[];
  triesLeft: number;
  callbackPage: string;
  lang: string;
  themeColor: string;
  state: 'ASKED' | 'EFFECTIVE' | 'EXPIRED' | 'CANCELLED';
}

export interface GrantAnswer {
  code: string;
  mode: GrantMode;
  consent: boolean;
  name: string;
  deadline: string;
  signature: Signature;
  idCardNo: string;
  bankNo: string;
  bankMobile: string;
}

/** The calls of the page. Each names the link again: nothing is kept between them. */
export function grantCalls(key: OpenKey) {
  return {
    open: () => asked<GrantRequest>('/pages/grant/open', key),
    sendCode: () => asked<{ contact: string; resendAfter: number }>('/pages/grant/code', key),
    give: (answer: GrantAnswer) => asked<GrantRequest>('/pages/grant/give', { ...key, ...answer }),
    withdraw: (code: string) => asked<GrantRequest>('/pages/grant/withdraw', { ...key, code }),
  };
}

export type GrantEnd = 'notFound' | 'linkExpired' | 'network' | 'trouble';

export function endOf(error: unknown): GrantEnd {
  if (!(error instanceof ApiError)) return 'trouble';
  if (error.code === 'LinkNotFound') return 'notFound';
  if (error.code === 'LinkExpired') return 'linkExpired';
  return error.code === 'Network' ? 'network' : 'trouble';
}

/** What the chosen way asks for. */
export function fieldsOf(request: GrantRequest, mode: GrantMode | undefined): GrantField[] {
  const way = request.ways.filter((one) => one.mode === mode)[0];
  return way ? way.fields : request.identityFields;
}

/** Whether the person states his name, because nobody else did or because he may put it right. */
export function statesName(request: GrantRequest): boolean {
  return !request.name || request.correctable.indexOf('USERNAME') >= 0;
}

/** What is still missing before the code may be asked for, as a message's key; null when all is there. */
export function missingIn(request: GrantRequest, answer: Partial<GrantAnswer>): 'grant.needName' | 'grant.needDay' | 'grant.needNumber' | 'grant.needSignature' | 'grant.needConsent' | null {
  if (statesName(request) && !(answer.name || '').trim()) return 'grant.needName';
  if (request.deadlineModifiable && !/^\d{4}-\d{2}-\d{2}$/.test(answer.deadline || '')) return 'grant.needDay';
  const given = { IDCARDNO: answer.idCardNo, BANKNO: answer.bankNo, BANKMOBILE: answer.bankMobile };
  if (fieldsOf(request, answer.mode).some((field) => !(given[field] || '').trim())) return 'grant.needNumber';
  if (!answer.signature) return 'grant.needSignature';
  return answer.consent ? null : 'grant.needConsent';
}

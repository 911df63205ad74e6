/** What the server's pages routes say. Ids are strings; a place is in fractions of the displayed page, origin bottom left. */

export type Fraction = number;

export interface ContractSummary {
  id: string;
  subject: string;
  sn?: string;
  sponsorName: string;
  status: string;
  statusText?: string;
  expireTime?: string;
  ordinal?: boolean;
}

export interface PageSize {
  width: number;
  height: number;
}

export interface ContractDocument {
  id: string;
  /** Grows with every signature. */
  edition?: number;
  title: string;
  pageCount: number;
  pages: PageSize[];
}

export interface Party {
  name: string;
  tenantType: 'COMPANY' | 'PERSONAL' | string;
  status: string;
  serialNo: number;
  me?: boolean;
  contact?: string;
  completeTime?: string;
}

export interface Me {
  name: string;
  contact: string;
  contactChannel: 'SMS' | 'MAIL' | string;
  companyName?: string;
  hasPassword?: boolean;
}

export interface Place {
  id: string;
  documentId: string;
  page: number;
  type: string;
  x: Fraction;
  y: Fraction;
  width: Fraction;
  height: Fraction;
}

export interface Seal {
  id: string;
  name: string;
  image: string;
  widthMm: number;
  heightMm: number;
}

export interface AttachmentRequest {
  id: string;
  title: string;
  required: boolean;
  needSign: boolean;
  uploaded: boolean;
  /** As it was called when it was handed in. */
  fileName?: string;
}

export type TaskKind = 'PERSONAL' | 'OPERATOR' | 'COMPANY' | 'LP' | 'AUDIT';

export interface Task {
  actionId: string;
  kind: TaskKind;
  title?: string;
  places: Place[];
  freePlacement: boolean;
  placeSize?: { width: number; height: number };
  seals: Seal[];
  attachments: AttachmentRequest[];
}

export interface PartyNode {
  kind: TaskKind;
  title?: string;
  status: string;
  /** It is the one to be done now, by this person. */
  mine: boolean;
}

export type IdentityField = 'IDCARDNO' | 'BANKNO' | 'BANKMOBILE';

/** What a person must prove before signing: to be the one whom the sender described. */
export interface IdentityCheck {
  fields: IdentityField[];
  /** What may be stated differently from what the sender stated. */
  correctable?: (IdentityField | 'USERNAME')[];
  name: string;
  proven: boolean;
  triesLeft?: number;
}

export interface IdentityCommand {
  name: string;
  idCardNo?: string;
  bankNo?: string;
  bankMobile?: string;
}

/** What a join link shows: who asks, and what is settled already. */
export interface JoinAnswer {
  state: 'OPEN' | 'JOINED' | 'OVER';
  subject: string;
  initiator: string;
  type: 'COMPANY' | 'PERSONAL';
  /** Empty when whoever joins states it. */
  tenantName: string;
  /** Masked; empty when whoever joins states it. */
  contact: string;
  deadline?: string;
}

export interface JoinCommand {
  token: string;
  name: string;
  companyName: string;
  contact: string;
  code: string;
}

export interface PageOptions {
  canReject?: boolean;
  allowPassword?: boolean;
  /** The password may be used now, on this link, in this browser. */
  passwordUsable?: boolean;
  /** A password may be offered after a signature confirmed by code. */
  offerPassword?: boolean;
  hidePasswordSettings?: boolean;
  callbackPage?: string;
  mode?: 'H5' | 'MINIAPP' | string;
  hasCb?: boolean;
  lang?: 'cn' | 'en' | string;
  themeColor?: string;
  hideReturn?: boolean;
  hideState?: boolean;
  /** Who got a copy may be kept from taking files away. */
  hideDownload?: boolean;
  /** How the sender wants this party to confirm: SIGNPWD is by password alone, PIN by code alone. */
  validateWay?: 'SAAS_CONFIG' | 'DEFAULT' | 'SIGNPWD' | 'PIN' | string;
  hasPassword?: boolean;
  /** SIGN, PRINT or DIRECT_SIGN. */
  pageType?: string;
  /** The page opens at this document. */
  documentId?: string;
  canDownload?: boolean;
  canPrint?: boolean;
  canRecall?: boolean;
  canEnd?: boolean;
  canResend?: boolean;
}

/** Something that may be put on a page for a node, in its true size. */
export interface AppointOffer {
  type: string;
  widthMm: number;
  heightMm: number;
}

export interface AppointNode {
  actionId: string;
  partyId: string;
  partyName: string;
  sponsor: boolean;
  kind: TaskKind;
  title: string;
  offers: AppointOffer[];
}

/** A place of a draft: drawn when it has a page, else described by its keyword. */
export interface AppointBox {
  actionId: string;
  /** Its number among the node's places, while it is as the draft has it. */
  kept?: number;
  type: string;
  documentId?: string;
  page?: number;
  x?: Fraction;
  y?: Fraction;
  keyword?: string;
}

export interface AppointAnswer {
  page: string;
  contract: ContractSummary & { description: string; categoryName?: string; version: number };
  documents: ContractDocument[];
  nodes: AppointNode[];
  boxes: AppointBox[];
  /** The initiator's own, when the link lets them be filled in. */
  params?: FillParam[];
  options: {
    pageType: string; canSend: boolean; canSave: boolean; showsPlaces: boolean; showsParameters: boolean; hideReturn: boolean;
    callbackPage?: string; lang?: string; themeColor?: string;
  };
}

export interface AppointChange {
  version: number;
  subject?: string;
  description?: string;
  expireTime?: string;
  boxes?: AppointBox[];
  values?: Record<string, string>;
}

/** What a short link tells before anybody has logged in. */
export interface ShortAnswer {
  subject: string;
  sponsorName: string;
  contact: string;
}

/** A blank of the contract that this person's party fills in. */
export interface FillParam {
  name: string;
  type: string;
  required: boolean;
  readOnly: boolean;
  description: string;
  options: string[];
  value: string;
}

/** An attempt to make a complete contract void. */
export interface Cancellation {
  reason: string;
  /** The file by which the parties agree to it. */
  documentId: string;
  startTime: string;
  expireTime?: string;
  failType?: string;
}

export interface OpenAnswer {
  /** Names the opened link in every later call; opens nothing by itself. */
  page?: string;
  contract: ContractSummary;
  cancellation?: Cancellation;
  documents: ContractDocument[];
  parties: Party[];
  me: Me | null;
  task: Task | null;
  identity?: IdentityCheck | null;
  /** With the state CAN_FILL. */
  params?: FillParam[];
  /** The nodes of this person's party in their order. */
  steps?: PartyNode[];
  /** Who may do what is open in this person's party when he may not. */
  others?: string[];
  state: string;
  waitingFor?: string[];
  options: PageOptions;
  certificateNotice?: string;
  /** The same in English, if the server has it. */
  certificateNoticeEn?: string;
  consentRequired?: boolean;
  /** What one agrees to; its version and digest go into the log with the signature. */
  consent?: { version: string; sha256: string; text: string; textEn: string };
  /** How much of the contract this person has had on his screen. */
  reading?: ReadingState;
  /** The law may not accept an electronic signature for this. */
  warning?: string;
  warningEn?: string;
}

export interface UnseenPages {
  documentId: string;
  pages: number[];
}

export interface ReadingState {
  rule: 'OFF' | 'WARN' | 'REQUIRE' | string;
  pages: number;
  left: number;
  unseen: UnseenPages[];
}

export interface InkPoint {
  x: number;
  y: number;
  /** Milliseconds since the first point of the signature. */
  t: number;
}

export type Signature =
  | { kind: 'DRAWN'; width: number; height: number; strokes: InkPoint[][] }
  | { kind: 'TYPED'; text: string };

/** Where a freely placed seal goes: its lower left corner, in fractions of the displayed page. */
export interface Placement {
  documentId: string;
  page: number;
  x: Fraction;
  y: Fraction;
}

export interface SignCommand {
  code?: string;
  password?: string;
  consent: boolean;
  language?: string;
  sealId?: string;
  signature?: Signature;
  places?: Placement[];
}

export interface SignAnswer {
  contractStatus: string;
  next: string | null;
  state: string;
  /** A password may be set now. */
  passwordOffer?: boolean;
  passwordUsable?: boolean;
}

/** Another contract whose turn it is for the same person. */
export interface WaitingContract {
  id: string;
  subject: string;
  sponsorName: string;
  companyName?: string;
  kind?: TaskKind;
  batch: boolean;
  reason: string | null;
}

export interface BatchCommand {
  contracts: string[];
  code: string;
  consent: boolean;
  signature?: Signature;
}

export interface BatchResult {
  id: string;
  signed: boolean;
  error?: string | { code?: string; message?: string; messageEn?: string } | null;
}

export interface CodeAnswer {
  contact: string;
  resendAfter: number;
}

export interface InboxMessage {
  id: string;
  to: string;
  channel: string;
  text: string;
  time: string;
  link?: string;
  code?: string;
}

export type VerifyConclusion = 'VALID' | 'SIGNER_UNKNOWN' | 'UNDECIDED' | 'INVALID' | 'NOT_SIGNED' | 'UNREADABLE';
export type VerifyQuestion = 'integrity' | 'trust' | 'time' | 'revocation';
export type VerifyAnswerWord = 'good' | 'unknown' | 'bad';

export interface VerifyReason {
  code: string;
  question: VerifyQuestion;
  /** Worth knowing, and of no weight for the verdict. */
  note: boolean;
  message: string;
  messageEn: string;
  detail: string;
}

/** A page that looks different now, as JPEGs in Base64; places as fractions: left, top, width, height. */
export interface ChangedPage {
  page: number;
  places: number[][];
  before?: string;
  after?: string;
}

export interface VerifiedSignature {
  conclusion: VerifyConclusion;
  name: string;
  organization?: string;
  subject?: string;
  issuer?: string;
  serialNumber?: string;
  notBefore?: string;
  notAfter?: string;
  publicKey?: string;
  fingerprint?: string;
  time: string;
  provenTime: string;
  timeAuthority: string;
  level: string;
  algorithm: string;
  purpose: string;
  location: string;
  changes: string;
  revision: number;
  answers: Record<VerifyQuestion, VerifyAnswerWord>;
  reasons: VerifyReason[];
  pages: ChangedPage[];
  /** What it looks like, a PNG in Base64. */
  picture?: string;
}

export interface VerifyAnswer {
  conclusion: VerifyConclusion;
  modified: boolean;
  message: string;
  messageEn: string;
  sha256: string;
  size: number;
  pageCount: number;
  revisions: number;
  unsignedFields: number;
  reasons: VerifyReason[];
  signatures: VerifiedSignature[];
  timeStamps: VerifiedSignature[];
  /** The installation has exactly this file. */
  held?: { newest: boolean; status: string };
}

export interface WelcomeAnswer {
  demo: boolean;
  inboxUrl?: string;
  signUrl?: string;
  docsUrl?: string;
  version?: string;
}

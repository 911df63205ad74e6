// One scenario a token. Persons and companies are fictitious.
const sponsor = '星河虚构科技有限公司';
const a4 = { width: 595.28, height: 841.89 };
const pages = (n, size = a4) => Array.from({ length: n }, () => size);

const main = (n = 3) => ({ id: '3501234567890123001', title: '设备维护服务合同', pageCount: n, pages: pages(n) });
const annex = { id: '3501234567890123002', title: '附件一　设备清单', pageCount: 2, pages: pages(2, { width: 841.89, height: 595.28 }) };

const company = { name: sponsor, tenantType: 'COMPANY', status: 'SIGNED', serialNo: 1, contact: '138****0001', completeTime: '2031-03-04 16:20:11' };
const person = { name: '张示例', tenantType: 'PERSONAL', status: 'SIGNING', serialNo: 2, me: true, contact: '138****0002' };
const third = { name: '李样本', tenantType: 'PERSONAL', status: 'WAITING', serialNo: 3, contact: '138****0003' };

const lastPlace = (n, documentId = main().id) => [
  { id: 'p1', documentId, page: n, type: 'PERSONAL', x: 0.62, y: 0.15, width: 0.26, height: 0.075 },
  { id: 'p2', documentId, page: n, type: 'TIMESTAMP', x: 0.62, y: 0.07, width: 0.26, height: 0.03 },
];

const task = (over = {}) => ({
  actionId: 'a1', kind: 'PERSONAL', title: '个人签字', freePlacement: false, placeSize: { width: 40, height: 18 }, seals: [], attachments: [],
  places: [{ id: 'p0', documentId: main().id, page: 1, type: 'PERSONAL', x: 0.6, y: 0.045, width: 0.28, height: 0.07 }, ...lastPlace(3)], ...over,
});

const notice = '签署时将为你签发一次性数字证书，并加盖可信时间戳。';

function base(over = {}) {
  const { contract, options, ...rest } = over;
  return {
    contract: { id: '3501234567890123777', subject: '设备维护服务合同', sn: 'XH-2031-0042', sponsorName: sponsor, status: 'SIGNING', expireTime: '2031-03-20 23:59:59', ordinal: true, ...contract },
    documents: [main()],
    parties: [company, person, third],
    me: { name: '张示例', contact: '138****0002', contactChannel: 'SMS', hasPassword: false },
    task: task(),
    identity: null,
    state: 'CAN_SIGN',
    waitingFor: [],
    options: { canReject: true, allowPassword: false, passwordUsable: false, mode: 'H5', hasCb: false, ...options },
    certificateNotice: notice,
    consentRequired: true,
    ...rest,
  };
}

const ended = (state, status, over = {}) => base({ state, task: null, contract: { status }, ...over });
const signedParties = [company, { ...person, status: 'SIGNED', completeTime: '2031-03-05 09:12:40' }, third];
const seals = [
  { id: 's1', name: '合同专用章', image: '/pages/seals/s1.png', widthMm: 42, heightMm: 42 },
  { id: 's2', name: '公章', image: '/pages/seals/s2.png', widthMm: 42, heightMm: 42 },
];
const keeper = {
  parties: [{ ...company, name: '远山样本贸易有限公司', status: 'SIGNING', me: true, completeTime: undefined }, { ...person, me: false, status: 'WAITING' }],
  me: { name: '王用印', contact: '138****0009', contactChannel: 'SMS', companyName: '远山样本贸易有限公司', hasPassword: true },
};

const nodes = (mine) => ['OPERATOR', 'LP', 'COMPANY'].map((kind, i) => ({ kind, status: i < mine ? 'FINISH' : i === mine ? 'START' : 'INIT', mine: i === mine }));

export function scenarios() {
  return {
    personal: base(),
    last: base({ parties: [company, person], options: { callbackPage: '/inbox' } }),
    multi: base({ documents: [main(), annex], task: task({ places: [...task().places, { id: 'p9', documentId: annex.id, page: 2, type: 'PERSONAL', x: 0.7, y: 0.1, width: 0.2, height: 0.1 }, { id: 'px', documentId: main().id, page: 2, type: 'ACROSS_PAGE', x: 0.94, y: 0.3, width: 0.06, height: 0.16 }] }) }),
    saved: base({ task: task({ seals: [{ id: 's3', name: '张示例的签名', image: '/pages/seals/s3.png', widthMm: 20, heightMm: 20 }] }) }),
    company: base({ ...keeper, task: task({ kind: 'COMPANY', title: '企业盖章', seals, places: [{ id: 'c1', documentId: main().id, page: 3, type: 'COMPANY', x: 0.2, y: 0.12, width: 0.2, height: 0.1414 }] }), options: { allowPassword: true, passwordUsable: true } }),
    noseal: base({ ...keeper, task: task({ kind: 'COMPANY', seals: [], places: [] }) }),
    free: base({ ...keeper, task: task({ kind: 'COMPANY', seals, places: [], freePlacement: true }), options: { allowPassword: true, passwordUsable: true } }),
    lp: base({ ...keeper, task: task({ kind: 'LP', seals: [{ id: 's3', name: '法定代表人章', image: '/pages/seals/s3.png', widthMm: 20, heightMm: 20 }], places: [{ id: 'c1', documentId: main().id, page: 3, type: 'LP', x: 0.2, y: 0.12, width: 0.12, height: 0.085 }] }) }),
    audit: base({ ...keeper, task: task({ kind: 'AUDIT', places: [] }), options: { canReject: false } }),
    attach: base({ task: task({ attachments: [{ id: 'm1', title: '身份证正反面', required: true, needSign: false, uploaded: false }, { id: 'm2', title: '银行账户证明', required: false, needSign: true, uploaded: false }] }) }),
    'attach-sign': base({ task: task({ attachments: [{ id: 'm1', title: '补充协议（双方确认后的最终版本）', required: true, needSign: true, uploaded: true, fileName: '设备维护服务合同之补充协议二〇三一年三月最终确认版本扫描件.pdf' }, { id: 'm2', title: '银行账户证明', required: false, needSign: false, uploaded: false }] }) }),
    password: base({ me: { ...base().me, hasPassword: true }, options: { allowPassword: true, passwordUsable: true } }),
    offer: base({ options: { allowPassword: true, offerPassword: true } }),
    identity: base({ identity: { fields: ['IDCARDNO'], name: '张示例', proven: false, triesLeft: 5 } }),
    'identity-bank': base({ identity: { fields: ['IDCARDNO', 'BANKNO', 'BANKMOBILE'], name: '', proven: false, triesLeft: 2 } }),
    'identity-locked': base({ identity: { fields: ['IDCARDNO'], name: '张示例', proven: false, triesLeft: 0 } }),
    steps: base({ ...keeper, task: task({ kind: 'OPERATOR' }), steps: nodes(0) }),
    'own-waiting': base({ ...keeper, state: 'WAITING', task: null, others: ['赵掌印', '138****0021'] }),
    batch: base({ parties: [company, person] }),
    viewing: base({ state: 'VIEWING', task: null }),
    long: base({ documents: [main(500)], task: task({ places: lastPlace(500) }) }),
    parties: base({ parties: [company, ...Array.from({ length: 8 }, (_, i) => ({ ...third, name: `样本签署人${i + 1}`, serialNo: i + 2, status: i < 3 ? 'SIGNED' : 'WAITING', completeTime: i < 3 ? '2031-03-04 18:00:00' : undefined })), { ...person, serialNo: 10 }], contract: { ordinal: false } }),
    mini: base({ parties: [company, person], options: { mode: 'MINIAPP' } }),
    view: base({ state: 'VIEW_ONLY', task: null }),
    waiting: base({ state: 'WAITING', task: null, waitingFor: [sponsor], parties: [{ ...company, status: 'SIGNING', completeTime: undefined }, { ...person, status: 'WAITING' }, third] }),
    signed: base({ state: 'SIGNED', task: null, waitingFor: ['李样本'], parties: signedParties }),
    refused: ended('REJECTED', 'REJECTED', { parties: [company, { ...person, status: 'SIGNED', completeTime: '2031-03-05 09:12:40' }, { ...third, status: 'REJECTED' }] }),
    recalled: ended('RECALLED', 'RECALLED'),
    expired: ended('EXPIRED', 'EXPIRED'),
    complete: ended('COMPLETE', 'COMPLETE', { parties: signedParties.map((party) => ({ ...party, status: 'SIGNED', completeTime: '2031-03-05 09:12:40' })) }),
    ended: ended('FORCE_END', 'FORCE_END'),
    cancelled: ended('INVALIDING', 'INVALIDING'),
    draft: ended('FILLING', 'FILLING', { documents: [] }),
  };
}

/** What comes after the first signature of the same person. */
export const nextTasks = {
  steps: [
    task({ actionId: 'a2', kind: 'LP', places: [{ id: 'c2', documentId: main().id, page: 3, type: 'LP', x: 0.2, y: 0.28, width: 0.2, height: 0.06 }] }),
    task({ actionId: 'a3', kind: 'COMPANY', seals: seals.slice(0, 1), places: [{ id: 'c3', documentId: main().id, page: 3, type: 'COMPANY', x: 0.2, y: 0.12, width: 0.2, height: 0.1414 }] }),
  ],
};

const other = (id, over = {}) => ({ id, subject: `设备维护服务合同（第 ${id} 期）`, sponsorName: sponsor, batch: true, reason: null, ...over });
export const waiting = {
  batch: [
    other('11'),
    other('12', { subject: '关于供应链协同与数字化服务平台建设及运营维护的框架合同（二〇三一年度第一次补充协议）', companyName: '远山样本跨区域供应链协同与数字化服务股份有限公司' }),
    other('13'),
    other('14', { subject: '办公用品采购合同', batch: false, reason: 'SEVERAL_SEALS', companyName: '远山样本贸易有限公司' }),
    other('15', { subject: '保密协议', batch: false, reason: 'IDENTITY' }),
    other('16', { subject: '租赁合同', batch: false, reason: 'A_NEW_ONE' }),
  ],
};

export const refusals = {
  'link-expired': [410, 'LinkExpired', '链接已过期', 'The link has expired'],
  'link-bound': [403, 'LinkBoundElsewhere', '链接已在别处使用', 'The link is in use elsewhere'],
  'not-found': [404, 'LinkNotFound', '没有找到', 'Not found'],
  forbidden: [403, 'NoViewPermission', '没有查看权限', 'No view permission'],
  busy: [429, 'TooFrequent', '操作太频繁', 'Too many requests'],
  trouble: [500, 'Internal', '服务器内部错误', 'Internal error'],
};

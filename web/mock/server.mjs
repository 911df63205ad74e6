// A stand-in for the real server's pages routes, for working on the front end alone. Node only, nothing to install.
//   node mock/server.mjs [port]      then open /contract/share/1?openPageToken=personal (any name in scenarios.mjs)
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pagePicture, roundSeal, squareSeal } from './pictures.mjs';
import { nextTasks, refusals, scenarios, waiting } from './scenarios.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, '..', 'dist');
const types = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };

/** As strict as the real one may be: whatever this forbids, the pages must do without. */
export const kContentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'";

const sponsor = '星河虚构科技有限公司';

function createState() {
  return { open: scenarios(), next: JSON.parse(JSON.stringify(nextTasks)), waiting: JSON.parse(JSON.stringify(waiting)), sessions: new Map(), inbox: [], nextId: 1, frozen: '2031-03-05 09:10:00' };
}

function readBody(request) {
  return new Promise((resolve) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => resolve(Buffer.concat(chunks)));
  });
}

export function createMock() {
  const state = createState();
  const post = (message) => state.inbox.unshift({ id: String(state.nextId++), time: state.frozen, ...message });
  post({ to: '13800000002', channel: 'SMS', text: `【示例】${sponsor}请你签署《设备维护服务合同》，请在 2031-03-20 前打开链接签署。`, link: '/contract/share/3501234567890123777?openPageToken=personal' });
  post({ to: 'keeper@example.com', channel: 'MAIL', text: '《设备维护服务合同》等待你用印。\n发起方：星河虚构科技有限公司', link: '/contract/share/3501234567890123777?openPageToken=company' });

  return createServer(async (request, response) => {
    const url = new URL(request.url, 'http://mock');
    const send = (status, type, body) => {
      response.writeHead(status, { 'Content-Type': type, 'Content-Security-Policy': kContentSecurityPolicy, 'Cache-Control': 'no-store' });
      response.end(body);
    };
    const json = (body, status = 200) => send(status, 'application/json', JSON.stringify(body));
    const refuse = (status, code, message, messageEn, triesLeft) => json({ error: { code, message, messageEn, ...(triesLeft === undefined ? {} : { triesLeft }) } }, status);
    const cookie = /signet_mock=(\w[\w-]*)/.exec(request.headers.cookie || '');
    const token = cookie ? cookie[1] : '';
    const open = state.open[token];

    if (!url.pathname.startsWith('/pages/')) {
      const path = normalize(url.pathname);
      const file = join(dist, path);
      const found = file.startsWith(dist) && path !== '/' && existsSync(file) && statSync(file).isFile() ? file : join(dist, 'index.html');
      if (!existsSync(found)) return send(503, 'text/plain', 'run `npm run build` first');
      response.writeHead(200, { 'Content-Type': types[extname(found)] || 'application/octet-stream', 'Content-Security-Policy': kContentSecurityPolicy });
      return createReadStream(found).pipe(response);
    }

    const body = request.method === 'POST' ? await readBody(request) : Buffer.alloc(0);
    const asked = () => { try { return JSON.parse(body.toString() || '{}'); } catch { return {}; } };
    const route = `${request.method} ${url.pathname}`;

    if (route === 'POST /pages/open') {
      const key = asked().token || asked().ticket;
      if (refusals[key]) return refuse(...refusals[key]);
      const answer = state.open[key];
      if (!answer) return refuse(...refusals['not-found']);
      response.setHeader('Set-Cookie', `signet_mock=${key}; HttpOnly; SameSite=Lax; Path=/`);
      return json(answer);
    }
    if (route === 'GET /pages/mock/host') { // a business system's own page, which may frame ours
      response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' });
      return response.end('<!doctype html><title>host</title><body></body>');
    }
    if (route === 'GET /pages/inbox') return json({ messages: state.inbox });
    if (route === 'GET /pages/welcome') return json({ demo: true, inboxUrl: '/inbox', signUrl: '/contract/share/3501234567890123777?openPageToken=personal', docsUrl: '/docs/', version: '0.1.0' });
    if (route === 'POST /pages/verify') return json(verdictOf(body));
    const sealId = /^GET \/pages\/seals\/(\w+)\.png$/.exec(route);
    if (sealId) {
      const art = sealId[1] === 's3' ? squareSeal('张示例') : roundSeal('远山样本贸易有限公司', sealId[1] === 's1' ? '合同专用章' : '');
      return send(200, 'image/svg+xml', art);
    }
    if (!open) return refuse(401, 'SessionExpired', '请重新打开链接', 'Please open the link again');

    const page = /^GET \/pages\/documents\/(\w+)\/pages\/(\d+)\.jpg$/.exec(route);
    if (page) {
      const document = open.documents.find((one) => one.id === page[1]);
      const n = Number(page[2]);
      if (!document || n < 1 || n > document.pageCount) return refuse(...refusals['not-found']);
      return send(200, 'image/svg+xml', pagePicture({ title: document.title, page: n, pages: document.pageCount, last: n === document.pageCount && n > 2, signed: open.signedHere, sponsor }));
    }
    if (/^GET \/pages\/(documents\/\w+\/)?download$/.test(route)) {
      response.setHeader('Content-Disposition', 'attachment; filename="contract.pdf"');
      return send(200, 'application/pdf', '%PDF-1.7\n%%EOF\n');
    }
    if (route === 'POST /pages/code') {
      const code = '204816';
      post({ to: '13800000002', channel: 'SMS', text: `【示例】签署验证码 ${code}，5 分钟内有效，请勿告诉他人。`, code });
      return json({ contact: open.me.contact, resendAfter: 60 });
    }
    const proven = (command) => command.password === 'demo-password1' || command.code === '204816';
    const wrongPassword = () => {
      open.passwordTries = (open.passwordTries === undefined ? 5 : open.passwordTries) - 1;
      if (open.passwordTries > 0) return refuse(400, 'PASSWORD_WRONG', '密码不对', 'Wrong password', open.passwordTries);
      open.options.passwordUsable = false;
      return refuse(403, 'PASSWORD_NOT_USABLE', '不能用密码', 'No password now');
    };
    const moveOn = (status) => {
      open.signedHere = true;
      const following = (state.next[token] || []).shift();
      if (following) {
        open.task = following;
        if (open.steps) open.steps = open.steps.map((node, i, all) => ({ ...node, mine: i > 0 && all[i - 1].mine }));
        return { contractStatus: 'SIGNING', next: null, state: 'CAN_SIGN' };
      }
      open.task = null;
      open.state = status;
      open.parties = open.parties.map((party) => (party.me ? { ...party, status: 'SIGNED', completeTime: state.frozen } : party));
      const next = open.parties.find((party) => party.status !== 'SIGNED');
      open.waitingFor = next ? [next.name] : [];
      return { contractStatus: next ? 'SIGNING' : 'COMPLETE', next: next ? next.name : null, state: next ? status : 'COMPLETE' };
    };
    if (route === 'POST /pages/sign') {
      const command = asked();
      if (open.identity && !open.identity.proven) return refuse(403, 'IDENTITY_REQUIRED', '请先核验身份', 'Confirm who you are');
      if (command.password && !open.options.passwordUsable) return refuse(403, 'PASSWORD_NOT_USABLE', '不能用密码', 'No password now');
      if (!proven(command)) return command.password ? wrongPassword() : refuse(422, 'CodeWrong', '验证码不对', 'Wrong code');
      state.lastSign = command;
      const allowed = !!open.options.allowPassword;
      if (allowed) open.options.passwordUsable = open.me.hasPassword;
      return json({ ...moveOn('SIGNED'), passwordOffer: allowed && !open.me.hasPassword && !open.options.hidePasswordSettings, passwordUsable: open.me.hasPassword });
    }
    if (route === 'POST /pages/identity') {
      const said = asked();
      if (open.identity.triesLeft > 0 && said.idCardNo === '11010119900101001X') {
        open.identity.proven = true;
        return json({ proven: true });
      }
      open.identity.triesLeft = Math.max(0, open.identity.triesLeft - 1);
      return open.identity.triesLeft ? refuse(403, 'IDENTITY_MISMATCH', '不一致', 'No match', open.identity.triesLeft) : refuse(403, 'IDENTITY_LOCKED', '已锁定', 'Locked');
    }
    if (route === 'POST /pages/password') {
      const { password } = asked();
      if (!/[a-z]/i.test(password) || !/\d/.test(password) || password.length < 8) return refuse(400, 'PASSWORD_WEAK', '太弱', 'Too weak');
      open.me.hasPassword = true;
      return json({ set: true });
    }
    if (route === 'GET /pages/waiting') return json({ contracts: state.waiting[token] || [] });
    if (route === 'POST /pages/batch/code') return json({ contact: open.me.contact, resendAfter: 60 });
    if (route === 'POST /pages/batch/sign') {
      const command = asked();
      if (command.code !== '204816') return refuse(422, 'CodeWrong', '验证码不对', 'Wrong code');
      state.lastSign = command;
      state.waiting[token] = state.waiting[token].filter((one) => one.id === '13' || !command.contracts.includes(one.id));
      return json({ results: command.contracts.map((id) => (id === '13' ? { id, signed: false, error: 'InvalidSealStatus' } : { id, signed: true })) });
    }
    if (route === 'GET /pages/mock/last') return json(state.lastSign || {});
    if (route === 'POST /pages/audit') return proven(asked()) ? json(moveOn('SIGNED')) : refuse(422, 'CodeWrong', '验证码不对', 'Wrong code');
    if (route === 'POST /pages/reject') {
      Object.assign(open, { task: null, state: 'REJECTED' });
      open.contract.status = 'REJECTED';
      return json({ contractStatus: 'REJECTED', next: null, state: 'REJECTED' });
    }
    if (/^POST \/pages\/attachments\/\w+$/.test(route)) {
      const wanted = open.task && open.task.attachments.find((one) => url.pathname.endsWith(`/${one.id}`));
      const name = /filename="([^"]*)"/.exec(body.toString('utf8'));
      if (name && /\.exe$/.test(name[1])) return refuse(400, 'UnsupportedFileType', '类型不对', 'Unsupported');
      if (wanted) Object.assign(wanted, { uploaded: true, fileName: name ? name[1] : '' });
      if (wanted && wanted.needSign && !open.documents.some((one) => one.id === `annex${wanted.id}`)) open.documents = [...open.documents, { id: `annex${wanted.id}`, title: wanted.title, pageCount: 1, pages: [{ width: 595, height: 842 }] }];
      return json({});
    }
    return refuse(...refusals['not-found']);
  });
}

function verdictOf(body) {
  const text = body.toString('latin1');
  const good = { integrity: 'good', trust: 'good', time: 'good', revocation: 'good' };
  const one = {
    conclusion: 'VALID', name: '张示例', issuer: 'Signet 演示 CA', subject: 'CN=张示例', serialNumber: '0123456789abcdef', notBefore: '2031-03-05 09:00:00', notAfter: '2031-03-06 09:00:00',
    publicKey: 'EC P-256', fingerprint: '9f'.repeat(32), time: '2031-03-05 09:12:40', provenTime: '2031-03-05 09:12:41', timeAuthority: 'Signet 时间戳', level: 'B-LTA', algorithm: 'SHA-256', purpose: '合同签署',
    location: '', changes: 'Extension', revision: 4, answers: good, reasons: [], pages: [],
  };
  const firm = { ...one, name: sponsor, organization: sponsor, time: '2031-03-04 16:20:11', provenTime: '2031-03-04 16:20:12', changes: 'FormFilling', revision: 3 };
  const file = { modified: false, sha256: 'a1'.repeat(32), size: 183204, pageCount: 3, revisions: 6, unsignedFields: 0, reasons: [], signatures: [], timeStamps: [] };
  const reason = { code: 'FORBIDDEN_CHANGE', question: 'integrity', note: false, message: '签名之后，不允许改动的内容被改动', messageEn: 'Something was changed after signing that nobody may change.', detail: 'object 12 was changed' };
  if (text.includes('tampered')) {
    const broken = { ...firm, conclusion: 'INVALID', changes: 'Suspicious', answers: { ...good, integrity: 'bad' }, reasons: [reason], pages: [{ page: 3, places: [[0.1, 0.2, 0.3, 0.05]] }] };
    return { ...file, conclusion: 'INVALID', modified: true, message: '文件在签署后被改动', messageEn: 'The file was changed after signing', signatures: [broken] };
  }
  if (text.includes('unsigned')) return { ...file, conclusion: 'NOT_SIGNED', message: '文件里没有电子签名', messageEn: 'The file has no electronic signature' };
  if (!text.includes('%PDF')) return { ...file, conclusion: 'UNREADABLE', message: '无法读取这份文件', messageEn: 'This file cannot be read' };
  return { ...file, conclusion: 'VALID', message: '签名有效，签署后未被改动', messageEn: 'The signatures are valid; unchanged since signing', signatures: [firm, one], held: { newest: true, status: 'COMPLETE' } };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const port = Number(process.argv[2] || 5190);
  createMock().listen(port, '127.0.0.1', () => {
    console.log(`mock server on http://127.0.0.1:${port}`);
    for (const name of Object.keys(scenarios()).concat(Object.keys(refusals))) console.log(`  /contract/share/3501234567890123777?openPageToken=${name}`);
  });
}

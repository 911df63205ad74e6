// A stand-in for the real server's pages routes, for working on the front end alone. Node only, nothing to install.
//   node mock/server.mjs [port]      then open /contract/share/1?openPageToken=personal (any name in scenarios.mjs)
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pagePicture, roundSeal, squareSeal } from './pictures.mjs';
import { refusals, scenarios } from './scenarios.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, '..', 'dist');
const types = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };

/** As strict as the real one may be: whatever this forbids, the pages must do without. */
export const kContentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'";

const sponsor = '星河虚构科技有限公司';

function createState() {
  return { open: scenarios(), sessions: new Map(), inbox: [], nextId: 1, frozen: '2031-03-05 09:10:00' };
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
    const refuse = (status, code, message, messageEn) => json({ error: { code, message, messageEn } }, status);
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
    const proven = (command) => command.password === 'demo-password' || command.code === '204816';
    const moveOn = (status) => {
      open.signedHere = true;
      open.task = null;
      open.state = status;
      open.parties = open.parties.map((party) => (party.me ? { ...party, status: 'SIGNED', completeTime: state.frozen } : party));
      const next = open.parties.find((party) => party.status !== 'SIGNED');
      open.waitingFor = next ? [next.name] : [];
      return { contractStatus: next ? 'SIGNING' : 'COMPLETE', next: next ? next.name : null, state: next ? status : 'COMPLETE' };
    };
    if (route === 'POST /pages/sign') {
      const command = asked();
      if (!proven(command)) return command.password ? refuse(422, 'CodeWrong', '密码不对', 'Wrong password') : refuse(422, 'CodeWrong', '验证码不对', 'Wrong code');
      state.lastSign = command;
      return json(moveOn('SIGNED'));
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
      if (wanted) wanted.uploaded = true;
      return json({});
    }
    return refuse(...refusals['not-found']);
  });
}

function verdictOf(body) {
  const text = body.toString('latin1');
  const one = { name: '张示例', issuer: 'Signet 演示 CA', time: '2031-03-05 09:12:40', trusted: true, intact: true, coversWholeDocument: true, changes: '', algorithm: 'ECDSA P-256, SHA-256' };
  const firm = { ...one, name: sponsor, organization: sponsor, time: '2031-03-04 16:20:11', coversWholeDocument: false, changes: '另有一次签名' };
  if (text.includes('tampered')) return { verdict: 'TAMPERED', reasons: ['第 3 页的内容在签名后被替换'], signatures: [{ ...firm, intact: false, trusted: false }] };
  if (text.includes('unsigned')) return { verdict: 'NO_SIGNATURE', reasons: [], signatures: [] };
  if (!text.includes('%PDF')) return { verdict: 'UNREADABLE', reasons: [], signatures: [] };
  return { verdict: 'INTACT', reasons: [], signatures: [firm, one] };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const port = Number(process.argv[2] || 5190);
  createMock().listen(port, '127.0.0.1', () => {
    console.log(`mock server on http://127.0.0.1:${port}`);
    for (const name of Object.keys(scenarios()).concat(Object.keys(refusals))) console.log(`  /contract/share/3501234567890123777?openPageToken=${name}`);
  });
}

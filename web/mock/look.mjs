// Looks at every view in a real browser and keeps pictures: node mock/look.mjs [folder] [name part]
// Fails when a view logs an error, breaks the content security policy, asks another host, or scrolls sideways.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import puppeteer from 'puppeteer-core';
import { createMock } from './server.mjs';

const folder = process.argv[2] || 'looks';
const only = process.argv[3] || '';
mkdirSync(folder, { recursive: true });

const browser = await puppeteer.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });

const sign = (token) => `/contract/share/3501234567890123777?openPageToken=${token}`;
const wait = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });
const click = async (page, selector) => { await page.waitForSelector(selector, { visible: true, timeout: 4000 }); await page.click(selector); await wait(450); };

async function write(page) {
  const box = await (await page.waitForSelector('.pad-canvas')).boundingBox();
  const turned = box.height > box.width;
  const at = (u, v) => (turned ? [box.x + box.width * (1 - v), box.y + box.height * u] : [box.x + box.width * u, box.y + box.height * v]);
  const strokes = [
    [[.12, .3], [.24, .28]], [[.18, .18], [.17, .5], [.14, .72], [.11, .66]], [[.12, .52], [.25, .44]], [[.3, .24], [.4, .22], [.36, .4], [.31, .42]],
    [[.3, .42], [.42, .4], [.43, .56], [.38, .76], [.34, .7]], [[.52, .28], [.64, .25]], [[.5, .45], [.68, .42]], [[.59, .45], [.59, .78], [.55, .72]],
    [[.54, .56], [.5, .68]], [[.63, .54], [.68, .64]], [[.76, .3], [.9, .28]], [[.8, .2], [.8, .6], [.9, .72], [.93, .6]],
  ];
  for (const stroke of strokes) {
    const points = [];
    for (let i = 1; i < stroke.length; ++i) for (let s = 0; s < 8; ++s) points.push(stroke[i - 1].map((v, k) => v + ((stroke[i][k] - v) * s) / 8 + Math.sin(s) * .003));
    points.push(stroke[stroke.length - 1]);
    await page.mouse.move(...at(...points[0]));
    await page.mouse.down();
    for (const point of points) await page.mouse.move(...at(...point));
    await page.mouse.up();
  }
  await wait(100);
}

const ended = ['waiting', 'signed', 'refused', 'recalled', 'expired', 'complete', 'ended', 'cancelled', 'draft', 'link-expired', 'link-bound', 'forbidden', 'not-found', 'busy', 'trouble'];
const views = [
  ['welcome', '/'], ['inbox', '/inbox'], ['verify', '/verify'], ['unknown', '/nowhere'],
  ['verify-good', '/verify', (page) => drop(page, '%PDF-1.7 signed')], ['verify-bad', '/verify', (page) => drop(page, '%PDF-1.7 tampered')], ['verify-none', '/verify', (page) => drop(page, '%PDF unsigned')],
  ['read', sign('personal')], ['read-view', sign('view')], ['read-parties', sign('parties')],
  ['read-place', sign('multi'), async (page) => { await click(page, '.bar-next'); await click(page, '.bar-next'); await wait(900); }],
  ['read-annex', sign('multi'), async (page) => { for (let i = 0; i < 3; ++i) { await click(page, '.bar-next'); await wait(600); } }],
  ['read-long', sign('long'), async (page) => { await click(page, '.bar-next'); await wait(900); }],
  ['details', sign('multi'), (page) => click(page, '.bar-details')],
  ['reject', sign('personal'), (page) => click(page, '.bar-refuse')],
  ['attach', sign('attach'), (page) => click(page, '.bar-act')],
  ['pad', sign('personal'), async (page) => { await click(page, '.bar-act'); await write(page); }],
  ['pad-empty', sign('personal'), async (page) => { await click(page, '.bar-act'); await click(page, '.pad-use'); }],
  ['typed', sign('personal'), async (page) => { await click(page, '.bar-act'); await click(page, '.pad-tool:nth-last-of-type(4)'); }],
  ['confirm', sign('personal'), async (page) => { await click(page, '.bar-act'); await write(page); await click(page, '.pad-use'); await click(page, '.code-get'); await page.type('.code-input', '2048'); }],
  ['confirm-wrong', sign('personal'), async (page) => { await click(page, '.bar-act'); await write(page); await click(page, '.pad-use'); await page.type('.code-input', '999999'); await click(page, '.consent input'); await click(page, '.sheet-foot .seal'); }],
  ['confirm-missing', sign('personal'), async (page) => { await click(page, '.bar-act'); await write(page); await click(page, '.pad-use'); await click(page, '.sheet-foot .seal'); }],
  ['seal', sign('company'), (page) => click(page, '.bar-act')],
  ['seal-none', sign('noseal'), (page) => click(page, '.bar-act')],
  ['seal-confirm', sign('company'), async (page) => { await click(page, '.bar-act'); await click(page, '.seal-card:first-child'); await click(page, '.sheet-foot .blue'); }],
  ['seal-password', sign('company'), async (page) => { await click(page, '.bar-act'); await click(page, '.seal-card:first-child'); await click(page, '.sheet-foot .blue'); await click(page, '.proof-kind:nth-child(2)'); }],
  ['free', sign('free'), async (page) => { await click(page, '.bar-act'); await click(page, '.seal-card:first-child'); await click(page, '.sheet-foot .blue'); await page.mouse.click(220, 420); await wait(300); }],
  ['audit', sign('audit'), async (page) => { await click(page, '.bar-act'); await click(page, '.choice:nth-child(2)'); }],
  ['settle', sign('multi'), async (page) => { await full(page); await wait(900); }],
  ['done', sign('personal'), async (page) => { await full(page); await page.waitForSelector('.dead.done', { timeout: 8000 }); await wait(700); }],
  ['done-last', sign('last'), async (page) => { await full(page); await page.waitForSelector('.dead.done', { timeout: 8000 }); await wait(700); }],
  ['done-read', sign('parties'), async (page) => { await full(page); await page.waitForSelector('.dead.done', { timeout: 8000 }); await click(page, '.dead-actions .plain'); await wait(500); }],
  ['done-refused', sign('saved'), async (page) => { await click(page, '.bar-refuse'); await page.type('textarea', '金额与约定不符'); await click(page, '.sheet-foot .blue'); await page.waitForSelector('.dead.done'); await wait(500); }],
  ['password-wrong', sign('password'), async (page) => { await toConfirm(page); await click(page, '.consent input'); await click(page, '.proof-kind:nth-child(2)'); await page.type('input[type=password]', 'wrong'); await click(page, '.sheet-foot .seal'); }],
  ['done-offer', sign('offer'), async (page) => { await full(page); await page.waitForSelector('.password-card', { timeout: 8000 }); await page.type('#new-password', 'abcdefgh'); await click(page, '.password-show'); }],
  ['identity', sign('identity'), async (page) => { await click(page, '.bar-act'); await page.type('#identity-idCardNo', '110101199'); await page.keyboard.press('Tab'); await wait(100); }],
  ['identity-wrong', sign('identity'), async (page) => { await click(page, '.bar-act'); await page.type('#identity-idCardNo', '11010519491231002X'); await click(page, '.sheet-foot .blue'); }],
  ['identity-bank', sign('identity-bank'), async (page) => { await click(page, '.bar-act'); await click(page, '.sheet-foot .blue'); }],
  ['identity-locked', sign('identity-locked')],
  ['attach-sign', sign('attach-sign'), (page) => click(page, '.bar-act')],
  ['viewing', sign('viewing')],
  ['own-waiting', sign('own-waiting')],
  ['step-1', sign('steps')],
  ['step-2', sign('steps'), async (page) => { await full(page); await page.waitForFunction(() => /2/.test(document.querySelector('.bar-step').textContent), { timeout: 8000 }); await wait(500); }],
  ['waiting-line', sign('batch')],
  ['done-waiting', sign('batch'), async (page) => { await full(page); await page.waitForSelector('.dead.done', { timeout: 8000 }); await page.waitForSelector('.waiting', { timeout: 8000 }); await wait(500); }],
  ['batch', sign('batch'), async (page) => { await click(page, '.waiting'); await click(page, '.batch-all input'); }],
  ['batch-end', sign('batch'), async (page) => { await click(page, '.waiting'); await page.evaluate(() => window.scrollTo(0, 9999)); await wait(200); }],
  ['batch-confirm', sign('batch'), async (page) => { await click(page, '.waiting'); await click(page, '.batch-all input'); await click(page, '.batch-bar .seal'); await write(page); await click(page, '.pad-use'); }],
  ['batch-results', sign('batch'), async (page) => { await click(page, '.waiting'); await click(page, '.batch-all input'); await click(page, '.batch-bar .seal'); await write(page); await click(page, '.pad-use'); await click(page, '.consent input'); await click(page, '.code-get'); await page.type('.code-input', '204816'); await click(page, '.sheet-foot .seal'); await page.waitForSelector('.batch-result'); await wait(300); }],
  ...ended.map((token) => [`dead-${token}`, sign(token)]),
  ['dead-network', sign('personal'), null, (request) => request.url().includes('/pages/open')],
  ['read-broken', sign('personal'), (page) => wait(300), (request) => /pages\/1\.jpg/.test(request.url())],
];

async function toConfirm(page) {
  await click(page, '.bar-act');
  await write(page);
  await click(page, '.pad-use');
}
async function full(page) {
  await toConfirm(page);
  await click(page, '.consent input');
  await click(page, '.code-get');
  await page.type('.code-input', '204816');
  await click(page, '.sheet-foot .seal');
}
async function drop(page, text) {
  await page.evaluate((content) => {
    const field = document.querySelector('input[type=file]');
    const files = new DataTransfer();
    files.items.add(new File([content], '设备维护服务合同.pdf', { type: 'application/pdf' }));
    field.files = files.files;
    field.dispatchEvent(new Event('change'));
  }, text);
  await page.waitForSelector('.verdict');
  await wait(600);
}

const looks = [
  { name: 'phone', width: 375, height: 667, scale: 2, touch: true, dark: false, lang: 'zh-CN' },
  { name: 'phone-dark-en', width: 375, height: 667, scale: 2, touch: true, dark: true, lang: 'en' },
  // Readers who need it have everything twice as large; half the width is the same to a page.
  { name: 'large', width: 188, height: 334, scale: 4, touch: true, dark: false, lang: 'zh-CN' },
  { name: 'desk', width: 1280, height: 800, scale: 1, touch: false, dark: false, lang: 'en' },
  { name: 'desk-dark', width: 1280, height: 800, scale: 1, touch: false, dark: true, lang: 'zh-CN' },
].filter((look) => !process.env.LOOK || process.env.LOOK.split(',').includes(look.name));

const troubles = [];
for (const look of looks) {
  for (const [name, path, act, block] of views) {
    if (only && !name.includes(only)) continue;
    const server = createMock();
    await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
    const origin = `http://127.0.0.1:${server.address().port}`;
    const context = await browser.createBrowserContext();
    const page = await context.newPage();
    const note = (text) => troubles.push(`${look.name}/${name}: ${text}`);
    page.on('pageerror', (error) => note(error.message));
    page.on('console', (message) => { if (message.type() === 'error' && !/status of 4|status of 5|ERR_FAILED/.test(message.text())) note(message.text()); });
    await page.setRequestInterception(true);
    page.on('request', (request) => {
      if (!request.url().startsWith(origin) && !request.url().startsWith('data:')) note(`asks ${request.url()}`);
      if (block && block(request)) request.abort(); else request.continue();
    });
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: look.dark ? 'dark' : 'light' }]);
    await page.setViewport({ width: look.width, height: look.height, deviceScaleFactor: look.scale, hasTouch: look.touch });
    await page.evaluateOnNewDocument((lang) => { localStorage.setItem('signet.lang', lang); }, look.lang);
    try {
      await page.goto(origin + path, { waitUntil: 'load' });
      await wait(700);
      if (act) await act(page);
      const sideways = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      if (sideways > 0) note(`is ${sideways} px too wide`);
      await page.screenshot({ path: join(folder, `${name}-${look.name}.png`) });
    } catch (error) {
      note(error.message);
    }
    await context.close();
    server.close();
  }
}
await browser.close();
console.log(troubles.length ? troubles.join('\n') : 'all views looked at, nothing to note');
process.exitCode = troubles.length ? 1 : 0;

// Walks through the pages in a real browser as a signer does, and says what does not hold: node mock/walk.mjs
import assert from 'node:assert/strict';
import puppeteer from 'puppeteer-core';
import { createMock } from './server.mjs';

const browser = await puppeteer.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
const wait = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });
const phone = { width: 375, height: 667, deviceScaleFactor: 2, hasTouch: true, isMobile: true };
const results = [];

async function walk(name, token, work, prepare = () => {}) {
  const server = createMock();
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const origin = `http://127.0.0.1:${server.address().port}`;
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  const problems = [];
  page.on('pageerror', (error) => problems.push(error.message));
  await page.evaluateOnNewDocument(() => { if (location.protocol === 'http:') localStorage.setItem('signet.lang', 'zh-CN'); });
  await page.evaluateOnNewDocument(prepare);
  await page.setViewport(phone);
  const click = async (selector) => { await page.waitForSelector(selector, { visible: true, timeout: 5000 }); await wait(300); await page.click(selector); await wait(350); };
  const last = () => page.evaluate(() => fetch('/pages/mock/last').then((answer) => answer.json()));
  try {
    await page.goto(`${origin}/contract/share/3501234567890123777?openPageToken=${token}`);
    await page.waitForSelector('.signing', { timeout: 5000 });
    await work({ page, click, last, origin });
    assert.deepEqual(problems, []);
    results.push([true, name]);
  } catch (error) {
    results.push([false, `${name}: ${error.message}`]);
  }
  await context.close();
  server.close();
}

async function box(page) {
  return (await page.waitForSelector('.pad-canvas')).boundingBox();
}
async function scribble(page) {
  const b = await box(page);
  await page.mouse.move(b.x + b.width * 0.3, b.y + b.height * 0.2);
  await page.mouse.down();
  for (let i = 0; i <= 30; ++i) await page.mouse.move(b.x + b.width * (0.3 + 0.2 * Math.sin(i / 4)), b.y + b.height * (0.2 + i * 0.018));
  await page.mouse.up();
  await wait(80);
}
const inkOf = (page) => page.evaluate(() => {
  const canvas = document.querySelector('.pad-canvas');
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  let [left, right, top, bottom, count] = [1, 0, 1, 0, 0];
  for (let i = 3; i < data.length; i += 4) {
    if (data[i] < 128) continue;
    const x = ((i >> 2) % canvas.width) / canvas.width;
    const y = Math.floor((i >> 2) / canvas.width) / canvas.height;
    left = Math.min(left, x); right = Math.max(right, x); top = Math.min(top, y); bottom = Math.max(bottom, y); count += 1;
  }
  return { left, right, top, bottom, count };
});

await walk('ink survives turning the phone, twice', 'personal', async ({ page, click }) => {
  await click('.bar-act');
  await scribble(page);
  const upright = await inkOf(page);
  assert.ok(upright.count > 200);
  await page.setViewport({ ...phone, width: 667, height: 375, isLandscape: true });
  await wait(300);
  const lying = await inkOf(page);
  await page.setViewport(phone);
  await wait(300);
  const again = await inkOf(page);
  for (const side of ['left', 'right', 'top', 'bottom']) {
    assert.ok(Math.abs(lying[side] - upright[side]) < 0.02, `${side} moved`);
    assert.ok(Math.abs(again[side] - upright[side]) < 0.005, `${side} moved`);
  }
});

await walk('five presses and a code sign a contract', 'personal', async ({ page, click, last }) => {
  let presses = 0;
  const press = async (selector) => { presses += 1; await click(selector); };
  await press('.bar-act');
  await scribble(page);
  await press('.pad-use');
  await press('.consent input');
  await press('.code-get');
  await page.type('.code-input', '验证码 ２０４816');
  await press('.sheet-foot .seal');
  await page.waitForSelector('.settling', { timeout: 5000 });
  await page.waitForSelector('.dead.done', { timeout: 5000 });
  assert.equal(presses, 5);
  const sent = await last();
  assert.equal(sent.code, '204816');
  assert.equal(sent.consent, true);
  assert.equal(sent.signature.kind, 'DRAWN');
  assert.ok(sent.signature.strokes[0].length > 5);
  assert.ok(!('sealId' in sent) && !('places' in sent));
});

await walk('a wrong code is said and the signature is kept', 'personal', async ({ page, click }) => {
  await click('.bar-act');
  await scribble(page);
  await click('.pad-use');
  await click('.consent input');
  await page.type('.code-input', '000000');
  await click('.sheet-foot .seal');
  await page.waitForFunction(() => /验证码不对/.test(document.querySelector('.sheet-body').textContent));
  assert.ok(await page.$('.confirm-slip .ink path'));
  assert.equal(await page.$eval('.code-input', (field) => field.value), '');
});

await walk('a seal is placed freely, dragged, moved by key and sent', 'free', async ({ page, click, last }) => {
  await click('.bar-act');
  await click('.seal-card:nth-child(2)');
  await click('.sheet-foot .blue');
  await wait(300);
  await page.mouse.click(150, 430);
  await wait(200);
  const first = await (await page.waitForSelector('.placement')).boundingBox();
  await page.mouse.move(first.x + first.width / 2, first.y + first.height / 2);
  await page.mouse.down();
  await page.mouse.move(first.x + first.width / 2 + 60, first.y + first.height / 2 + 40, { steps: 5 });
  await page.mouse.up();
  await wait(200);
  assert.equal((await page.$$('.placement')).length, 1);
  const second = await (await page.$('.placement')).boundingBox();
  assert.ok(Math.abs(second.x - first.x - 60) < 2 && Math.abs(second.y - first.y - 40) < 2);
  await page.focus('.placement');
  await page.keyboard.press('ArrowRight');
  await wait(100);
  assert.ok((await (await page.$('.placement')).boundingBox()).x > second.x);
  await click('.bar-bottom .button.blue');
  await click('.consent input');
  await click('.code + .link');
  await page.type('input[type=password]', 'demo-password');
  await click('.sheet-foot .seal');
  await page.waitForSelector('.dead.done', { timeout: 8000 });
  const sent = await last();
  assert.equal(sent.sealId, 's2');
  assert.equal(sent.password, 'demo-password');
  assert.equal(sent.places.length, 1);
  assert.equal(sent.places[0].page, 1);
  for (const side of ['x', 'y']) assert.ok(sent.places[0][side] >= 0 && sent.places[0][side] < 1);
});

await walk('500 pages keep a handful of elements', 'long', async ({ page, click }) => {
  const pictures = () => page.$$eval('.page', (nodes) => nodes.length);
  const counts = [await pictures()];
  for (const share of [0.2, 0.5, 0.8]) {
    await page.evaluate((to) => window.scrollTo(0, document.documentElement.scrollHeight * to), share);
    await wait(200);
    counts.push(await pictures());
  }
  await click('.bar-next');
  await wait(700);
  assert.match(await page.$eval('.bar-page', (node) => node.textContent), /500 \/ 500/);
  assert.ok(Math.max(...counts) <= 8, String(counts));
});

await walk('the back key closes a panel and stays on the contract', 'personal', async ({ page, click, origin }) => {
  await click('.bar-details');
  await page.evaluate(() => history.back());
  await wait(500);
  assert.ok(page.url().startsWith(origin));
  assert.equal(await page.evaluate(() => { const sheet = document.querySelector('.sheet'); return !!sheet && sheet.offsetParent !== null; }), false);
  for (let i = 0; i < 3; ++i) {
    await click('.bar-details');
    await click('.sheet-close');
  }
  assert.ok(await page.$('.signing'));
});

await walk('attachments come before signing', 'attach', async ({ page, click }) => {
  await click('.bar-act');
  assert.equal(await page.$eval('.sheet-foot .blue', (button) => button.disabled), true);
  const field = await page.$('.attachment input');
  await page.evaluate((input) => {
    const files = new DataTransfer();
    files.items.add(new File(['x'], '身份证.jpg', { type: 'image/jpeg' }));
    input.files = files.files;
    input.dispatchEvent(new Event('change'));
  }, field);
  await page.waitForFunction(() => !document.querySelector('.sheet-foot .blue').disabled);
  await click('.sheet-foot .blue');
  await page.waitForSelector('.pad-canvas');
});

await walk('the keyboard alone reads, types a name and stays inside the dialog', 'personal', async ({ page }) => {
  await page.focus('.bar-act');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.pad');
  assert.equal(await page.evaluate(() => document.querySelector('.pad').contains(document.activeElement)), true);
  for (let i = 0; i < 12; ++i) {
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.querySelector('.pad').contains(document.activeElement)), true);
  }
  await page.evaluate(() => { Array.from(document.querySelectorAll('.pad-tool')).filter((one) => one.textContent === '改用打字')[0].focus(); });
  await page.keyboard.press('Enter');
  await page.waitForSelector('.sheet .mark-typed', { visible: true });
  await wait(400);
  for (let i = 0; i < 8; ++i) {
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => !!document.activeElement.closest('.sheet')), true);
  }
  await page.keyboard.press('Escape');
  await wait(500);
  assert.ok(await page.$('.bar-act'));
});

await walk('an old web view without pointer events still takes ink', 'personal', async ({ page, click }) => {
  await click('.bar-act');
  const b = await box(page);
  const at = (i) => [b.x + b.width * (0.3 + 0.2 * Math.sin(i / 4)), b.y + b.height * (0.2 + i * 0.018)];
  await page.touchscreen.touchStart(...at(0));
  for (let i = 1; i <= 30; ++i) await page.touchscreen.touchMove(...at(i));
  await page.touchscreen.touchEnd();
  await wait(100);
  assert.ok((await inkOf(page)).count > 200);
}, () => { delete window.PointerEvent; delete window.IntersectionObserver; delete window.ResizeObserver; delete window.AbortController; });

await walk('a mini-program is told and gone back to', 'mini', async ({ page, click }) => {
  await click('.bar-act');
  await scribble(page);
  await click('.pad-use');
  await click('.consent input');
  await click('.code-get');
  await page.type('.code-input', '204816');
  await click('.sheet-foot .seal');
  await page.waitForSelector('.dead.done', { timeout: 8000 });
  await click('.dead-actions .text');
  const calls = await page.evaluate(() => window.calls);
  assert.deepEqual(calls.map((call) => call[0]), ['post', 'back']);
  assert.equal(calls[0][1].data.event, 'signSuccessCb');
}, () => {
  window.calls = [];
  window.wx = { miniProgram: { postMessage: (message) => window.calls.push(['post', message]), navigateBack: (options) => window.calls.push(['back', options]) } };
});

await browser.close();
for (const [ok, text] of results) console.log(`${ok ? 'ok  ' : 'FAIL'} ${text}`);
const failed = results.filter(([ok]) => !ok).length;
console.log(`${results.length - failed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;

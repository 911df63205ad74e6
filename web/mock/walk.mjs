// Walks through the pages in a real browser as a signer does, and says what does not hold: node mock/walk.mjs
import assert from 'node:assert/strict';
import puppeteer from 'puppeteer-core';
import { createMock } from './server.mjs';

const browser = await puppeteer.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
const wait = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });
const phone = { width: 375, height: 667, deviceScaleFactor: 2, hasTouch: true, isMobile: true };
const results = [];

const only = process.argv[2] || '';

async function walk(name, token, work, prepare = () => {}) {
  if (!name.includes(only)) return;
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
  await click('.proof-kind:nth-child(2)');
  await page.type('input[type=password]', 'demo-password1');
  await click('.sheet-foot .seal');
  await page.waitForSelector('.dead.done', { timeout: 8000 });
  const sent = await last();
  assert.equal(sent.sealId, 's2');
  assert.equal(sent.password, 'demo-password1');
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

const confirmWithCode = async ({ page, click }) => {
  await click('.consent input');
  await click('.code-get');
  await page.type('.code-input', '204816');
  await click('.sheet-foot .seal');
};
const says = (page, text) => page.waitForFunction((wanted) => document.body.innerText.includes(wanted), { timeout: 8000 }, text);

await walk('a password signs, and four wrong ones leave the code', 'password', async ({ page, click, last }) => {
  await click('.bar-act');
  await scribble(page);
  await click('.pad-use');
  await click('.consent input');
  await click('.proof-kind:nth-child(2)');
  for (let left = 4; left >= 1; --left) {
    await page.type('input[type=password]', 'wrong');
    await click('.sheet-foot .seal');
    await says(page, `还可以试 ${left} 次`);
  }
  await page.type('input[type=password]', 'wrong');
  await click('.sheet-foot .seal');
  await says(page, '现在不能用密码签署，请改用验证码。');
  assert.equal(await page.$('.proof'), null);
  await click('.code-get');
  await page.type('.code-input', '204816');
  await click('.sheet-foot .seal');
  await page.waitForSelector('.dead.done', { timeout: 8000 });
  assert.equal((await last()).code, '204816');
});

await walk('a password is offered once, kept to its rules and may be declined', 'offer', async ({ page, click }) => {
  await click('.bar-act');
  await scribble(page);
  await click('.pad-use');
  await confirmWithCode({ page, click });
  await page.waitForSelector('.password-card', { timeout: 8000 });
  await page.type('#new-password', 'abcdefgh');
  await click('.password-actions .blue');
  await says(page, '密码还不符合下面的规则');
  assert.equal(await page.$eval('#new-password', (field) => field.type), 'password');
  await click('.password-show');
  assert.equal(await page.$eval('#new-password', (field) => field.type), 'text');
  await page.type('#new-password', '1');
  await click('.password-actions .blue');
  await says(page, '签署密码已设置');
  assert.equal(await page.$('.password-card'), null);
});

await walk('who signs is asked who he is, and goes on', 'identity', async ({ page, click }) => {
  await click('.bar-act');
  assert.equal(await page.$eval('#identity-name', (field) => field.readOnly && field.value), '张示例');
  await click('.sheet-foot .blue');
  await says(page, '请填写身份证号');
  await page.type('#identity-idCardNo', '110101199001010011');
  await click('.sheet-foot .blue');
  await says(page, '还可以试 4 次');
  await page.$eval('#identity-idCardNo', (field) => { field.value = ''; field.dispatchEvent(new Event('input')); });
  await page.type('#identity-idCardNo', '1101 0119 9001 0100 1x');
  await click('.sheet-foot .blue');
  await scribble(page);
  await click('.pad-use');
  await confirmWithCode({ page, click });
  await page.waitForSelector('.dead.done', { timeout: 8000 });
});

await walk('a locked identity is the end of signing but not of reading', 'identity-bank', async ({ page, click }) => {
  await click('.bar-act');
  await page.type('#identity-name', '张示例');
  for (const input of ['idCardNo', 'bankNo', 'bankMobile']) await page.type(`#identity-${input}`, '1');
  await click('.sheet-foot .blue');
  await says(page, '还可以试 1 次');
  await click('.sheet-foot .blue');
  await says(page, '身份核验未通过，不能签署');
  await click('.dead-actions .plain');
  await page.waitForSelector('.page');
  assert.equal(await page.$('.bar-act'), null);
});

await walk('a material is refused, taken, and read before it is signed', 'attach', async ({ page, click }) => {
  const hand = (index, name) => page.evaluate((which, file) => {
    const field = document.querySelectorAll('.attachment input')[which];
    const files = new DataTransfer();
    files.items.add(new File(['x'], file, { type: 'application/octet-stream' }));
    field.files = files.files;
    field.dispatchEvent(new Event('change'));
  }, index, name);
  await click('.summary-row');
  await hand(1, 'run.exe');
  await says(page, '不支持这种文件');
  await hand(1, '证明.png');
  await says(page, '证明.png');
  await hand(1, '证明二.png');
  await says(page, '证明二.png');
  await hand(1, 'run.exe');
  await says(page, '之前提交的文件仍然有效。');
  await click('.sheet-close');
  await says(page, '已交 1 / 2');
  await click('.bar-details');
  await says(page, '银行账户证明');
});

await walk('three nodes of one person follow one another', 'steps', async ({ page, click, last }) => {
  await says(page, '第 1 步，共 3 步');
  await click('.bar-act');
  await scribble(page);
  await click('.pad-use');
  await confirmWithCode({ page, click });
  await says(page, '第 2 步，共 3 步');
  await says(page, '接着由你处理：法定代表人签字。');
  await click('.bar-act'); // the same hand has written already
  assert.equal(await page.$eval('.consent input', (box) => box.checked), false);
  await confirmWithCode({ page, click });
  await says(page, '第 3 步，共 3 步');
  await click('.bar-act');
  assert.equal((await page.$$('.seal-card')).length, 1);
  await click('.sheet-foot .blue');
  await confirmWithCode({ page, click });
  await page.waitForSelector('.dead.done', { timeout: 8000 });
  assert.equal((await last()).sealId, 's1');
});

await walk('several contracts are signed with one code', 'batch', async ({ page, click, last }) => {
  await click('.waiting');
  await click('.batch-bar .seal');
  await says(page, '请先勾选合同');
  await click('.batch-all input');
  await click('.batch-bar .seal');
  await scribble(page);
  await click('.pad-use');
  await click('.sheet-foot .seal');
  await says(page, '请先勾选同意');
  await confirmWithCode({ page, click });
  await says(page, '2 份已签署，1 份没有签成');
  const sent = await last();
  assert.deepEqual(sent.contracts, ['11', '12', '13']);
  assert.equal(sent.consent, true);
  assert.equal(sent.signature.kind, 'DRAWN');
  await page.evaluate(() => history.back());
  await wait(500);
  assert.ok(await page.$('.bar-act'));
  await says(page, '你还有 4 份文件待签署');
});

await walk('who only looks is told so', 'viewing', async ({ page }) => {
  await says(page, '你可以查看这份合同，不需要签署。');
  assert.equal(await page.$('.bar-act'), null);
});

await walk('a caller with callbacks says where to go', 'mini', async ({ page, origin }) => {
  await page.goto(`${origin}/pages/mock/host`);
  await page.evaluate(() => {
    window.heard = [];
    window.addEventListener('message', (event) => {
      window.heard.push(event.data);
      if (event.data.event === 'signSuccessCb') setTimeout(() => event.source.postMessage({ event: 'jumpTo', path: '/pages/done?from=sign' }, '*'), 100);
    });
    const frame = document.createElement('iframe');
    frame.src = '/contract/share/3501234567890123777?openPageToken=mini&hasCb=true';
    frame.width = 375; frame.height = 620; frame.id = 'inner';
    document.body.insertBefore(frame, document.body.firstChild);
  });
  const frame = await (await page.waitForSelector('#inner')).contentFrame();
  const press = async (selector) => { await frame.waitForSelector(selector, { visible: true, timeout: 5000 }); await wait(350); await frame.$eval(selector, (node) => node.click()); await wait(350); };
  await press('.bar-act');
  await frame.evaluate(() => { Array.from(document.querySelectorAll('.pad-tool')).filter((one) => one.textContent === '改用打字')[0].click(); });
  await press('.sheet-foot .blue');
  await wait(400);
  await frame.$eval('.consent input', (box) => box.click());
  await press('.code-get');
  await frame.type('.code-input', '204816');
  await press('.sheet-foot .seal');
  await frame.waitForFunction(() => window.calls.some((call) => call[0] === 'redirect'), { timeout: 8000 });
  assert.deepEqual(await frame.evaluate(() => window.calls.map((call) => call[0])), ['post', 'redirect']);
  assert.equal(await frame.evaluate(() => window.calls[1][1].url), '/pages/done?from=sign');
  assert.deepEqual(await page.evaluate(() => window.heard.map((one) => one.event)), ['signSuccessCb']);
}, () => {
  window.calls = [];
  const note = (name) => (what) => { window.calls.push([name, what]); };
  window.wx = { miniProgram: { postMessage: note('post'), navigateBack: note('back'), navigateTo: note('to'), redirectTo: note('redirect'), reLaunch: note('launch') } };
});

await browser.close();
for (const [ok, text] of results) console.log(`${ok ? 'ok  ' : 'FAIL'} ${text}`);
const failed = results.filter(([ok]) => !ok).length;
console.log(`${results.length - failed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;

// Sample page pictures and seals, drawn as SVG: enough to see how the pages look without the real server.

const clauses = [
  ['一、服务内容', '乙方为甲方提供办公设备的安装、巡检与维护服务，服务范围以附件所列清单为准。乙方应在接到通知后两个工作日内到场，并在离场前由甲方当场验收。'],
  ['二、服务期限', '本合同自双方签署之日起生效，有效期一年。期满前三十日内双方均未提出异议的，本合同按原条件顺延一年，顺延以一次为限。'],
  ['三、费用与支付', '服务费总额为人民币叁万陆仟元整（¥36,000.00），分四个季度支付。甲方应在收到合规发票之日起十个工作日内，将当期费用汇入乙方指定账户。'],
  ['四、双方的义务', '甲方应提供必要的场地与用电条件；乙方应遵守甲方的安全管理规定，对在服务过程中知悉的资料负有保密义务，保密义务不因合同终止而解除。'],
  ['五、违约责任', '任何一方未按约定履行义务，经书面催告后十日内仍未改正的，守约方有权解除合同，并要求违约方赔偿由此造成的直接损失。'],
  ['六、争议的解决', '因本合同引起的争议，双方应先行协商；协商不成的，提交甲方住所地有管辖权的人民法院处理。'],
];

const escape = (text) => text.replace(/[&<>]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[c]);

function lines(text, perLine) {
  const result = [];
  for (let i = 0; i < text.length; i += perLine) result.push(text.slice(i, i + perLine));
  return result;
}

function body(page) {
  let y = 0;
  let out = '';
  const chosen = page === 1 ? clauses.slice(0, 4) : page % 2 ? clauses.slice(1, 5) : clauses.slice(2, 6);
  for (const [heading, text] of chosen) {
    out += `<text x="72" y="${y}" font-size="14" font-weight="700">${heading}</text>`;
    y += 26;
    for (const line of lines(`　　${text}`, 36)) {
      out += `<text x="72" y="${y}" font-size="12.5">${escape(line)}</text>`;
      y += 23;
    }
    y += 10;
  }
  return { out, height: y };
}

export function pagePicture({ title, page, pages, signed, sponsor, last }) {
  const { out } = body(page);
  const top = page === 1
    ? `<text x="297.6" y="92" text-anchor="middle" font-size="24" font-weight="700" letter-spacing="3">${escape(title)}</text>
       <text x="72" y="136" font-size="12.5">甲方：${escape(sponsor)}</text><text x="72" y="159" font-size="12.5">乙方：张示例</text>`
    : '';
  const foot = last
    ? `<text x="72" y="640" font-size="13">甲方（盖章）：</text><text x="330" y="640" font-size="13">乙方（签字）：</text>
       <text x="72" y="770" font-size="13">日期：</text><text x="330" y="770" font-size="13">日期：</text>
       <g transform="translate(105,625) scale(1.15)" opacity=".88">${sealBody(sponsor)}</g>
       ${signed ? '<text x="430" y="690" font-size="36" font-family="AR PL UKai CN, KaiTi, serif" fill="#16181C">张示例</text><text x="372" y="770" font-size="13">2031 年 3 月 5 日</text>' : ''}`
    : '';
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 595.28 841.89" width="1191" height="1684" font-family="Noto Serif CJK SC, Songti SC, serif" fill="#1D1F23">
<rect width="100%" height="100%" fill="#fff"/>${top}<g transform="translate(0,${page === 1 ? 200 : 90})">${out}</g>${foot}
<text x="297.6" y="812" text-anchor="middle" font-size="10" fill="#777">第 ${page} 页 / 共 ${pages} 页</text></svg>`;
}

function sealBody(name) {
  const letters = [...name].slice(0, 14);
  const spread = 250;
  const text = letters.map((c, i) => {
    const angle = -spread / 2 + (spread / Math.max(1, letters.length - 1)) * i;
    return `<text transform="rotate(${angle} 55 55) translate(55 20)" text-anchor="middle" font-size="12" font-weight="700">${c}</text>`;
  }).join('');
  const star = Array.from({ length: 5 }, (_, i) => {
    const a = ((i * 144 - 90) * Math.PI) / 180;
    return `${55 + 15 * Math.cos(a)},${55 + 15 * Math.sin(a)}`;
  }).join(' ');
  return `<g fill="#C8281E" stroke="none"><circle cx="55" cy="55" r="52" fill="none" stroke="#C8281E" stroke-width="3"/>${text}<polygon points="${star}"/></g>`;
}

export function roundSeal(name, word = '') {
  const below = word ? `<text x="55" y="90" text-anchor="middle" font-size="11" font-weight="700" fill="#C8281E">${word}</text>` : '';
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 110 110" width="440" height="440" font-family="Noto Serif CJK SC, Songti SC, serif">${sealBody(name)}${below}</svg>`;
}

export function squareSeal(name) {
  const chars = [...`${name}印`].slice(0, 4);
  const at = [[76, 46], [76, 92], [34, 46], [34, 92]];
  const text = chars.map((c, i) => `<text x="${at[i][0]}" y="${at[i][1] - 2}" text-anchor="middle" font-size="40" font-weight="700">${c}</text>`).join('');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 110 110" width="440" height="440" font-family="Noto Serif CJK SC, Songti SC, serif" fill="#C8281E"><rect x="4" y="4" width="102" height="102" rx="6" fill="none" stroke="#C8281E" stroke-width="4"/>${text}</svg>`;
}

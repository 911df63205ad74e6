import { describe, expect, it } from 'vitest';
import { boxAt, colourOf, editedBoxes, forSaving, isDrawn, moved, sizeOf, unplaced } from '../src/appoint/boxes';
import type { AppointNode } from '../src/types';

const a4 = { width: 595.28, height: 841.89 };
const nodes: AppointNode[] = [
  { actionId: '1', partyId: '10', partyName: '甲', kind: 'COMPANY', title: '', sponsor: true,
    offers: [{ type: 'COMPANY', widthMm: 42, heightMm: 42 }, { type: 'ACROSS_PAGE', widthMm: 42, heightMm: 42 }] },
  { actionId: '2', partyId: '11', partyName: '乙', kind: 'PERSONAL', title: '', sponsor: false, offers: [{ type: 'PERSONAL', widthMm: 30, heightMm: 12 }] },
];

describe('places before sending', () => {
  it('stand with their middle where they were dropped, in true size', () => {
    const box = boxAt(nodes, '2', 'PERSONAL', '7', 2, a4, { x: 0.5, y: 0.5 });
    const width = (30 * 72) / 25.4 / a4.width;
    expect(box.x! + width / 2).toBeCloseTo(0.5, 6);
    expect(box.page).toBe(2);
  });
  it('do not leave the page', () => {
    const box = boxAt(nodes, '1', 'COMPANY', '7', 1, a4, { x: 1.4, y: -0.2 });
    expect(box.x!).toBeLessThan(1 - (41 * 72) / 25.4 / a4.width);
    expect(box.y!).toBeLessThan(1);
    expect(box.y!).toBeGreaterThan(0.8);
  });
  it('across the pages have a height alone', () => {
    const box = boxAt(nodes, '1', 'ACROSS_PAGE', '7', 3, a4, { x: 0.2, y: 0.5 });
    expect([box.page, box.x]).toEqual([1, 0]);
  });
  it('are sent by number while nobody touched them', () => {
    const [kept] = editedBoxes([{ actionId: '1', kept: 0, type: 'COMPANY', documentId: '7', page: 1, x: 0.1, y: 0.1 }]);
    expect(forSaving([kept])).toEqual([{ actionId: '1', kept: 0, type: 'COMPANY' }]);
    const elsewhere = moved(kept, boxAt(nodes, '1', 'COMPANY', '7', 1, a4, { x: 0.5, y: 0.5 }));
    expect(elsewhere.key).toBe(kept.key);
    expect(forSaving([elsewhere])[0]).not.toHaveProperty('kept');
  });
  it('by keyword cannot be drawn', () => {
    expect(isDrawn({ actionId: '1', kept: 0, type: 'COMPANY', keyword: '甲方' })).toBe(false);
  });
  it('tell parties apart and which node has none', () => {
    expect(colourOf({ nodes }, '2')).toBe(1);
    expect(unplaced(nodes, [{ actionId: '1', type: 'COMPANY' }]).map((node) => node.actionId)).toEqual(['2']);
    expect(sizeOf(nodes, '9', 'COMPANY')).toEqual({ width: 40, height: 40 });
  });
});

import { describe, expect, it } from 'vitest';
import type { PageSlot } from '../src/signing/layout';
import { byDocument, createWatch, firstUnseen, pagesBetween, without } from '../src/signing/reading';
import type { ReadingState } from '../src/types';

const slot = (page: number, top: number, height = 100) => ({ documentId: 'd', documentIndex: 0, page, top, height }) as PageSlot;
const state: ReadingState = {
  rule: 'REQUIRE', pages: 4, left: 3, unseen: [{ documentId: 'd', pages: [2, 3] }, { documentId: 'e', pages: [1] }],
};

describe('pagesBetween', () => {
  it('takes a page of which half is there, and one that fills half the screen', () => {
    const slots = [slot(1, 0), slot(2, 100), slot(3, 200, 1000)];
    expect(pagesBetween(slots, 40, 140).map((one) => one.page)).toEqual([1]);
    expect(pagesBetween(slots, 60, 160).map((one) => one.page)).toEqual([2]);
    expect(pagesBetween(slots, 400, 500).map((one) => one.page)).toEqual([3]);
  });
});

describe('a watch', () => {
  it('counts a page that is there twice in a row, and once only', () => {
    const watch = createWatch();
    const one = [{ documentId: 'd', page: 1 }];
    expect(watch.look(one)).toEqual([]);
    expect(watch.look(one)).toEqual(one);
    expect(watch.look(one)).toEqual([]);
  });
  it('does not count a page that only rushed by', () => {
    const watch = createWatch();
    watch.look([{ documentId: 'd', page: 1 }]);
    expect(watch.look([{ documentId: 'd', page: 2 }])).toEqual([]);
    expect(watch.look([{ documentId: 'd', page: 1 }])).toEqual([]);
  });
});

describe('what is left', () => {
  it('gets less with every page seen, and never below what is unknown', () => {
    const after = without(state, [{ documentId: 'd', page: 2 }, { documentId: 'e', page: 1 }, { documentId: 'd', page: 9 }]);
    expect(after.unseen).toEqual([{ documentId: 'd', pages: [3] }]);
    expect(after.left).toBe(1);
  });
  it('names the first page to go to', () => {
    expect(firstUnseen(state)).toEqual({ documentId: 'd', page: 2 });
    expect(firstUnseen({ ...state, unseen: [] })).toBe(null);
    expect(firstUnseen(undefined)).toBe(null);
  });
});

describe('byDocument', () => {
  it('puts the pages of a document together', () => {
    expect(byDocument([{ documentId: 'd', page: 2 }, { documentId: 'e', page: 1 }, { documentId: 'd', page: 3 }])).toEqual([
      { documentId: 'd', pages: [2, 3] }, { documentId: 'e', pages: [1] },
    ]);
  });
});

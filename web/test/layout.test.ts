import { describe, expect, it } from 'vitest';
import {
  boxOf, fractionOfPage, inReadingOrder, isCounted, layoutSheet, pageRatio, pictureWidth, placeAround, slotAt, slotsBetween,
} from '../src/signing/layout';
import type { ContractDocument, Place } from '../src/types';

const a4 = { width: 595.28, height: 841.89 };
const document = (id: string, pageCount: number, size = a4): ContractDocument => ({ id, title: id, pageCount, pages: Array.from({ length: pageCount }, () => size) });
const metrics = { width: 343, gap: 12, headingHeight: 48 };

describe('the long sheet', () => {
  it('reserves_every_page_its_place_before_a_picture_is_there', () => {
    const sheet = layoutSheet([document('a', 2), document('b', 1, { width: 800, height: 400 })], metrics);
    expect(sheet.headings.map((heading) => heading.documentIndex)).toEqual([0, 1]);
    expect(sheet.slots.map((slot) => slot.height)).toEqual([485, 485, 172]);
    sheet.slots.slice(1).forEach((slot, i) => expect(slot.top).toBeGreaterThanOrEqual(sheet.slots[i].top + sheet.slots[i].height));
  });
  it('needs_no_headings_for_one_document', () => {
    expect(layoutSheet([document('a', 3)], metrics).headings).toEqual([]);
  });
  it('shows_a_handful_of_500_pages', () => {
    const { slots } = layoutSheet([document('a', 500)], metrics);
    expect(slots.length).toBe(500);
    const [first, last] = slotsBetween(slots, 100_000, 102_000);
    expect(last - first).toBeLessThan(7);
    expect(slots[first].top + slots[first].height).toBeGreaterThan(100_000);
    expect(slots[last].top).toBeGreaterThanOrEqual(102_000);
  });
  it('finds_the_page_under_the_eye_like_a_search_from_the_start', () => {
    const { slots } = layoutSheet([document('a', 40)], metrics);
    for (let y = -50; y < 22_000; y += 77) {
      const plain = slots.findIndex((slot) => slot.top + slot.height > y);
      expect(slotAt(slots, y)).toBe(plain < 0 ? slots.length : plain);
    }
  });
  it('takes_a_page_of_unknown_or_absurd_size_for_something_that_can_be_shown', () => {
    expect(pageRatio({ id: 'a', title: '', pageCount: 2, pages: [] }, 2)).toBeCloseTo(1.414, 2);
    expect(pageRatio({ id: 'a', title: '', pageCount: 1, pages: [{ width: 0, height: 5 }] }, 1)).toBeCloseTo(1.414, 2);
    expect(pageRatio({ id: 'a', title: '', pageCount: 1, pages: [{ width: 1, height: 9e9 }] }, 1)).toBe(10);
  });
});

describe('the picture of a page', () => {
  it.each([[343, 2, 750], [343, 3, 750], [375, 1, 480], [776, 1, 750], [800, 1, 1125], [776, 2, 1500], [4000, 2, 1500]])(
    '%i_css_pixels_at_%i_asks_for_%i', (width, ratio, expected) => expect(pictureWidth(width, ratio)).toBe(expected),
  );
});

describe('places', () => {
  const place = (id: string, documentId: string, page: number, x: number, y: number, type = 'PERSONAL'): Place =>
    ({ id, documentId, page, type, x, y, width: 0.2, height: 0.1 });

  it('are_visited_in_reading_order', () => {
    const places = [place('5', 'b', 1, 0, 0.5), place('2', 'a', 1, 0.6, 0.8), place('4', 'a', 2, 0, 0.9), place('1', 'a', 1, 0.1, 0.8), place('3', 'a', 1, 0.1, 0.1)];
    expect(inReadingOrder(places, [document('a', 2), document('b', 1)]).map((one) => one.id)).toEqual(['1', '2', '3', '4', '5']);
  });
  it('count_only_where_something_is_done', () => {
    expect(['PERSONAL', 'COMPANY', 'LP', 'TIMESTAMP', 'ACROSS_PAGE'].map((type) => isCounted(place('1', 'a', 1, 0, 0, type))))
      .toEqual([true, true, true, false, false]);
  });
  it('have_their_origin_at_the_bottom_left', () => {
    const box = boxOf({ x: 0.1, y: 0.2, width: 0.3, height: 0.1 });
    expect(box.left).toBeCloseTo(0.1);
    expect(box.top).toBeCloseTo(0.7);
  });
});

describe('free placement', () => {
  it('knows_a_seal_of_42_mm_on_a4', () => {
    const size = fractionOfPage({ width: 42, height: 42 }, a4);
    expect(size.width).toBeCloseTo(0.2, 3);
    expect(size.height).toBeCloseTo(0.1414, 3);
  });
  it('centres_the_seal_on_the_finger', () => {
    expect(placeAround({ x: 0.5, y: 0.25 }, { width: 0.2, height: 0.1 })).toEqual({ x: 0.4, y: expect.closeTo(0.7) });
  });
  it.each([[-1, -1], [2, 2], [0, 1], [0.99, 0.01]])('keeps_it_on_the_page_at_%d_%d', (x, y) => {
    const size = { width: 0.2, height: 0.1 };
    const corner = placeAround({ x, y }, size);
    expect(corner.x).toBeGreaterThanOrEqual(0);
    expect(corner.y).toBeGreaterThanOrEqual(0);
    expect(corner.x + size.width).toBeLessThanOrEqual(1.0000001);
    expect(corner.y + size.height).toBeLessThanOrEqual(1.0000001);
  });
});

import type { ContractDocument, Place } from '../types';

/** One page on the long sheet of all documents; pixels from the sheet's top. */
export interface PageSlot {
  documentId: string;
  documentIndex: number;
  page: number;
  top: number;
  height: number;
}

export interface DocumentHeading {
  documentIndex: number;
  top: number;
}

export interface SheetLayout {
  slots: PageSlot[];
  headings: DocumentHeading[];
  height: number;
}

export interface SheetMetrics {
  width: number;
  gap: number;
  headingHeight: number;
}

const kA4Ratio = 841.89 / 595.28;

/** Height over width, kept within what a page can be; a missing size counts as A4. */
export function pageRatio(document: ContractDocument, page: number): number {
  const size = document.pages[page - 1];
  if (!size || !(size.width > 0) || !(size.height > 0)) return kA4Ratio;
  return Math.min(10, Math.max(0.1, size.height / size.width));
}

/** Where every page lies, known before any picture is: so nothing jumps, and only what is seen needs to exist. */
export function layoutSheet(documents: readonly ContractDocument[], metrics: SheetMetrics): SheetLayout {
  const slots: PageSlot[] = [];
  const headings: DocumentHeading[] = [];
  let top = 0;
  documents.forEach((document, documentIndex) => {
    if (documents.length > 1) {
      headings.push({ documentIndex, top });
      top += metrics.headingHeight;
    }
    for (let page = 1; page <= document.pageCount; ++page) {
      const height = Math.round(metrics.width * pageRatio(document, page));
      slots.push({ documentId: document.id, documentIndex, page, top, height });
      top += height + metrics.gap;
    }
  });
  return { slots, headings, height: top };
}

/** The first slot that ends below `y`, by bisection. */
export function slotAt(slots: readonly PageSlot[], y: number): number {
  let low = 0;
  let high = slots.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (slots[middle].top + slots[middle].height <= y) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The slots that meet the band from `top` to `bottom`: the half-open range [first, last). */
export function slotsBetween(slots: readonly PageSlot[], top: number, bottom: number): [number, number] {
  const first = slotAt(slots, top);
  let last = first;
  while (last < slots.length && slots[last].top < bottom) ++last;
  return [first, last];
}

const kPictureWidths = [480, 750, 1125, 1500];

/** The server draws a few widths only, so that its cache and the reader's serve many screens. */
export function pictureWidth(cssWidth: number, pixelRatio: number): number {
  const wanted = cssWidth * Math.min(pixelRatio, 2);
  return kPictureWidths.filter((width) => width >= wanted * 0.95)[0] || kPictureWidths[kPictureWidths.length - 1];
}

/** In reading order: document, page, from the top down, from left to right. */
export function inReadingOrder(places: readonly Place[], documents: readonly ContractDocument[]): Place[] {
  const order: Record<string, number> = {};
  documents.forEach((document, index) => { order[document.id] = index; });
  return places.slice().sort((a, b) =>
    (order[a.documentId] ?? 0) - (order[b.documentId] ?? 0)
    || a.page - b.page
    || (b.y + b.height) - (a.y + a.height)
    || a.x - b.x);
}

/** Dates and the seal across the edges follow by themselves; only the others are counted and visited. */
export function isCounted(place: Place): boolean {
  return place.type !== 'TIMESTAMP' && place.type !== 'ACROSS_PAGE';
}

export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** From fractions with the origin bottom left to fractions with the origin top left. */
export function boxOf(place: Pick<Place, 'x' | 'y' | 'width' | 'height'>): Box {
  return { left: place.x, top: 1 - place.y - place.height, width: place.width, height: place.height };
}

const kPointsPerMm = 72 / 25.4;

/** A size in millimetres as fractions of a page given in points. */
export function fractionOfPage(mm: { width: number; height: number }, page: { width: number; height: number }) {
  return {
    width: Math.min(1, (mm.width * kPointsPerMm) / page.width),
    height: Math.min(1, (mm.height * kPointsPerMm) / page.height),
  };
}

/** The lower left corner of a box of `size` centred at a point (origin top left), moved back inside the page. */
export function placeAround(point: { x: number; y: number }, size: { width: number; height: number }) {
  const clamp = (value: number, most: number) => Math.min(Math.max(0, value), Math.max(0, most));
  const left = clamp(point.x - size.width / 2, 1 - size.width);
  const top = clamp(point.y - size.height / 2, 1 - size.height);
  return { x: left, y: Math.max(0, 1 - top - size.height) };
}

import type { ReadingState } from '../types';
import type { PageSlot } from './layout';

/** A page of a document; pages from 1. */
export interface SeenPage { documentId: string; page: number }

/** Pages of which half, or of which half a screen, lies between these two edges of the sheet. */
export function pagesBetween(slots: PageSlot[], top: number, bottom: number): PageSlot[] {
  return slots.filter((slot) => {
    const covered = Math.min(bottom, slot.top + slot.height) - Math.max(top, slot.top);
    return covered >= Math.min(slot.height, bottom - top) / 2;
  });
}

const keyOf = (page: SeenPage) => `${page.documentId}/${page.page}`;

/** Takes notice of what stays on the screen: a page that is there at two looks in a row was seen, once. */
export function createWatch() {
  let before: Record<string, boolean> = {};
  const told: Record<string, boolean> = {};
  return {
    look(pages: SeenPage[]): SeenPage[] {
      const fresh = pages.filter((page) => before[keyOf(page)] && !told[keyOf(page)]);
      before = {};
      pages.forEach((page) => { before[keyOf(page)] = true; });
      fresh.forEach((page) => { told[keyOf(page)] = true; });
      return fresh.map(({ documentId, page }) => ({ documentId, page }));
    },
  };
}

/** What the server said is left, without the pages seen since. */
export function without(state: ReadingState, seen: SeenPage[]): ReadingState {
  const gone: Record<string, boolean> = {};
  seen.forEach((page) => { gone[keyOf(page)] = true; });
  let taken = 0;
  const unseen = state.unseen.map((document) => {
    const pages = document.pages.filter((page) => !gone[keyOf({ documentId: document.documentId, page })]);
    taken += document.pages.length - pages.length;
    return { documentId: document.documentId, pages };
  }).filter((document) => document.pages.length);
  return { ...state, unseen, left: Math.max(0, state.left - taken) };
}

/** By document, as the server wants them. */
export function byDocument(seen: SeenPage[]): { documentId: string; pages: number[] }[] {
  const result: { documentId: string; pages: number[] }[] = [];
  seen.forEach(({ documentId, page }) => {
    const known = result.filter((one) => one.documentId === documentId)[0];
    if (known) known.pages.push(page);
    else result.push({ documentId, pages: [page] });
  });
  return result;
}

/** The page to go to when some are left that must be seen. */
export function firstUnseen(state: ReadingState | undefined): SeenPage | null {
  const document = state && state.unseen[0];
  return document ? { documentId: document.documentId, page: document.pages[0] } : null;
}

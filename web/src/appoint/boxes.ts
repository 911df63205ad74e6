import type { AppointAnswer, AppointBox, AppointNode } from '../types';
import { fractionOfPage, placeAround } from '../signing/layout';

/** A place on the page while it is edited. `kept` places are those the draft had; a moved one becomes new. */
export interface EditedBox extends AppointBox {
  key: number;
}

let lastKey = 0;

/** Places of the draft as the page edits them; those that cannot be drawn (by keyword, on all pages) stay as they are. */
export function editedBoxes(boxes: readonly AppointBox[]): EditedBox[] {
  return boxes.map((box) => ({ ...box, key: ++lastKey }));
}

export function isDrawn(box: AppointBox): boolean {
  return !!box.documentId && typeof box.page === 'number' && typeof box.x === 'number' && typeof box.y === 'number';
}

export function isAcross(type: string): boolean {
  return type.indexOf('ACROSS_PAGE') === 0;
}

/** The true size of what stands at a box, in millimetres. */
export function sizeOf(nodes: readonly AppointNode[], actionId: string, type: string): { width: number; height: number } {
  const node = nodes.filter((one) => one.actionId === actionId)[0];
  const offer = node && node.offers.filter((one) => one.type === type || (isAcross(type) && isAcross(one.type)))[0];
  return offer ? { width: offer.widthMm, height: offer.heightMm } : { width: 40, height: 40 };
}

/** A new place whose middle lies at a point of the page (fractions, origin top left). */
export function boxAt(
  nodes: readonly AppointNode[], actionId: string, type: string, documentId: string, page: number,
  pageSize: { width: number; height: number }, point: { x: number; y: number },
): EditedBox {
  const size = fractionOfPage(sizeOf(nodes, actionId, type), pageSize);
  const across = isAcross(type);
  const corner = placeAround(across ? { x: 1, y: point.y } : point, size);
  return { key: ++lastKey, actionId, type, documentId, page: across ? 1 : page, x: across ? 0 : belowOne(corner.x), y: belowOne(corner.y) };
}

/** The same place elsewhere: what was kept is said anew. */
export function moved(box: EditedBox, to: EditedBox): EditedBox {
  return { ...to, key: box.key };
}

/** The server takes offsets in [0, 1). */
function belowOne(value: number): number {
  return Math.min(Math.max(0, value), 0.9999);
}

/** What is sent: an untouched place by its number, a new one in full. */
export function forSaving(boxes: readonly EditedBox[]): AppointBox[] {
  return boxes.map((box) => (typeof box.kept === 'number'
    ? { actionId: box.actionId, kept: box.kept, type: box.type }
    : { actionId: box.actionId, type: box.type, documentId: box.documentId, page: box.page, x: box.x, y: box.y }));
}

/** A colour for each party, in its order; they begin anew after five. */
export function colourOf(open: Pick<AppointAnswer, 'nodes'>, actionId: string): number {
  const parties: string[] = [];
  open.nodes.forEach((node) => { if (parties.indexOf(node.partyId) < 0) parties.push(node.partyId); });
  const node = open.nodes.filter((one) => one.actionId === actionId)[0];
  return node ? parties.indexOf(node.partyId) % 5 : 0;
}

/** The nodes that have no place yet. */
export function unplaced(nodes: readonly AppointNode[], boxes: readonly AppointBox[]): AppointNode[] {
  return nodes.filter((node) => !boxes.some((box) => box.actionId === node.actionId));
}

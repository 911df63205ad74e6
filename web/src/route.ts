/** Which page a path asks for. Every page is loaded on its own, so this is all the routing there is. */
export type Route =
  | { page: 'sign'; contractId: string; key: { token: string } | { ticket: string } | null; hasCb: boolean }
  | { page: 'join'; token: string | null }
  | { page: 'grant'; key: { token: string } | { ticket: string } | null }
  | { page: 'appoint' | 'short'; token: string }
  | { page: 'inbox' | 'verify' | 'welcome' | 'unknown' };

export function resolveRoute(path: string, query: string): Route {
  const params = new URLSearchParams(query);
  const trimmed = path.replace(/\/+$/, '') || '/';
  const share = /^\/contract\/share\/([^/]+)$/.exec(trimmed);
  if (share) {
    const token = params.get('openPageToken') || params.get('viewToken');
    return { page: 'sign', contractId: share[1], key: token ? { token } : null, hasCb: params.get('hasCb') === 'true' };
  }
  if (/^\/contract\/join\/[^/]+$/.test(trimmed)) return { page: 'join', token: params.get('joinToken') };
  const view = /^\/contract\/view\/([^/]+)$/.exec(trimmed);
  // The code printed on a document's page: its reader shows by a code who he is.
  if (view && /^\d+-p-/.test(view[1])) return { page: 'short', token: view[1] };
  if (view) return { page: 'sign', contractId: '', key: { token: view[1] }, hasCb: false };
  if (/^\/contract\/appoint\/[^/]+$/.test(trimmed)) return { page: 'appoint', token: params.get('openPageToken') || '' };
  const short = /^\/s\/([^/]+)$/.exec(trimmed);
  if (short) return { page: 'short', token: short[1] };
  if (trimmed === '/miniapp/doc') {
    const ticket = params.get('ticket');
    return { page: 'sign', contractId: '', key: ticket ? { ticket } : null, hasCb: params.get('hasCb') === 'true' };
  }
  if (trimmed === '/personalsign/auth' || trimmed === '/miniapp/personalsign') {
    const token = params.get('token');
    const ticket = params.get('ticket');
    return { page: 'grant', key: token ? { token } : ticket ? { ticket } : null };
  }
  if (trimmed === '/inbox') return { page: 'inbox' };
  if (trimmed === '/verify') return { page: 'verify' };
  if (trimmed === '/' || trimmed === '/index.html') return { page: 'welcome' };
  return { page: 'unknown' };
}

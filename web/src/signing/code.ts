import { reactive } from 'vue';
import { ApiError, api } from '../api';
import { locale, t, type MessageKey } from '../i18n';
import en from '../locales/en.json';

/** What to say about a refusal: our own words where we have them, else the server's, else that it did not work. */
export function explain(error: unknown): string {
  if (!(error instanceof ApiError)) return t('error.unknown');
  const key = `error.${error.code}`;
  const counted = `${key}.left`;
  if (error.triesLeft !== null && error.triesLeft > 0 && counted in en) return t(counted as MessageKey, { n: error.triesLeft });
  if (key in en) return t(key as MessageKey);
  const said = locale.value === 'en' ? error.messageEn : error.message !== error.code ? error.message : '';
  return said || t('error.unknown');
}

export interface CodeTimer {
  state: { sent: boolean; left: number; busy: boolean; contact: string; problem: string };
  request(): Promise<void>;
  stop(): void;
  /** For the next thing to confirm, which needs a code of its own. */
  reset(): void;
}

const kDefaultWait = 60;
const kLongestWait = 600;

/** Asks for a code and counts down until it may be asked for again. Counts by the clock: a sleeping phone slows no seconds. */
export function createCodeTimer(send = api.sendCode, now: () => number = Date.now): CodeTimer {
  const state = reactive({ sent: false, left: 0, busy: false, contact: '', problem: '' });
  let until = 0;
  let ticking: ReturnType<typeof setInterval> | undefined;

  const stop = () => {
    if (ticking !== undefined) clearInterval(ticking);
    ticking = undefined;
  };
  const tick = () => {
    state.left = Math.max(0, Math.ceil((until - now()) / 1000));
    if (state.left === 0) stop();
  };
  const request = async () => {
    if (state.busy || state.left > 0) return;
    state.busy = true;
    state.problem = '';
    try {
      const answer = await send();
      state.sent = true;
      state.contact = answer.contact;
      const wait = answer.resendAfter > 0 ? Math.min(answer.resendAfter, kLongestWait) : kDefaultWait;
      until = now() + wait * 1000;
      stop();
      ticking = setInterval(tick, 500);
      tick();
    } catch (error) {
      state.problem = explain(error);
    } finally {
      state.busy = false;
    }
  };
  const reset = () => {
    stop();
    until = 0;
    Object.assign(state, { sent: false, left: 0, contact: '', problem: '' });
  };
  return { state, request, stop, reset };
}

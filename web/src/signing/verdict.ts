import type { VerifyAnswerWord, VerifyConclusion, VerifyReason } from '../types';

export type Tone = 'good' | 'warn' | 'bad' | 'plain';

/** Only what is proven is green; what cannot be told is a warning, and only what is wrong is red. */
export function toneOf(conclusion: VerifyConclusion): Tone {
  if (conclusion === 'VALID') return 'good';
  if (conclusion === 'INVALID') return 'bad';
  return conclusion === 'NOT_SIGNED' ? 'plain' : 'warn';
}

export function answerTone(answer: VerifyAnswerWord): Tone {
  return answer === 'good' ? 'good' : answer === 'bad' ? 'bad' : 'warn';
}

/** Whether a reason weighs upon the verdict, or is only worth knowing. */
export function gravity(reason: VerifyReason): 'grave' | 'note' {
  return reason.note ? 'note' : 'grave';
}

export function sizeText(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${Math.round(bytes / 1024)} KB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

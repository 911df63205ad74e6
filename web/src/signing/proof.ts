/** What proves a signature: a code by message, or the signer's own password. */
export type ProofKind = 'code' | 'password';

export const kPasswordLength = { least: 8, most: 64 };

export interface PasswordRules {
  length: boolean;
  letter: boolean;
  digit: boolean;
}

/** The server's rules, told while typing. Characters are counted, not UTF-16 units. */
export function passwordRules(password: string): PasswordRules {
  const length = Array.from(password).length;
  return {
    length: length >= kPasswordLength.least && length <= kPasswordLength.most,
    letter: /[A-Za-z]/.test(password),
    digit: /[0-9]/.test(password),
  };
}

export function passwordHolds(password: string): boolean {
  const rules = passwordRules(password);
  return rules.length && rules.letter && rules.digit;
}

const kStorageKey = 'signet.proof';

/** Who signed by password last time, or has just set one, is asked for it first. */
export function usualProof(): ProofKind {
  try {
    return window.localStorage.getItem(kStorageKey) === 'password' ? 'password' : 'code';
  } catch {
    return 'code'; // storage may be denied in a frame or a private window
  }
}

export function rememberProof(kind: ProofKind): void {
  try {
    window.localStorage.setItem(kStorageKey, kind);
  } catch {
    // then the code comes first again
  }
}

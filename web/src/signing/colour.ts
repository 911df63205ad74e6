/** Relative luminance and contrast as WCAG 2.1 defines them; colours are `#rgb` or `#rrggbb`. */
export function parseColour(text: string): [number, number, number] | null {
  const short = /^#?([0-9a-f])([0-9a-f])([0-9a-f])$/i.exec(text.trim());
  if (short) return [1, 2, 3].map((i) => parseInt(short[i] + short[i], 16)) as [number, number, number];
  const long = /^#?([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(text.trim());
  return long ? [1, 2, 3].map((i) => parseInt(long[i], 16)) as [number, number, number] : null;
}

function luminance([r, g, b]: [number, number, number]): number {
  const linear = (value: number) => {
    const c = value / 255;
    return c <= 0.03928 ? c / 12.92 : Math.pow((c + 0.055) / 1.055, 2.4);
  };
  return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
}

export function contrast(a: string, b: string): number {
  const first = parseColour(a);
  const second = parseColour(b);
  if (!first || !second) return 1;
  const [low, high] = [luminance(first), luminance(second)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

/** A sender's theme colour, if it can be read on the ground it would stand on; null otherwise. */
export function usableTheme(colour: string | undefined, ground: string): string | null {
  const parsed = colour ? parseColour(colour) : null;
  if (!parsed) return null;
  const hex = '#' + parsed.map((value) => (value + 256).toString(16).slice(1)).join('');
  return contrast(hex, ground) >= 4.5 ? hex : null;
}

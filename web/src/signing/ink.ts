import type { InkPoint } from '../types';

export type Stroke = InkPoint[];

/** The pad's own units. Ink is kept in them, so turning the phone changes how it is shown and nothing else. */
export const kPad = { width: 1200, height: 540 };

export const kMostStrokes = 200;
export const kMostPoints = 12_000;

const kNearestPoints = 2.5;
const kSampleStep = 5;
const kWidest = 21;
const kNarrowest = 8;
const kSpeedEffect = 3.6;

interface Sample {
  x: number;
  y: number;
  radius: number;
}

export interface ClientPoint {
  x: number;
  y: number;
}

export interface ClientBox {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** From the screen to the pad. `turned`: the pad is shown a quarter turn clockwise, because the phone is held upright. */
export function toPad(point: ClientPoint, box: ClientBox, turned: boolean): { x: number; y: number } {
  const across = (point.x - box.left) / box.width;
  const down = (point.y - box.top) / box.height;
  const x = turned ? down : across;
  const y = turned ? 1 - across : down;
  const clamp = (value: number) => Math.min(1, Math.max(0, value));
  return { x: clamp(x) * kPad.width, y: clamp(y) * kPad.height };
}

function distance(a: ClientPoint, b: ClientPoint): number {
  return Math.sqrt((a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y));
}

/** Drops the trembling: points nearer to the last kept one than a hair. First and last always stay. */
export function withoutJitter(stroke: Stroke): Stroke {
  const kept: Stroke = [];
  stroke.forEach((point, index) => {
    const last = kept[kept.length - 1];
    if (!last || distance(last, point) >= kNearestPoints || (index === stroke.length - 1 && distance(last, point) > 0)) {
      kept.push(point);
    }
  });
  return kept;
}

/** A faster pen writes a thinner line. `previous` keeps the change gentle. */
function radiusAfter(previous: number, from: InkPoint, to: InkPoint): number {
  const speed = distance(from, to) / Math.max(1, to.t - from.t);
  const target = Math.max(kNarrowest, kWidest - speed * kSpeedEffect) / 2;
  return previous + (target - previous) * 0.35;
}

/** Quadratic curves through the middles between points, walked in even steps: what makes a hand's line look like ink. */
export function sampleStroke(stroke: Stroke): Sample[] {
  const points = withoutJitter(stroke);
  if (points.length === 0) return [];
  let radius = (kWidest * 0.8) / 2;
  const samples: Sample[] = [{ x: points[0].x, y: points[0].y, radius }];
  if (points.length === 1) return samples;
  let from: ClientPoint = points[0];
  for (let i = 1; i < points.length; ++i) {
    const control = points[i - 1];
    const last = i === points.length - 1;
    const to = last ? points[i] : { x: (control.x + points[i].x) / 2, y: (control.y + points[i].y) / 2 };
    const nextRadius = radiusAfter(radius, control, points[i]);
    const steps = Math.max(1, Math.round((distance(from, control) + distance(control, to)) / kSampleStep));
    for (let step = 1; step <= steps; ++step) {
      const u = step / steps;
      const v = 1 - u;
      samples.push({
        x: v * v * from.x + 2 * v * u * control.x + u * u * to.x,
        y: v * v * from.y + 2 * v * u * control.y + u * u * to.y,
        radius: radius + (nextRadius - radius) * u,
      });
    }
    radius = nextRadius;
    from = to;
  }
  return taper(samples);
}

/** The pen lifts: the last few samples narrow down. */
function taper(samples: Sample[]): Sample[] {
  const tail = Math.min(10, Math.floor(samples.length / 3));
  for (let i = 0; i < tail; ++i) {
    samples[samples.length - 1 - i].radius *= 0.45 + (0.55 * i) / Math.max(1, tail);
  }
  return samples;
}

const n = (value: number) => value.toFixed(1);

/** Turns the way the outlines turn, so that where both cover the paper nothing cancels out. */
function dot(sample: Sample): string {
  const r = n(sample.radius);
  const d = n(sample.radius * 2);
  return `M${n(sample.x - sample.radius)} ${n(sample.y)}a${r} ${r} 0 1 1 ${d} 0a${r} ${r} 0 1 1 -${d} 0z`;
}

function isCusp(a: Sample, b: Sample, c: Sample): boolean {
  const first = Math.atan2(b.y - a.y, b.x - a.x);
  const second = Math.atan2(c.y - b.y, c.x - b.x);
  const turn = Math.abs(Math.atan2(Math.sin(second - first), Math.cos(second - first)));
  return turn > 0.6;
}

/** The outline of one stroke as SVG path data, to be filled by the non-zero rule. */
export function strokeOutline(stroke: Stroke): string {
  const samples = sampleStroke(stroke);
  if (samples.length === 0) return '';
  if (samples.length < 3) return samples.map((sample) => dot({ ...sample, radius: sample.radius * 1.15 })).join('');
  const left: string[] = [];
  const right: string[] = [];
  let joints = '';
  samples.forEach((sample, i) => {
    const before = samples[Math.max(0, i - 1)];
    const after = samples[Math.min(samples.length - 1, i + 1)];
    const length = distance(before, after) || 1;
    const dx = ((after.y - before.y) / length) * sample.radius;
    const dy = (-(after.x - before.x) / length) * sample.radius;
    left.push(`${n(sample.x + dx)} ${n(sample.y + dy)}`);
    right.unshift(`${n(sample.x - dx)} ${n(sample.y - dy)}`);
    if (i > 0 && i < samples.length - 1 && isCusp(before, sample, after)) joints += dot(sample);
  });
  return `M${left.concat(right).join('L')}z${dot(samples[0])}${dot(samples[samples.length - 1])}${joints}`;
}

export function inkOutline(strokes: readonly Stroke[]): string {
  return strokes.map(strokeOutline).join('');
}

/** The box around all ink with a margin of one pen width; null when nothing is written. */
export function inkBox(strokes: readonly Stroke[]): { x: number; y: number; width: number; height: number } | null {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  strokes.forEach((stroke) => stroke.forEach((point) => {
    left = Math.min(left, point.x);
    top = Math.min(top, point.y);
    right = Math.max(right, point.x);
    bottom = Math.max(bottom, point.y);
  }));
  if (left > right) return null;
  return { x: left - kWidest, y: top - kWidest, width: right - left + 2 * kWidest, height: bottom - top + 2 * kWidest };
}

/** Enough ink to be a name, and not a slip of the finger. */
export function isSignature(strokes: readonly Stroke[]): boolean {
  const box = inkBox(strokes);
  return box !== null && box.width + box.height > 160 && strokes.some((stroke) => stroke.length > 3);
}

/** Within what the server takes: whole units, no more strokes and points than it allows. */
export function forSending(strokes: readonly Stroke[]): Stroke[] {
  const clean = strokes.slice(0, kMostStrokes).map(withoutJitter).filter((stroke) => stroke.length > 0);
  const total = clean.reduce((sum, stroke) => sum + stroke.length, 0);
  const every = Math.max(1, Math.ceil(total / kMostPoints));
  const round = (value: number) => Math.round(value * 10) / 10;
  return clean.map((stroke) => stroke
    .filter((_, index) => index % every === 0 || index === stroke.length - 1)
    .map((point) => ({ x: round(point.x), y: round(point.y), t: Math.round(point.t) })));
}

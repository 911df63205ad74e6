import { describe, expect, it } from 'vitest';
import {
  forSending, inkBox, isSignature, kMostPoints, kMostStrokes, kPad, sampleStroke, strokeOutline, toPad, withoutJitter, type Stroke,
} from '../src/signing/ink';

const line = (points: [number, number][], step = 10): Stroke => points.map(([x, y], i) => ({ x, y, t: i * step }));
const walk = (n: number, dx: number, dt: number): Stroke => Array.from({ length: n }, (_, i) => ({ x: 100 + i * dx, y: 200, t: i * dt }));

describe('turning the phone', () => {
  it('keeps_a_point_of_the_slip_at_the_same_place_of_the_pad', () => {
    const lying = { left: 50, top: 20, width: 600, height: 270 };
    const upright = { left: 40, top: 30, width: 270, height: 600 };
    // A quarter of the way along the slip, a third of the way down it, in both positions.
    const a = toPad({ x: 50 + 150, y: 20 + 90 }, lying, false);
    const b = toPad({ x: 40 + 180, y: 30 + 150 }, upright, true);
    expect(a.x).toBeCloseTo(kPad.width / 4);
    expect(a.y).toBeCloseTo(kPad.height / 3);
    expect(b.x).toBeCloseTo(a.x);
    expect(b.y).toBeCloseTo(a.y);
  });
  it('never_leaves_the_pad', () => {
    const box = { left: 0, top: 0, width: 100, height: 50 };
    expect(toPad({ x: -40, y: 900 }, box, false)).toEqual({ x: 0, y: kPad.height });
  });
});

describe('smoothing', () => {
  it('drops_trembling_but_keeps_both_ends', () => {
    const stroke = line([[0, 0], [0.5, 0.2], [1, 0], [30, 0], [30.4, 0.3]]);
    expect(withoutJitter(stroke).map((point) => point.x)).toEqual([0, 30, 30.4]);
  });
  it('rounds_a_corner_instead_of_passing_through_it', () => {
    const corner = sampleStroke(line([[0, 0], [100, 0], [100, 100]]));
    const nearest = Math.min(...corner.slice(0, -1).map((s) => Math.hypot(s.x - 100, s.y)));
    expect(nearest).toBeGreaterThan(5);
    expect(corner[0]).toMatchObject({ x: 0, y: 0 });
    expect(corner[corner.length - 1]).toMatchObject({ x: 100, y: 100 });
  });
  it('writes_thinner_when_the_pen_is_faster', () => {
    const middle = (stroke: Stroke) => { const samples = sampleStroke(stroke); return samples[Math.floor(samples.length / 2)].radius; };
    expect(middle(walk(40, 20, 5))).toBeLessThan(middle(walk(40, 20, 60)));
  });
  it('changes_the_width_gently', () => {
    const mixed = walk(10, 10, 40).concat(walk(10, 40, 4).map((point) => ({ ...point, x: point.x + 100, t: point.t + 400 })));
    const samples = sampleStroke(mixed);
    for (let i = 1; i < samples.length - 10; ++i) expect(Math.abs(samples[i].radius - samples[i - 1].radius)).toBeLessThan(2);
  });
});

describe('the outline', () => {
  it('is_a_closed_path_of_finite_numbers', () => {
    const path = strokeOutline(walk(12, 9, 10));
    expect(path).toMatch(/^M.*z/);
    expect(path).not.toMatch(/NaN|Infinity/);
  });
  it('of_a_tap_is_a_dot', () => {
    expect(strokeOutline(line([[50, 50]]))).toMatch(/^M[\d. ]+a/);
  });
  it('of_nothing_is_nothing', () => {
    expect(strokeOutline([])).toBe('');
  });
  it('turns_its_caps_the_same_way_as_its_sides_so_that_nothing_cancels_out', () => {
    const path = strokeOutline(walk(12, 9, 10));
    const sides = path.slice(1, path.indexOf('z')).split('L').map((pair) => pair.split(' ').map(Number));
    const area = sides.reduce((sum, [x, y], i) => {
      const [nx, ny] = sides[(i + 1) % sides.length];
      return sum + x * ny - nx * y;
    }, 0);
    expect(area).toBeGreaterThan(0); // clockwise on the screen, as an SVG arc with sweep flag 1
    expect(path).toContain('0 1 1 ');
    expect(path).not.toContain('0 1 0 ');
  });
});

describe('what is sent', () => {
  it('is_not_more_than_the_server_takes', () => {
    const many = Array.from({ length: 300 }, () => walk(200, 5, 4));
    const sent = forSending(many);
    expect(sent.length).toBe(kMostStrokes);
    expect(sent.reduce((sum, stroke) => sum + stroke.length, 0)).toBeLessThanOrEqual(kMostPoints + kMostStrokes);
  });
  it('keeps_times_and_whole_tenths', () => {
    expect(forSending([[{ x: 1.23456, y: 9.87654, t: 12.7 }]])).toEqual([[{ x: 1.2, y: 9.9, t: 13 }]]);
  });
});

describe('a signature', () => {
  it('is_more_than_a_slip_of_the_finger', () => {
    expect(isSignature([])).toBe(false);
    expect(isSignature([line([[5, 5]])])).toBe(false);
    expect(isSignature([walk(20, 15, 8)])).toBe(true);
  });
  it('has_a_box_around_its_ink', () => {
    const box = inkBox([line([[100, 50], [300, 120]])]);
    expect(box).not.toBeNull();
    expect(box!.x).toBeLessThan(100);
    expect(box!.x + box!.width).toBeGreaterThan(300);
    expect(inkBox([])).toBeNull();
  });
});

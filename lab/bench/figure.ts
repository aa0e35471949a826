/** What was measured, beside what it should be. */
export interface Figure {
  readonly name: string;
  readonly unit: string;
  /** One value for each repeat, at least one. */
  readonly values: readonly number[];
  /** The most that it should be, and whether exactly that still counts. Without one the figure is there to compare with. */
  readonly target?: { readonly most: number; readonly inclusive: boolean };
  /** A figure of the same run that says how fast the machine is. */
  readonly baseline?: { readonly name: string; readonly values: readonly number[] };
}

/** Something that could not be measured, and why. */
export interface Unmeasured {
  readonly name: string;
  readonly why: string;
}

/** The middle value; of an even count the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const around = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]].filter((value) => value !== undefined);
  return around.reduce((sum, value) => sum + value, 0) / around.length;
}

/** Whether the median keeps the target; undefined where there is none. */
export function holds({ values, target }: Figure): boolean | undefined {
  if (target === undefined) return undefined;
  return target.inclusive ? median(values) <= target.most : median(values) < target.most;
}

/** The figure as one line: name, median, range, target and whether it holds, how many times the baseline. */
export function figureLine(figure: Figure): string {
  const { name, unit, values, target, baseline } = figure;
  const range = values.length === 1 ? '' : `  (${shown(Math.min(...values))} to ${shown(Math.max(...values))}, ${values.length} times)`;
  const wanted =
    target === undefined ? '' : `  ${target.inclusive ? '<=' : '<'} ${target.most}: ${holds(figure) === true ? 'holds' : 'MISSED'}`;
  const ratio = baseline === undefined ? '' : `  ${shown(median(values) / median(baseline.values))} x ${baseline.name}`;
  return `${name.padEnd(62)} ${shown(median(values)).padStart(7)} ${unit.padEnd(5)}${range}${wanted}${ratio}`;
}

/** Three digits are as many as a busy machine gives. */
function shown(value: number): string {
  return value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}

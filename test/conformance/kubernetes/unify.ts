/** Compares an answer with a recorded one in which values that differ from run to run are placeholders. */

const PLACEHOLDER = /<(?:rv|time|microtime|uid|token|continue|generated|clusterip|nodeport):[^<>]+>|<server address>|<ms>/g;
const ESCAPE = /[.*+?^${}()|[\]\\]/g;
/** What a placeholder may stand for, by its kind. */
const SHAPES: Readonly<Record<string, string>> = {
  rv: String.raw`\d+`,
  time: String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`,
  microtime: String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3,6}Z`,
  uid: '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}',
  token: String.raw`[A-Za-z0-9_.-]+`,
  continue: String.raw`[A-Za-z0-9_=-]+`,
  generated: '[a-z0-9]+',
  clusterip: String.raw`\d+\.\d+\.\d+\.\d+`,
  nodeport: String.raw`\d+`,
};

/** Placeholders of which the same one is the same value in a whole file. */
export class Bindings {
  readonly #values = new Map<string, string>();

  get(placeholder: string): string | undefined {
    return this.#values.get(placeholder);
  }

  set(placeholder: string, value: string): void {
    this.#values.set(placeholder, value);
  }

  /** Puts known values in the place of placeholders; unknown ones come from `make`. */
  fill(text: string, make: (placeholder: string) => string): string {
    return text.replaceAll(PLACEHOLDER, (placeholder) => {
      const value = this.#values.get(placeholder) ?? make(placeholder);
      this.#values.set(placeholder, value);
      return value;
    });
  }

  /** The pairs whose values are not in the order of their numbers, among versions or times. */
  disorder(kind: 'rv' | 'time'): string[] {
    const numbered = [...this.#values]
      .map(([placeholder, value]) => ({ number: Number(new RegExp(`^<${kind}:(\\d+)>$`).exec(placeholder)?.[1]), value }))
      .filter(({ number }) => !Number.isNaN(number))
      .sort((a, b) => a.number - b.number);
    return numbered.flatMap((one, index) => {
      const next = numbered[index + 1];
      if (next === undefined) return [];
      const ordered = kind === 'rv' ? Number(one.value) < Number(next.value) : one.value <= next.value;
      return ordered ? [] : [`<${kind}:${one.number}> is ${one.value} but <${kind}:${next.number}> is ${next.value}`];
    });
  }
}

/** What differs between an answer and the recording, as one line each; none when it conforms. Binds what it learns. */
export function differences(recorded: unknown, actual: unknown, bindings: Bindings, path = ''): string[] {
  if (typeof recorded === 'string') return textDifferences(recorded, actual, bindings, path);
  if (Array.isArray(recorded)) {
    if (!Array.isArray(actual)) return [`${path}: a list was recorded, got ${shown(actual)}`];
    if (recorded.length !== actual.length) {
      return [`${path}: ${recorded.length} items were recorded, got ${actual.length}: ${shown(recorded)} <> ${shown(actual)}`];
    }
    return recorded.flatMap((item, index) => differences(item, actual[index], bindings, `${path}[${index}]`));
  }
  if (typeof recorded === 'object' && recorded !== null) return objectDifferences(recorded, actual, bindings, path);
  return recorded === actual ? [] : [`${path}: ${shown(recorded)} was recorded, got ${shown(actual)}`];
}

function objectDifferences(recorded: object, actual: unknown, bindings: Bindings, path: string): string[] {
  if (typeof actual !== 'object' || actual === null || Array.isArray(actual))
    return [`${path}: an object was recorded, got ${shown(actual)}`];
  const want = Object.entries(recorded).map(([name, value]) => [known(name, bindings), value] as const);
  const have = actual as Record<string, unknown>;
  const names = new Set(want.map(([name]) => name));
  const extra = Object.keys(have).filter((name) => !names.has(name));
  return [
    ...extra.map((name) => `${path}.${name}: not recorded, got ${shown(have[name])}`),
    ...want.flatMap(([name, value]) =>
      Object.hasOwn(have, name)
        ? differences(value, have[name], bindings, `${path}.${name}`)
        : [`${path}.${name}: missing, recorded was ${shown(value)}`],
    ),
  ];
}

function known(name: string, bindings: Bindings): string {
  return name.replaceAll(PLACEHOLDER, (placeholder) => bindings.get(placeholder) ?? placeholder);
}

function textDifferences(recorded: string, actual: unknown, bindings: Bindings, path: string): string[] {
  const placeholders = recorded.match(PLACEHOLDER) ?? [];
  const text = typeof actual === 'number' && placeholders.length === 1 && placeholders[0] === recorded ? String(actual) : actual;
  if (typeof text !== 'string') return [`${path}: ${shown(recorded)} was recorded, got ${shown(actual)}`];
  if (placeholders.length === 0) return recorded === text ? [] : [`${path}: ${shown(recorded)} was recorded, got ${shown(text)}`];
  const parts = recorded.split(PLACEHOLDER).map((part) => part.replaceAll(ESCAPE, String.raw`\$&`));
  const pattern = parts.reduce((so, part, index) => `${so}(${shapeOf(placeholders[index - 1] ?? '', bindings)})${part}`);
  const found = new RegExp(`^${pattern}$`, 's').exec(text);
  if (found === null) {
    const wanted = recorded.replaceAll(PLACEHOLDER, (one) => (bindings.get(one) === undefined ? one : `${one}=${bindings.get(one)}`));
    return [`${path}: ${shown(wanted)} was recorded, got ${shown(text)}`];
  }
  return placeholders.flatMap((placeholder, index) => {
    const value = found[index + 1] ?? '';
    const before = bindings.get(placeholder);
    bindings.set(placeholder, value);
    return before === undefined || before === value ? [] : [`${path}: ${placeholder} was ${before}, now ${value}`];
  });
}

function shapeOf(placeholder: string, bindings: Bindings): string {
  const value = bindings.get(placeholder);
  if (value !== undefined) return value.replaceAll(ESCAPE, String.raw`\$&`);
  if (placeholder === '<ms>') return String.raw`\d+`;
  return SHAPES[placeholder.slice(1, placeholder.indexOf(':'))] ?? '.+';
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 400 ? `${text.slice(0, 400)}…` : text;
}

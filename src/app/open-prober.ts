import type { Prober } from '../actions/alerts.ts';
import { measureLayers } from './prober/layers.ts';
import { openParts, type ProberOptions } from './prober/parts.ts';
import { createQuick } from './prober/quick.ts';
import { measurePublicPaths, measureSlow } from './prober/slow.ts';

/** What measures from this process. Nothing is opened before it is first asked. */
export function openProber(options: ProberOptions): Prober {
  const parts = openParts(options);
  const quick = createQuick(parts);
  return {
    vantage: parts.vantage,
    quick: (signal) => quick.measure(signal),
    slow: (signal) => measureSlow(parts, signal),
    publicPath: (signal) => measurePublicPaths(parts, signal),
    layers: (to, tell, signal) => measureLayers(to, parts, tell, signal),
  };
}

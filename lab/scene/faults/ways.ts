/** Faults of the ways through the tailnet, each of one direction unless it says otherwise. */
import { type LabFault, toggle } from '../../faults.ts';
import { GOOD_WAY, type LabNetwork, type WayState } from '../../network.ts';
import { GATEWAY_PORT, READINESS_PORT } from '../cluster.ts';
import { type Layer, layersOver } from './layers.ts';

const GROUP = 'Links';
const SLOW_MS = 300;
const LOSS_PERCENT = 40;
/** What fits into a segment where the path takes 1280 bytes. */
const SMALL_WRITE = 1228;

/** Of every two nodes. */
export function wayFaults(network: LabNetwork): LabFault[] {
  const names = network.nodes.map(({ cluster }) => cluster);
  const layers = new Map<string, Layer<WayState>>();
  const layerOf = (from: string, to: string): Layer<WayState> => {
    const key = `${from}>${to}`;
    const layer = layers.get(key) ?? layersOver(GOOD_WAY, (state) => network.setWay(from, to, state));
    layers.set(key, layer);
    return layer;
  };
  const pairs = names.flatMap((from) => names.filter((to) => to !== from).map((to) => ({ from, to })));
  return [
    ...pairs.filter(({ from, to }) => from < to).map(({ from, to }) => cutBoth(from, to, layerOf)),
    ...pairs.flatMap(({ from, to }) => oneWay(from, to, layerOf(from, to))),
  ];
}

function cutBoth(from: string, to: string, layerOf: (from: string, to: string) => Layer<WayState>): LabFault {
  const text = {
    id: `link-cut-both-${from}-${to}`,
    title: `Cut the link ${from} ↔ ${to}`,
    explain: 'Packets vanish in both directions, as behind a pulled cable.',
    group: GROUP,
  };
  const both = [layerOf(from, to)(text, () => ({ cut: true })), layerOf(to, from)(text, () => ({ cut: true }))];
  const set = async (on: boolean): Promise<void> => {
    for (const one of both) await one.set(on);
  };
  return toggle(
    text,
    () => set(true),
    () => set(false),
  );
}

function oneWay(from: string, to: string, layer: Layer<WayState>): LabFault[] {
  const fault = (id: string, title: string, explain: string, fields: Partial<WayState>): LabFault =>
    layer({ id: `link-${id}-${from}-${to}`, title, explain, group: GROUP }, () => fields);
  const way = `${from} → ${to}`;
  return [
    fault('cut', `Cut the link ${way}`, `What ${from} sends to ${to} vanishes; the other direction works.`, { cut: true }),
    fault('slow', `Slow the link ${way}`, `Each direction of a round trip takes ${SLOW_MS} ms longer.`, { delayMs: SLOW_MS }),
    fault('lossy', `Lose packets on the link ${way}`, `Of 100 connections and pings ${LOSS_PERCENT} get no answer.`, {
      lossPercent: LOSS_PERCENT,
    }),
    fault('mtu', `Narrow the link ${way}`, `Writes of more than ${SMALL_WRITE} bytes vanish: TCP connects, and TLS hangs.`, {
      largestWrite: SMALL_WRITE,
    }),
    fault('relayed', `Relay the link ${way}`, 'Packets go through a relay, because the two do not find each other directly.', {
      relayed: true,
    }),
    fault('blocked', `Block the gateway's port for ${way}`, 'The policy of the tailnet allows pings, and no connection to the gateway.', {
      blockedPorts: [GATEWAY_PORT, READINESS_PORT],
    }),
  ];
}

/** Faults of the Tailscale nodes, and of the server that coordinates them. */
import type { LabFault } from '../../faults.ts';
import { toggle } from '../../faults.ts';
import { GOOD_NODE, type LabNetwork, type NodeState } from '../../network.ts';
import { type Layer, layersOver } from './layers.ts';

const GROUP = 'Links';
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** Of every node. */
export function nodeFaults(network: LabNetwork, now: () => number): LabFault[] {
  const layers = network.nodes.map(({ cluster }) => [cluster, layersOver(GOOD_NODE, (state) => network.setNode(cluster, state))] as const);
  return [...layers.flatMap(([cluster, layer]) => ofNode(cluster, layer, now)), controlGone(layers.map(([, layer]) => layer))];
}

function ofNode(cluster: string, layer: Layer<NodeState>, now: () => number): LabFault[] {
  const fault = (id: string, title: string, explain: string, fields: () => Partial<NodeState>): LabFault =>
    layer({ id: `node-${id}-${cluster}`, title, explain, group: GROUP }, fields);
  return [
    fault(
      'frozen',
      `Freeze the Tailscale node of ${cluster}`,
      'It takes connections and answers nothing, and no peer hears of it.',
      () => ({
        frozen: true,
      }),
    ),
    fault('gone', `End tailscaled of ${cluster}`, 'There is no daemon: nothing comes in or goes out through the tailnet.', () => ({
      gone: true,
    })),
    fault('stopped', `Run tailscale down in ${cluster}`, 'The daemon runs, and is not connected to the tailnet.', () => ({
      backend: 'Stopped',
    })),
    fault('key-expired', `Expire the node key of ${cluster}`, 'The node has to log in again; until then nobody reaches it.', () => ({
      keyExpiry: now() - MINUTE_MS,
    })),
    fault('key-ending', `Let the node key of ${cluster} end in 36 hours`, 'All works until then.', () => ({
      keyExpiry: now() + 36 * HOUR_MS,
    })),
  ];
}

function controlGone(layers: readonly Layer<NodeState>[]): LabFault {
  const text = {
    id: 'tailscale-control-gone',
    title: 'Stop the control server of Tailscale',
    explain: 'What is connected stays so; nothing new is learned, and a node that starts anew comes up without peers.',
    group: GROUP,
  };
  const all = layers.map((layer) => layer(text, () => ({ control: 'gone' })));
  const set = async (on: boolean): Promise<void> => {
    for (const one of all) await one.set(on);
  };
  return toggle(
    text,
    () => set(true),
    () => set(false),
  );
}
